"""Texts by where they end: what is resampled there, and at the places before that their answers can see.

What follows from the position and the last symbol is in the stream already, and no head has to bring it. So a head
without a line takes the value of a text that agrees in what the program says stands at its position before it, the
symbol not among it; an MLP of one that agrees in the symbol too. Where there is none, as where a text is all that its
last symbol and its length leave, the MLP keeps reading, and what it reads is another text's: the places of lines take
what one holds that agrees in what these say, so that nothing else that they hold can matter. Before the end heads
without a line take any other text's; MLPs there read what is left, and so bring nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, permutation
from openwork.engines import World
from openwork.interventions import Patch
from openwork.programs.decompile.labels import compact, same_class
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
    """

    network: Network
    others: Others
    ends: Ints

    @classmethod
    def of(cls, network: Network, others: Others) -> TextsByEnd:
        """Runs nothing."""
        graded = network.asked[others.among] @ np.arange(network.asked.shape[1])
        return cls(network, others, np.asarray(network.dataset.graded)[graded])

    @property
    def positions(self) -> list[int]:
        """Where some of the texts end."""
        return sorted(set(self.ends[: len(self.others.rows)].tolist()))

    def resampled(self, end: int, unsaid: Sequence[Place]) -> Iterator[Resampled]:
        """The texts that end there, and for each place that they can see and no line names the edit with its source;
        those apart of which no other agrees in all that stands there."""
        mine = np.flatnonzero(self.ends[: len(self.others.rows)] == end)
        seen = [p for p in unsaid if p.position == end or (p.position < end and self._is_read_later(p))]
        at_end = [place for place in seen if place.position == end and place.is_mlp]
        alone = np.zeros(len(mine), bool)
        for place in at_end:
            alone |= self._agreeing(self.others.standing(place), end)[1][mine]
        lines = [p for v in self.others.program.variables for p in v.sites if p.position == end]
        usual = self._edits(end, mine[~alone], seen)
        reading = self._edits(end, mine[alone], [*(place for place in seen if place not in at_end), *lines])
        yield from (found for found in (usual, reading) if len(found[0]))

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
                sources[name] = World(self.network.tokens[self._agreeing(standing, end, before)[0][mine]])
            edits[place] = place.patched(self.network.subject.spec, name)
        return self.others.rows[mine], sources, edits

    @property
    def _symbols(self) -> set[str]:
        return {symbol.name for symbol in self.others.program.symbols}

    def _agreeing(self, columns: Sequence[str], end: int, before: bool = False) -> tuple[Rows, NDArray[np.bool_]]:
        """For each of the texts another with the same values there, of those that end there; where there is none, and
        too many values to be told one by one, any, and that it is so."""
        same = np.flatnonzero(self.ends == end)
        codes, classes = np.zeros_like(same), 1
        if columns:
            codes, classes = compact([self.others.columns[name][same] for name in columns])
        other = same_class(codes, permutation(bits(f"decompile texts, {before}", end), len(same)))
        found, none = self.others.among.copy(), np.zeros(len(self.ends), bool)
        if classes > READABLE:
            alone = np.bincount(codes)[codes] == 1
            other = np.where(alone, np.roll(np.arange(len(same)), 1), other)
            none[same] = alone
        found[same] = self.others.among[same[other]]
        return found, none
