"""Interchanged: what a model answers where its heads bring another text's, which no text shows by itself.

Of what can be known at a position some is brought by heads and some stands there. In every text the two belong
together: after a symbol that closes the last bracket none is open. Where heads bring another text's they don't, and
what is answered then says which of the many ways that fit all texts is the model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from openwork.data.randomness import bits, integers
from openwork.engines import World
from openwork.programs.decompile.templates import Moments, Template
from openwork.programs.language import Constant, Ints
from openwork.programs.place import Place

PAIRS = 192
"""at each position that is looked at"""
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
    """

    bases: Ints
    sources: Ints
    answers: Ints

    @classmethod
    def at(cls, moments: Moments, heads: Sequence[str], seed: int) -> Interchanged:
        """Costs two forward rows per pair."""
        network = moments.network
        places, counts = np.unique(moments.positions, return_counts=True)
        looked = places[counts >= FEWEST]
        looked = looked[np.unique(np.linspace(0, len(looked) - 1, POSITIONS).round().astype(int))]
        parts = []
        for position in looked.tolist():
            here = np.flatnonzero(moments.positions == position)
            drawn = here[integers(bits(f"decompile interchanged at {position}", seed), len(here), 2 * PAIRS)]
            bases, sources = drawn[:PAIRS], drawn[PAIRS:]
            edits = network.patched([Place(head, position) for head in heads], "source")
            worlds = {"source": World(network.tokens[moments.rows[sources]])}
            found = network.predicted(moments.rows[bases], edits, worlds, position)
            parts.append((bases, sources, found[:, 0]))
        bases, sources, answers = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return cls(bases, sources, answers)

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
