"""Pairs of inputs for interchange: drawn anew, apart from those that a search looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.data.randomness import bits, integers
from openwork.engines import World
from openwork.interventions import Plan
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.decompile.planes import Planes
from openwork.programs.language import Ints
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable
from openwork.tasks import UNASKED


@dataclass(frozen=True)
class Rate:
    """How often interchange at some places did to the model what it does to the program.

    Attributes:
        pairs: how many were tried.
        followed: in how many all answers were the program's.
        changing: pairs that change some answer of the program.
        followed_changing: of those, in how many.
    """

    pairs: int
    followed: int
    changing: int
    followed_changing: int

    @property
    def share(self) -> float:
        """Of all pairs, those where nothing should change included."""
        return self.followed / self.pairs

    @property
    def of_changing(self) -> float | None:
        """Of the pairs that should change something; None where none does."""
        return self.followed_changing / self.changing if self.changing else None


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pairs of a base and a source.

    Attributes:
        bases: rows of the network's inputs.
        sources: rows that values are taken from.
    """

    bases: Rows
    sources: Rows

    @classmethod
    def of(cls, network: Network, purpose: str, seed: int, pairs: int) -> Drawn:
        """All pairs where there are no more than asked for, else so many drawn independently."""
        n = len(network.tokens)
        if n * n <= pairs:
            every = np.arange(n * n, dtype=np.int64)
            return cls(every // n, every % n)
        drawn = integers(bits(f"decompile {purpose}", seed), n, 2 * pairs)
        return cls(drawn[:pairs], drawn[pairs:])

    @classmethod
    def at(cls, network: Network, sites: Sequence[Place], seed: int, pairs: int) -> Drawn | None:
        """Pairs of texts that both go as far as these places, of one position, and whose answers can follow from them;
        None where there are none.

        In the last layer these are the texts that are asked there. Before it half of the pairs are such, and the others
        texts that are asked there or later.
        """
        position, graded = sites[0].position, np.asarray(network.dataset.graded)
        there = np.flatnonzero((network.asked & (graded == position)).any(axis=1))
        later = np.flatnonzero((network.asked & (graded >= position)).any(axis=1))
        last = all(site.layer == network.subject.spec.n_layers - 1 for site in sites)
        groups = [rows for rows in ((there,) if last else (there, later)) if len(rows)]
        if not groups:
            return None
        if len(groups) == 1 and len(groups[0]) ** 2 <= pairs:
            rows, every = groups[0], np.arange(len(groups[0]) ** 2, dtype=np.int64)
            return cls(rows[every // len(rows)], rows[every % len(rows)])
        each = pairs // len(groups)
        stream = bits(f"decompile pairs at {position}", seed)
        drawn = [rows[integers(stream, len(rows), 2 * each)] for rows in groups]
        return cls(np.concatenate([some[:each] for some in drawn]), np.concatenate([some[each:] for some in drawn]))

    @classmethod
    def apart(cls, network: Network, pairs: int) -> Drawn:
        """Pairs of which no two share an input, for inputs that were drawn independently: so are the pairs then."""
        n = len(network.tokens)
        bases = np.arange(min(pairs, max(1, n // 2)), dtype=np.int64)
        return cls(bases, (bases + max(1, n // 2)) % n)

    def __len__(self) -> int:
        return len(self.bases)

    def take(self, n: int) -> Drawn:
        """The first so many."""
        return Drawn(self.bases[:n], self.sources[:n])

    def agreeing(self, columns: list[Ints]) -> Drawn:
        """The same bases with sources that agree with them in these columns, `[input]` each; pairs for which there are
        none keep theirs. Sources come from among these pairs' sources."""
        codes, _ = compact(columns)
        order = np.argsort(codes[self.sources], kind="stable")
        sorted_codes = codes[self.sources][order]
        begin = np.searchsorted(sorted_codes, codes[self.bases], "left")
        size = np.searchsorted(sorted_codes, codes[self.bases], "right") - begin
        # One class's sources are given out in turn.
        turn = np.arange(len(self)) % np.maximum(size, 1)
        found = self.sources[order[np.minimum(begin + turn, len(self) - 1)]]
        return Drawn(self.bases, np.where(size > 0, found, self.sources))

    def rates(
        self, network: Network, program: Program, variable: Variable, sets: list[tuple[Place, ...]]
    ) -> list[Rate]:
        """Interchange of this variable at each of these sets of places, in the whole model; of waves in their planes.

        Costs for each set one forward row per pair, and one more per pair for all sets together.
        """
        tokens = network.tokens
        forced = {variable.name: program.values_of(variable, tokens[self.sources])}
        asked = network.asked[self.bases]
        unforced = program.answers(tokens[self.bases]).astype(np.int32)
        following, wanted = program.following(variable.name), unforced.copy()
        told = program.narrowed(following, variable.name).answers(tokens[self.bases], forced)
        wanted[:, following] = told[:, following]
        changing = ((wanted != unforced) & asked).any(axis=1)
        # A table says -1 of what it does not have: no model follows that.
        words = network.subject.spec.d_vocab_out
        sayable = ((wanted >= 0) & (wanted < (1 << words if network.dataset.sets else words)) | ~asked).all(axis=1)
        wanted = np.where(asked, wanted, UNASKED).astype(np.int32)
        counts, planes = [], Planes.of(network, program, variable)
        for rows in (np.flatnonzero(changing & sayable), np.flatnonzero(~changing & sayable)):
            if planes is None:
                counts.append(self._followed(network, wanted, rows, sets))
            else:
                counts.append([self._followed_in_planes(planes, wanted, rows, places) for places in sets])
        found = zip(*counts, strict=True)
        size = int(changing.sum())
        return [Rate(len(self), moved + still, size, moved) for moved, still in found]

    def _followed(
        self, network: Network, wanted: NDArray[np.int32], rows: Rows, sets: list[tuple[Place, ...]]
    ) -> list[int]:
        if not len(rows):
            return [0] * len(sets)
        plans = [Plan(network.patched(places, "source")) for places in sets]
        bases = network.dataset.take(self.bases[rows])
        seen = _seen(network, self.bases[rows], wanted[rows], [place for places in sets for place in places])
        graded = tuple(position for position in bases.graded if position < seen)
        tokens, answers = (np.ascontiguousarray(t) for t in (bases.tokens[:, :seen], wanted[rows][:, : len(graded)]))
        asked = Dataset(tokens, answers, graded, bases.index, sets=bases.sets)
        sources = {"source": World(np.ascontiguousarray(network.tokens[self.sources[rows], :seen]))}
        found = network.subject.engine.sweep(network.subject.stack, asked, plans, sources=sources)
        return [int(scores.sequences[0]) for scores in found]

    def _followed_in_planes(
        self, planes: Planes, wanted: NDArray[np.int32], rows: Rows, places: tuple[Place, ...]
    ) -> int:
        if not len(rows):
            return 0
        edits = planes.swapped(self.bases[rows], self.sources[rows], places)
        found = planes.network.predicted(self.bases[rows], edits)
        return int((found == wanted[rows]).all(axis=1).sum())


def _seen(network: Network, rows: Rows, wanted: NDArray[np.int32], places: Sequence[Place]) -> int:
    """How many tokens of these inputs interchange at these places has to see: what comes after the last answer that is
    wanted, or after the last that these can reach or that should change, stays as it is."""
    width: int = network.tokens.shape[1]
    if network.subject.spec.attention_dir != "causal":
        return width
    asked, graded = network.asked[rows], np.asarray(network.dataset.graded)
    reached = max((place.position for place in places), default=-1)
    read_there = all(place.layer == network.subject.spec.n_layers - 1 for place in places)
    if read_there and asked[:, graded <= reached].any(axis=1).all():
        asked = asked & (wanted != network.answers[rows])
    last: int = max([reached, *graded[asked.any(axis=0)].tolist()])
    return last + 1
