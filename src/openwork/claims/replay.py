"""One input, run again: as it is, and with the edits of a counterexample in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject, Way
from openwork.claims.context import Context
from openwork.claims.counterexample import OTHER, Reading, Replay, Weight
from openwork.claims.evidence import NO_NUMBER, AttentionWeights, NearestAnswer
from openwork.claims.examples import NOT_ANSWERS, symbol
from openwork.claims.places import component, place, unknown_components
from openwork.data import Dataset, keep_forced, numbered, written_example
from openwork.engines import NO_ANSWER, World, joined
from openwork.engines.grading import answers_of
from openwork.errors import ClaimError, Reason, suggestion
from openwork.interventions import Edit, Patch, Plan
from openwork.models import ModelSpec
from openwork.tasks import UNASKED, Task, Tokens
from openwork.tasks.symbol_sets import members_of


@dataclass(frozen=True)
class Seen:
    """A token that the model sees: its position, what stands there, and its symbol; the other input's beside it."""

    position: int
    role: str
    symbol: str
    other: str | None


@dataclass(frozen=True)
class Answer:
    """What the model answers, and how sure it is of that and of what is right; probabilities from 0 to 1, of a set that
    of its least sure symbol."""

    symbol: str
    probability: float
    right_probability: float


@dataclass(frozen=True)
class Replayed:
    """One input, run again.

    Attributes:
        replay: what was run.
        tokens: what the model sees.
        outputs: the name of every output.
        right: `[output]`, the right answers.
        other_right: `[output]`, those of the other input; None where there is none.
        unedited: `[output]`, the model as it is.
        edited: `[output]`, the model with the edits; None where there are none.
        looked: what the claim looked at, and what was found there; empty where that is what the model answers.
    """

    replay: Replay
    tokens: tuple[Seen, ...]
    outputs: tuple[str, ...]
    right: tuple[str, ...]
    other_right: tuple[str, ...] | None
    unedited: tuple[Answer, ...]
    edited: tuple[Answer, ...] | None
    looked: str = ""


def run_again(subject: Subject, replay: Replay) -> Replayed:
    """Runs one input again. Costs two forward rows, one for each world and other input, and for means all inputs.

    Raises:
        PlanError: there is no such question, or the edits do not fit the model.
    """
    task, base = subject.task, subject.at([replay.question])
    other = None if replay.other is None else subject.at([replay.other])
    if other is not None and replay.kept:
        other = keep_forced(task, base, other)
    wanted = np.flatnonzero(base.answers[0] != UNASKED)
    return Replayed(
        replay=replay,
        tokens=_tokens(subject, base, other),
        outputs=tuple(task.outputs[output] for output in wanted),
        right=_texts(task, base, wanted),
        other_right=None if other is None else _texts(task, other, wanted),
        unedited=_answers(subject, base, (), {}),
        edited=_answers(subject, base, replay.edits, _sources(base, other, replay)) if replay.edits else None,
        looked=_looked(subject, base, replay),
    )


def _texts(task: Task, one: Dataset, wanted: NDArray[np.int64]) -> tuple[str, ...]:
    """The right answers of one input, at these outputs."""
    return tuple(map(task.answer_text, one.answers[0, wanted].tolist()))


def _looked(subject: Subject, base: Dataset, replay: Replay) -> str:
    """A weight of a pattern, or what a site reads out at the output that went wrong, measured as the claim did."""
    # Chosen from all inputs, as for a verdict: the answers among which a reading chooses are theirs.
    alone = Context(Subject(subject.engine, subject.stack, subject.task, base, subject.asked or subject.inputs))
    match replay.look:
        case Weight(site, head, query, key):
            weight = AttentionWeights(site, head, ((query, key),)).measure(alone)[0, 0]
            ends = " to ".join(f"position {p} ({subject.position_names[p]})" for p in (query, key))
            return f"{site}, head {head}: {weight:.4f} from {ends}"
        case Reading(site, basis, after_norm, measure):
            way = Way(basis, after_norm, measure)
            nearest = NearestAnswer(site, way).measure(alone)[0, subject.task.outputs.index(replay.output)]
            return f"{site} by {way}, where {replay.output} is predicted: nearest is {symbol(alone, nearest)}"
    return ""


