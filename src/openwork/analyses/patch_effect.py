"""What patches do to one output, over pairs of inputs: how often the answer changes, and how far its logits move.

Both directions of patching are read off one pass. Values from the source put into the base's run *denoise* when the
source is seen as the clean run: the answer `follows` to the source's. The same pass *noises* when the base is seen as
the clean run: the answer `leaves` the base's. A variable changed to every other value makes each question once the base
and once the source of the same pair, so over all of them the two directions are the same passes (Heimersheim and Nanda
2024, arXiv:2404.15255, on when they are not).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.pairs import Pairs
from openwork.analyses.path_worlds import PathWorlds
from openwork.analyses.steps import Step, Watch, silent
from openwork.analyses.subject import Subject
from openwork.data import Dataset

Floats = NDArray[np.float64]
MOST_PLANS = 32
"""plans that are swept at once, between two steps"""


@dataclass(frozen=True, eq=False)
class PatchEffects:
    """Of some plans on the same pairs; each array is `[plan]`.

    The logit difference of a pass is the logit of the source's answer minus that of the base's, averaged over pairs.

    Attributes:
        follows: share of pairs whose prediction is the source's answer.
        leaves: share of pairs whose prediction is not the base's answer.
        difference: logit difference under the plan.
        base: logit difference of the unedited base.
        source: logit difference of the unedited source.
        forward_rows: what they cost.
    """

    follows: Floats
    leaves: Floats
    difference: Floats
    base: float
    source: float
    forward_rows: int

    @cached_property
    def recovered(self) -> Floats:
        """`[plan]`, share of the way from the base's logit difference to the source's."""
        way = self.source - self.base
        return (self.difference - self.base) / way if way else np.full_like(self.difference, np.nan)

    @property
    def shares(self) -> Floats:
        """`[3, plan]`: `follows`, `leaves` and `recovered`."""
        return np.stack([self.follows, self.leaves, self.recovered])


def patch_effects(subject: Subject, pairs: Pairs, asked: Sequence[PathWorlds], watch: Watch = silent) -> PatchEffects:
    """The effect of each of these plans, in its worlds, on the pairs' bases.

    A plan is swept twice, once against each of the two answers, for the difference of two cross-entropies is the
    difference of the two logits. Costs two forward rows per pair for each plan and each source of theirs (once for
    every `MOST_PLANS` plans), and four for the unedited base and source.
    """
    follows, stays, difference = (np.zeros(len(asked)) for _ in range(3))
    rows = 4 * len(pairs)
    for start in range(0, len(asked), MOST_PLANS):
        some = asked[start : start + MOST_PLANS]
        here = slice(start, start + len(some))
        sources = {name: source for one in some for name, source in one.sources.items()}
        plans = [one.plan for one in some]
        to_source, to_base = (
            subject.engine.sweep(subject.stack, dataset, plans, sources=sources)
            for dataset in (pairs.wanted, pairs.base)
        )
        follows[here] = [scores.accuracy[0] for scores in to_source]
        stays[here] = [scores.accuracy[0] for scores in to_base]
        difference[here] = [b.loss[0] - s.loss[0] for s, b in zip(to_source, to_base, strict=True)]
        rows += 2 * len(pairs) * (len(some) + len(sources))
        watch(Step(str(pairs), (start + len(some)) / len(asked), rows))
    base, source = (_difference(subject, pairs, dataset) for dataset in (pairs.base, pairs.source))
    return PatchEffects(follows, 1 - stays, difference, base, source, rows)


def _difference(subject: Subject, pairs: Pairs, dataset: Dataset) -> float:
    """The logit difference of an unedited pass over these inputs."""
    losses = [
        subject.engine.score(subject.stack, Dataset(dataset.tokens, answers, dataset.graded, dataset.index)).loss[0]
        for answers in (pairs.base.answers, pairs.source.answers)
    ]
    return float(losses[0] - losses[1])
