"""Whether a claim that holds of right answers only would hold of lucky ones: what untrained models of the spec reach.

A model that is right on some inputs only may be so by luck, and a network with random weights "works" where it happens
to be right as well, and loses those answers with nearly any change. So where only such inputs are judged, each claim
that holds is asked of untrained models too, each on the inputs that it answers right; and what they meet as well, or
what rests on answers most of which may be guessed, is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject, percent
from openwork.claims.context import Context, Controls
from openwork.claims.evidence import UNEDITED, answers_in
from openwork.claims.shares import guessing
from openwork.claims.verdict import Case, Relation
from openwork.data.randomness import bits, permutation
from openwork.models import Stack, initial_stack

if TYPE_CHECKING:
    from openwork.claims.claim import Claim

MOST_INPUTS = 512
"""inputs that untrained models are asked at most"""
DRAWN = 32
"""models with random weights that are drawn, with seeds from SEED on"""
SEED = 1_000_000
LEAST_RIGHT = 8
"""inputs that a model must answer right to be asked"""
MOST_LUCKY = 1 / 3
"""share of the right inputs that may be right by guessing; beyond that they tell nothing"""
ASKED = 8
"""of them, so many are asked: those with the most right answers that are not one and the same"""


@dataclass(frozen=True)
class Compared:
    """What became of a claim's parts.

    Attributes:
        parts: with what untrained models reach, open where they meet the claim; empty where nobody was asked.
        before, after: sentences to say before and after what was found.
        advice: where the comparison decides; else empty.
        forward_rows: what it cost.
    """

    parts: tuple[Case, ...] = ()
    before: str = ""
    after: str = ""
    advice: str = ""
    forward_rows: int = 0


NOT_COMPARED = Compared()


def compare(claim: Claim, parts: Sequence[Case], context: Context) -> Compared:
    """Asks untrained models the same, where only right answers are judged and some part holds.

    Args:
        claim: about how the model works, or not: then nothing is asked.
        parts: as the model itself has them.
        context: those inputs that it answers right.
    """
    asked = context.subject.asked
    if not claim.about_mechanism or asked is None or context.controls is None or not any(map(_counts, parts)):
        return NOT_COMPARED
    lucky = _lucky(context)
    if lucky > MOST_LUCKY:
        opened = tuple(replace(p, holds=None) if _counts(p) else p for p in parts)
        before = f"Of its {len(context.subject.inputs):,} inputs answered right {percent(lucky)} may be guessed."
        return Compared(opened, before, advice=TOO_FEW)
    reached, models, rows = _reached(claim, len(parts), context)
    judged = tuple(map(_beside, parts, reached))
    known = [p for p in judged if p.control is not None]
    if not known:
        return Compared(judged, after=f"None of {DRAWN} untrained models can be asked the same.", forward_rows=rows)
    low, high = (percent(find(p.control for p in known if p.control is not None)) for find in (min, max))
    said = f"Untrained models reach {low if low == high else f'{low} to {high}'} where they are right ({models} asked)."
    met = [p for p in judged if p.met_by_control]
    lost = bool(met) and all(p.relation == "<=" for p in met)
    advice = LOST_UNTRAINED if lost else MET_UNTRAINED if met else ""
    return Compared(judged, after=said, advice=advice, forward_rows=rows)


def comparing_rows(claim: Claim, context: Context) -> int:
    """Forward rows that this takes at most; nothing where it is known that nobody will be asked."""
    if not claim.about_mechanism or not context.only_right or context.controls is None:
        return 0
    subject = _fewer(context.subject)
    alone = Context(subject, only_right=True, controls=None)
    each = sum(wanted.rows(alone) for wanted in dict.fromkeys(claim.evidence(alone)))
    return (DRAWN + 1) * len(subject.inputs) + (ASKED + 1) * each


def _beside(part: Case, reached: float | None) -> Case:
    """A part with what untrained models reach; open where they meet it too."""
    judged = replace(part, control=reached)
    return replace(judged, holds=None) if _counts(judged) and judged.met_by_control else judged


def _counts(part: Case) -> bool:
    """Whether it holds, and says something by that."""
    return part.holds is True and not part.vacuous


def _lucky(context: Context) -> float:
    """What share of the inputs answered right may be so by giving the most frequent answer at some output.

    If k of an output's answers are known and the rest guessed, which is right of g of them, k + (1 - k) g are right.
    """
    asked = context.subject.asked
    assert asked is not None
    everything = replace(context, subject=context.subject.on(asked))
    right = (everything.evidence(UNEDITED) == asked.answers).mean(axis=0)
    unlucky = 1.0
    for output, share in enumerate(right.tolist()):
        guess = guessing(everything, [output])
        known = (share - guess) / (1 - guess) if guess < 1 else 1.0
        unlucky *= max(known, 0.0) / share
    return 1 - unlucky


def _reached(claim: Claim, parts: int, context: Context) -> tuple[list[float | None], int, int]:
    """For each part the most telling value of any untrained model, how many could be asked, and what it cost."""
    reached: list[list[tuple[float, Relation]]] = [[] for _ in range(parts)]
    models, rows = 0, 0
    for control in controls_of(context):
        before = control.ledger.forward_rows
        judged = claim.find(control).parts
        rows += control.ledger.forward_rows - before
        models += 1
        for values, part in zip(reached, judged, strict=False):
            # Where no pair could be asked, a value may lie anywhere, and says nothing.
            if (part.low, part.high) != (0.0, 1.0):
                values.append((part.value, part.relation))
    return [_most(values) for values in reached], models, rows


def _most(values: Sequence[tuple[float, Relation]]) -> float | None:
    if not values:
        return None
    best = max if values[0][1] == ">=" else min
    return best(value for value, _ in values)


def controls_of(context: Context) -> tuple[Context, ...]:
    """Untrained models, each on those inputs that it answers right: the first checkpoint, and some with random
    weights. None whose right answers are all one and the same."""
    assert context.controls is not None
    if context.controls.made is None:
        context.controls.made = tuple(_made(context, context.controls))
    return context.controls.made


def _made(context: Context, controls: Controls) -> list[Context]:
    subject = _fewer(context.subject)
    drawn = initial_stack(subject.spec, range(SEED, SEED + DRAWN))
    various = _various(subject, drawn)
    best = sorted(various, key=lambda number: -various[number][0])[:ASKED]
    made = [_context(subject, drawn.take([number]), various[number][1]) for number in best]
    if controls.first is not None:
        first = controls.first()
        made += [_context(subject, first, right) for _, right in _various(subject, first).values()]
    return made


def _fewer(subject: Subject) -> Subject:
    """The subject on at most 512 of the inputs that it was asked."""
    inputs = subject.inputs if subject.asked is None else subject.asked
    if len(inputs) > MOST_INPUTS:
        inputs = inputs.take(np.sort(permutation(bits("controls"), len(inputs))[:MOST_INPUTS]))
    return subject.on(inputs)


def _various(subject: Subject, models: Stack) -> dict[int, tuple[int, NDArray[np.bool_]]]:
    """For each model with eight right answers or more, not all the same: how many are not the most frequent, and which
    inputs are right."""
    run = subject.engine.run(models, subject.inputs.tokens, graded=subject.inputs.graded)
    found = np.concatenate([answers_in(trace.logits) for trace in run], axis=1)
    various = {}
    for number, answers in enumerate(found):
        right = (answers == subject.inputs.symbols).all(axis=1)
        counts = np.unique(answers[right], axis=0, return_counts=True)[1] if right.any() else np.zeros(1, np.int64)
        if right.sum() >= LEAST_RIGHT and right.sum() > counts.max():
            various[number] = int(right.sum() - counts.max()), right
    return various


def _context(subject: Subject, model: Stack, right: NDArray[np.bool_]) -> Context:
    own = Subject(subject.engine, model, subject.task, subject.inputs)
    context = Context(own.where_right(right), only_right=True, controls=None)
    context.tell(UNEDITED, subject.inputs.symbols[right].astype(np.int16))
    return context


TOO_FEW = (
    "Most of these right answers may be luck, so they tell nothing of how it works: train it, or judge a model that is "
    "right more often."
)
MET_UNTRAINED = (
    "An untrained model meets it too where it happens to be right, so this is no sign of anything learned: claim what "
    "only a trained model does."
)
LOST_UNTRAINED = (
    "An untrained model loses as many of the answers that it happens to have right, so such a loss is no sign of "
    "anything learned: claim a greater one, or train it until it is right on every input."
)
