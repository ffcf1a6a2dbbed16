"""Parents: what each place reads directly, by how far it moves when one sender alone is another input's.

All senders are held at the input's own values but one, which comes from another input; so what reaches a place by way
of a later sender does not count for the earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openwork.engines import World
from openwork.interventions import Edit
from openwork.programs.decompile.network import Floats, Network, Rows, embedded
from openwork.programs.place import EMBEDDING, Place

PAIRS = 256
"""pairs of inputs for each sender and receiver"""
NOTICED = 0.01
"""share of a place's variance, or of answers, that a sender must move to be a parent"""


class Direct:
    """Measures direct effects in the pruned model.

    Costs three forward rows per pair, sender and receiver.
    """

    def __init__(self, network: Network, rows: Rows, gone: frozenset[Place]) -> None:
        self.network, self.fixed = network, network.fixed(gone)
        live = [place for place in network.places if place not in gone]
        self.senders = (*embedded(network.symbols), *sorted(live, key=lambda place: place.order))
        own = rows[:PAIRS]
        other = np.roll(own, len(own) // 2 + 1)
        self.rows, tokens = own, network.tokens
        self.sources = {"own": World(tokens[own], self.fixed), "other": World(tokens[other], self.fixed)}
        self.plain = network.held(own, live, self.fixed) if live else {}
        self.spread = {place: float(((v - v.mean(axis=0)) ** 2).sum(axis=1).mean()) for place, v in self.plain.items()}

    def onto(self, receiver: Place) -> dict[Place, float]:
        """For each sender that it may read: the mean squared move, as a share of that between two inputs; the largest
        first. Those below `NOTICED` come last and are no parents unless nothing else will do."""
        senders = [sender for sender in self.senders if self.network.reaches(sender, receiver)]
        found = {}
        for sender in senders:
            held = self.network.held(self.rows, [receiver], self._edits(senders, sender), self.sources)[receiver]
            found[sender] = self._moved(receiver, held)
        return _largest_first(found)

    def onto_answer(self, position: int) -> dict[Place, float]:
        """For each sender at this graded position: the share of answers that it turns; the largest first."""
        senders = [sender for sender in self.senders if sender.position == position]
        graded = self.network.dataset.graded.index(position)
        plain, found = self.network.answers[self.rows, graded], {}
        for sender in senders:
            edits = self._edits(senders, sender)
            answers = self.network.predicted(self.rows, edits, self.sources)[:, graded]
            found[sender] = float((answers != plain).mean())
        return _largest_first(found)

    def _edits(self, senders: Sequence[Place], other: Place) -> tuple[Edit, ...]:
        own = [sender for sender in senders if sender != other]
        return (*self.fixed, *self.network.patched(own, "own"), *self.network.patched([other], "other"))

    def _moved(self, receiver: Place, held: Floats) -> float:
        spread = 2 * self.spread[receiver]
        return float(((held - self.plain[receiver]) ** 2).sum(axis=1).mean()) / spread if spread > 0 else 0.0


def _largest_first(found: dict[Place, float]) -> dict[Place, float]:
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def is_symbol(place: Place) -> bool:
    """Whether it is a token, not something worked out."""
    return place.component == EMBEDDING
