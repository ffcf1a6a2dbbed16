"""Fresh: where only a sample is looked at, the inputs that the verdicts are measured on, drawn apart from the search.

A search can learn the inputs that it looks at by heart; what it says of all others shows on these.
"""

from __future__ import annotations

import numpy as np

from openwork.analyses import Subject
from openwork.data import draw
from openwork.programs.decompile.network import Network

FEWEST = 2
"""inputs: one alone has no other to be patched from"""
TRIES = 100
"""seeds tried until some drawn input is answered right, where only those count"""


def seed_drawn_with(subject: Subject) -> int | None:
    """The seed of the subject's inputs; None where nothing was drawn."""
    return (subject.inputs if subject.asked is None else subject.asked).sample_seed


def fresh(network: Network) -> Network:
    """The same model on as many inputs, drawn independently with the next seed; or itself where nothing was drawn.

    Costs one forward row per input.
    """
    subject = network.subject
    seed = seed_drawn_with(subject)
    if seed is None:
        return network
    if subject.asked is None:
        return Network.of(subject.on(draw(subject.task, max(FEWEST, len(subject.inputs)), seed + 1)))
    for other in range(seed + 1, seed + 1 + TRIES):
        asked = Network.of(subject.on(draw(subject.task, max(FEWEST, len(subject.asked)), other)))
        right = (asked.answers == asked.subject.inputs.answers).all(axis=1)
        if right.any():
            break
    return Network.of(asked.subject.where_right(np.asarray(right)))