def _sources(base: Dataset, other: Dataset | None, replay: Replay) -> dict[str, Tokens | World]:
    sources: dict[str, Tokens | World] = {name: World(base.tokens, edits) for name, edits in replay.worlds}
    return sources if other is None else sources | {OTHER: other.tokens}


def _tokens(subject: Subject, base: Dataset, other: Dataset | None) -> tuple[Seen, ...]:
    symbols = subject.task.vocabulary.symbols
    beside = [None] * base.tokens.shape[1] if other is None else [symbols[int(t)] for t in other.tokens[0]]
    return tuple(
        Seen(position, subject.position_names[position], symbols[int(token)], beside[position])
        for position, token in enumerate(base.tokens[0])
    )


def _answers(
    subject: Subject, base: Dataset, edits: Sequence[Edit], sources: dict[str, Tokens | World]
) -> tuple[Answer, ...]:
    run = subject.engine.run(
        subject.stack,
        base.tokens,
        Plan(tuple(edits)),
        graded=base.graded,
        sources=sources,
        reference=subject.inputs.tokens,
    )
    logits, wanted = joined(run).logits[0, 0].astype(np.float64), base.answers[0] != UNASKED
    said = answers_of(logits, base.sets)
    texts = [NOT_ANSWERS[NO_NUMBER] if a == NO_ANSWER else subject.task.answer_text(a) for a in said.tolist()]
    own, right = (_sureness(logits, answers, base.sets) for answers in (said, base.answers[0]))
    return tuple(Answer(texts[output], float(own[output]), float(right[output])) for output in np.flatnonzero(wanted))


def _sureness(logits: NDArray[np.float64], answers: NDArray[Any], sets: bool) -> NDArray[np.float64]:
    """`[output]`, the probability of each of these answers; of a set that of its least sure symbol, in it or not."""
    answers = np.maximum(answers, 0).astype(np.int32)
    if not sets:
        return np.take_along_axis(_softmax(logits), answers[:, None], axis=-1)[:, 0]
    leads = np.where(members_of(answers, logits.shape[-1]), logits, -logits)
    least: NDArray[np.float64] = 1 / (1 + np.exp(-leads.min(axis=-1)))
    return least


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def edits_at(kind: type[Edit], places: Sequence[str], task: Task, spec: ModelSpec, where: str) -> list[Edit]:
    """An edit of this kind at each of these places, which are written as `blocks.0.attn.0 @ predicts y[3]`.

    Raises:
        ClaimError: with every component and role that is not there.
    """
    reasons: list[Reason] = []
    edits: list[Edit] = []
    for text in places:
        here = place(text)
        unknown = unknown_components(spec, where, (here.component,))
        if here.role and here.role not in task.roles:
            unknown.append(Reason(where, f"{task} has no {here.role!r}", suggestion(here.role, task.roles)))
        reasons += unknown
        if not unknown:
            part = component(spec, here.component)
            where_to = (part.site, (task.roles[here.role],) if here.role else None, part.heads)
            edits.append(Patch(*where_to, source=OTHER) if kind is Patch else kind(*where_to))
    if reasons:
        raise ClaimError("the model has no such place", reasons)
    return edits


def question_number(task: Task, text: str) -> int:
    """The number of a question given by number or by its symbols; see `numbered`.

    Raises:
        ClaimError: it is neither.
    """
    found = numbered(task, text)
    if found is None:
        mend = f"give its number, or its symbols such as '{written_example(task)}'"
        raise ClaimError("which question?", Reason(text or "(nothing)", "is no question of this task", mend))
    return found
