"""Interchanged: what a model answers where its heads bring another text's, which no text shows by itself.

Of what can be known at a position some is brought by heads and some stands there. In every text the two belong
together: after a symbol that closes the last bracket none is open. Where heads bring another text's they don't, and
what is answered then says which of the many ways that fit all texts is the model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, integers
from openwork.engines import World
from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.templates import Moments, Template
from openwork.programs.language import Constant, Ints
from openwork.programs.place import Place

PAIRS = 256
"""at each position that is looked at: half as they come, half so that what is rare is among them"""
POSITIONS = 32
FEWEST = 2
"""texts that are asked at a position"""


@dataclass(frozen=True, eq=False)
class Interchanged:
    """Pairs of texts asked at the same position, and the answers where one's heads there bring the other's.

    Attributes:
        bases: `[pair]`, numbers of moments.
        sources: `[pair]`, of those that are brought.
        answers: `[pair]`, the model's.
        weights: `[pair]`, how much each counts, so that together they count as pairs do that are drawn as they come.
    """

    bases: Ints
    sources: Ints
    answers: Ints
    weights: NDArray[np.float64]

    @classmethod
    def at(cls, moments: Moments, heads: Sequence[str], seed: int) -> Interchanged | None:
        """None where no two texts are asked at one position. Costs two forward rows per pair."""
        network = moments.network
        places, counts = np.unique(moments.positions, return_counts=True)
        looked = places[counts >= FEWEST]
        if not len(looked):
            return None
        looked = looked[np.unique(np.linspace(0, len(looked) - 1, POSITIONS).round().astype(int))]
        parts = []
        for position in looked.tolist():
            bases, sources, weights = _drawn(moments, position, seed)
            edits = network.patched([Place(head, position) for head in heads], "source")
            worlds = {"source": World(network.tokens[moments.rows[sources]])}
            found = network.predicted(moments.rows[bases], edits, worlds, position)
            parts.append((bases, sources, found[:, 0], weights))
        bases, sources, answers, weights = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return cls(bases, sources, answers, weights)

    def column(self, template: Template) -> Ints:
        """`[pair]`, what is known then: what heads bring is the source's."""
        return template.column[self.bases if template.local else self.sources]

    def position(self, moments: Moments) -> Template:
        """Where each pair is asked."""
        return Template(moments.positions[self.bases], Constant, 0.0, True, True)

    def joined(self, moments: Moments, templates: Sequence[Template]) -> tuple[Moments, list[Template]]:
        """Every moment, and after these the pairs, as if they were moments too."""
        rows, positions = (np.concatenate([some, some[self.bases]]) for some in (moments.rows, moments.positions))
        answers = np.concatenate([moments.answers, self.answers])
        columns = (np.concatenate([t.column, self.column(t)]) for t in templates)
        known = [replace(t, column=column) for t, column in zip(templates, columns, strict=True)]
        return Moments(moments.network, rows, positions, answers, answers), known


def _drawn(moments: Moments, position: int, seed: int) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Moments at this position that take, as many that are taken from, and what each pair counts: half of the pairs
    from all, half with every last symbol as often, and taken from every answer to it as often."""
    here = np.flatnonzero(moments.positions == position)
    stream = bits(f"decompile interchanged at {position}", seed)
    ends, _ = compact([moments.last[here]])
    kinds, _ = compact([ends, moments.answers[here]])
    half = PAIRS // 2
    chosen, ratio = [], np.ones(PAIRS)
    for classes in (ends, kinds):
        sizes = np.bincount(classes)
        even = np.argsort(classes, kind="stable")
        begins = np.cumsum(sizes) - sizes
        kind = integers(stream, len(sizes), half)
        rare = even[begins[kind] + integers(stream, 1 << 30, half) % sizes[kind]]
        some = np.concatenate([integers(stream, len(here), half), rare])
        chosen.append(here[some])
        ratio *= len(here) / (len(sizes) * sizes[classes[some]])
    return chosen[0], chosen[1], 2 / (1 + ratio)
