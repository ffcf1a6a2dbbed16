"""Texts by where they end: what is resampled there, and at the places before that their answers can see.

What follows from the position and the last symbol is in the stream already, and no head has to bring it. So a head
without a line takes the value of a text that agrees in what the program says stands at its position before it, the
symbol not among it. Before the end heads without a line take any other text's; MLPs there read what is left, and so
bring nothing more. Of an MLP at the end it is asked in two ways whether anything else matters:

- its value is that of a text that agrees in what stands there, the symbol among it; what lines name stays;
- it keeps reading, and what it reads is another text's: the places of lines take what one holds that agrees in what
  these say. Its own symbol and position, which no head brings, are all that is left of the text.

The second is asked of every text, also of those of which no other agrees in all that stands there: a question that its
last symbol and the lines leave alone. There the first would put in what contradicts the program, not what it leaves
open, and nothing could be learned from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, permutation
from openwork.engines import World
from openwork.interventions import Patch
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.language import READABLE, Ints
from openwork.programs.place import Place
from openwork.programs.verdicts.others import Others

Resampled = tuple[Rows, dict[str, World], dict[Place, Patch]]


@dataclass(frozen=True, eq=False)
class TextsByEnd:
    """Some texts, each with one answer wanted.

    Attributes:
        network: the model, asked once of each text.
        others: the texts, and those that values are taken from.
        ends: `[among]`, where each text's answer is wanted.
        asked: `[among, graded]`, where an answer could be wanted of it: what it holds there another may take.
    """

    network: Network
    others: Others
    ends: Ints
    asked: NDArray[np.bool_]

    @classmethod
    def of(cls, network: Network, others: Others) -> TextsByEnd:
        """Runs nothing."""
        once = network.asked_once
        graded = once.asked[others.among] @ np.arange(once.asked.shape[1])
        # What comes after it says something of a place only where a model looks ahead.
        asked = network if network.subject.spec.attention_dir == "causal" else once
        return cls(once, others, np.asarray(network.dataset.graded)[graded], asked.asked[others.among])

    @property
    def positions(self) -> list[int]:
        """Where some of the texts end."""
        return sorted(set(self.ends[: len(self.others.rows)].tolist()))

    def resampled(self, end: int, unsaid: Sequence[Place]) -> tuple[Resampled, Resampled]:
        """For each place that texts ending there can see, and the program does not explain, the edit with its source:
        of the texts of which another agrees in all that stands there, with MLPs that are another text's; and of all of
        them, with MLPs that read what another text's places hold."""
        mine = np.flatnonzero(self.ends[: len(self.others.rows)] == end)
        seen = [p for p in unsaid if p.position == end or (p.position < end and self._is_read_later(p))]
        at_end = [place for place in seen if place.position == end and place.is_mlp]
        alone = np.zeros(len(mine), bool)
        for place in at_end:
            alone |= self._another(self.others.standing(place), end, mine)[1]
        lines = [p for v in self.others.program.variables for p in v.sites if p.position == end]
        heads = [place for place in seen if place not in at_end]
        return self._edits(end, mine[~alone], seen), self._edits(end, mine, [*heads, *lines])

    def _is_read_later(self, place: Place) -> bool:
        return not place.is_mlp and place.layer < self.network.subject.spec.n_layers - 1

    def _edits(self, end: int, mine: Ints, places: Sequence[Place]) -> Resampled:
        sources: dict[str, World] = {}
        edits: dict[Place, Patch] = {}
        for place in places:
            before = place.position < end
            held = [v for v in self.others.program.variables if place in v.sites]
            standing = tuple(c for v in held for c in v.columns) if held else self.others.standing(place)
            if before:
                standing = ()
            elif not place.is_mlp:
                standing = tuple(name for name in standing if name not in self._symbols)
            name = f"agreeing in {', '.join(standing)}" if standing else "any before" if before else "any"
            if name not in sources:
                sources[name] = World(self.network.tokens[self._source(standing, end, mine, before)])
            edits[place] = place.patched(self.network.subject.spec, name)
        return self.others.rows[mine], sources, edits

    @property
    def _symbols(self) -> set[str]:
        return {symbol.name for symbol in self.others.program.symbols}

    def _source(self, columns: Sequence[str], end: int, mine: Ints, before: bool) -> Rows:
        """For each of these texts another with the same values there; any where there is none, but that few enough to
        be told one by one may keep their own."""
        found, alone = self._another(columns, end, mine, before)
        if columns and not self._few_are_alone:
            found = np.where(alone, self._another((), end, mine)[0], found)
        return self.others.among[found]

    @cached_property
    def _few_are_alone(self) -> bool:
        """Whether the texts of which no other agrees with all lines are no more than a readable table has entries."""
        total = 0
        for end in self.positions:
            columns = [c for v in self.others.program.variables if v.sites[0].position == end for c in v.columns]
            mine = np.flatnonzero(self.ends[: len(self.others.rows)] == end)
            total += int(self._another(columns, end, mine)[1].sum())
        return total <= READABLE

    def _another(
        self, columns: Sequence[str], end: int, mine: Ints, before: bool = False
    ) -> tuple[Ints, NDArray[np.bool_]]:
        """For each of these texts the number of another one that is asked there too and has the same values, in a drawn
        order; whether there is none, so that it is itself."""
        pool = np.flatnonzero(self.asked[:, self.network.dataset.graded.index(end)])
        codes = compact([self.others.columns[name][pool] for name in columns])[0] if columns else np.zeros_like(pool)
        mixed = permutation(bits(f"decompile texts, {before}", end), len(pool))
        order = mixed[np.argsort(codes[mixed], kind="stable")]
        begins = np.searchsorted(codes[order], codes[order], "left")
        last = np.append(codes[order][1:] != codes[order][:-1], True)
        following = np.where(last, begins, np.minimum(np.arange(len(pool)) + 1, len(pool) - 1))
        other = np.empty_like(order)
        other[order] = order[following]
        found = pool[other][np.searchsorted(pool, mine)]
        return found, found == mine
