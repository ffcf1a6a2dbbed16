"""The spine of proving: every input of the domain on balls, block by block; more bits for the few that stay open."""

from __future__ import annotations

import importlib
import importlib.util
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Component, Subject
from openwork.analyses.steps import Step, Watch, silent
from openwork.data import Dataset, dataset_of
from openwork.data.domain import MOST_ENUMERATED
from openwork.engines import Scores
from openwork.engines.native.enclosure import BallsAt, Enclosed, enclose
from openwork.engines.native.engine import NativeEngine
from openwork.errors import CheckpointError, PlanError, Reason
from openwork.interventions import Plan
from openwork.models import n_params
from openwork.proofs.proof import AsRun, Open, Proof
from openwork.proofs.replaced import joined_components, mean_balls, mean_of
from openwork.tasks import UNASKED, Tokens, format_count

BLOCK = 2**14
"""inputs at a time"""
KEPT = 20
"""inputs of each kind that are named"""
CLOSER = 256
"""inputs at most that get more bits"""
BITS = (128, 256, 512, 1024)
NO_FLINT = "more bits take python-flint: pip install 'openwork[proof]'"
TOO_MANY = f"more than {CLOSER} inputs are open, too many to give each more bits"


@dataclass(frozen=True, eq=False)
class GivenAnswers:
    """Answers other than the task's.

    Attributes:
        whose: in words, as `the program reverse.py`.
        of: of inputs, `[input, graded]`: symbols of the answer vocabulary, or sets of them; of anything else it is said
            that no model gives it. Where an input wants no answer nothing is compared.
        text: whatever they follow from, for a certificate; empty where nobody can write that down.
        digest: a short name that is another for other answers; empty where there is none, and then nothing is kept.
    """

    whose: str
    of: Callable[[Dataset], NDArray[np.integer[Any]]]
    text: str = ""
    digest: str = ""


def prove(
    subject: Subject,
    margin: float = 0.0,
    *,
    threads: int = 1,
    watch: Watch = silent,
    begun: Proof | None = None,
    answers: GivenAnswers | None = None,
    mean: str = "",
) -> Proof:
    """Encloses what the model's weights define, over the real numbers, on every question of its task.

    An answer that is a set of symbols is right where the logits of its symbols, and no others, are above 0; its lead is
    the least distance of a logit from 0, on its right side. Where a question wants no answer nothing is asked.

    Args:
        subject: the model and its task; every question is proved, whatever inputs it is measured on.
        margin: the lead in the logits that every right answer must surely exceed.
        threads: cores to use; no number depends on it.
        watch: is told how far it is.
        begun: what an interrupted proof of the same came to; it goes on from there.
        answers: whose answers should lead, where it is not the task's right ones: a program's, for example.
        mean: components, joined by ` + `, that are set to the mean of what they write in the unedited model, over every
            question and position by position.

    Raises:
        PlanError: questions that nobody can list, for a proof over a sample says nothing of the others; a margin that
            is none; components that are not there.
        CheckpointError: weights that are not numbers.
        EngineError: the arithmetic of this machine is not what the bounds rest on.
    """
    require_provable(subject, margin)
    components = joined_components(subject.spec, mean)
    began = time.monotonic()
    size, task = subject.task.domain_size or 0, subject.task
    tally = _Tally(margin) if begun is None else _Tally.of(begun)
    engine = NativeEngine(threads)
    try:
        balls = mean_balls(subject, engine, components, watch) if components else ()
        more, as_run = _More(subject, balls), _AsRun(subject, components)
        for start in range(tally.looked_at, size, BLOCK):
            index = np.arange(start, min(start + BLOCK, size), dtype=np.int64)
            dataset, none = _asked(dataset_of(task, index), answers, subject.spec.d_vocab_out)
            bounds = enclose(engine, subject.stack, dataset, written=balls)
            bounds.lower[none] = bounds.upper[none] = -math.inf  # what no model says leads nothing
            run = as_run.of(dataset.take(np.flatnonzero(~none)))
            tally.add(index, bounds, more.of(dataset.tokens, dataset.answers))
            tally.run(run)
            watch(Step("enclosing every input", tally.looked_at / size, tally.looked_at))
    except KeyboardInterrupt:
        pass
    spent = time.monotonic() - began + (0.0 if begun is None else begun.seconds)
    found = tally.proof(size, f"{subject.engine.arithmetic}, {subject.spec.dtype}", spent)
    whose, at_mean = "" if answers is None else answers.whose, " + ".join(map(str, components))
    return replace(found, sets=task.answer_kind == "set", same_as=whose, at_mean=at_mean)


def _asked(dataset: Dataset, answers: GivenAnswers | None, symbols: int) -> tuple[Dataset, NDArray[np.bool_]]:
    """The inputs with the answers that are to lead, and of which inputs one is no answer that a model could give.

    Raises:
        PlanError: other answers than the dataset has room for.
    """
    if answers is None:
        return dataset, np.zeros(len(dataset), bool)
    given, asked = np.asarray(answers.of(dataset)), dataset.answers != UNASKED
    if given.shape != asked.shape:
        what = f"gives {given.shape[1:]} answers to an input, the task asks {asked.shape[1:]}"
        raise PlanError("these answers cannot be compared", Reason(answers.whose, what))
    fits = (given >= 0) & (given < (2**symbols if dataset.sets else symbols))
    own = np.where(asked, np.where(fits, given, 0), UNASKED).astype(np.int32)
    return replace(dataset, answers=own), (~fits & asked).any(axis=1)


@dataclass(frozen=True, eq=False)
class _AsRun:
    """What the engine's own pass gives, with components at the mean that it has itself."""

    subject: Subject
    components: Sequence[Component]

    def of(self, dataset: Dataset) -> Scores | None:
        """None of no inputs."""
        subject, plan = self.subject, Plan(tuple(mean_of(component) for component in self.components))
        if not len(dataset):
            return None
        return subject.engine.score(subject.stack, dataset, plan, reference=self._over if self.components else None)

    @cached_property
    def _over(self) -> Tokens:
        """Every question."""
        if self.subject.whole:
            return self.subject.inputs.tokens
        return dataset_of(self.subject.task, np.arange(self.subject.task.domain_size or 0, dtype=np.int64)).tokens


def work_of(subject: Subject) -> float:
    """About how many steps of arithmetic a proof takes: numbers of the model at every position of every input."""
    inputs, spec = subject.inputs, subject.spec
    per_position = n_params(spec) + 2 * spec.n_layers * spec.n_heads * (spec.d_head + 20) * subject.task.n_pos
    return float(len(inputs) * subject.task.n_pos * per_position)


def _finite(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def require_provable(subject: Subject, margin: float) -> None:
    """Raises what `prove` raises before anything runs, with every reason."""
    reasons = []
    size = subject.task.domain_size
    if size is None or size > MOST_ENUMERATED:
        what = f"{subject.task} has {format_count(size)} questions, which cannot be listed"
        sampled = "a proof over a sample would say nothing of the others: prove a smaller size of the task"
        reasons.append(Reason("domain", what, sampled))
    reasons += reasons_against(subject, margin)
    if reasons:
        raise PlanError("this cannot be proved", reasons)
    require_numbers(subject)


def reasons_against(subject: Subject, margin: float) -> list[Reason]:
    """Why nothing can be proved of such answers, or by such a margin."""
    reasons = []
    if subject.spec.d_vocab_out < 2 and subject.task.answer_kind == "symbol":
        reasons.append(Reason("d_vocab_out", "there is one answer only, which leads nothing"))
    if not (math.isfinite(margin) and margin >= 0):
        reasons.append(Reason("margin", f"{margin:g} is not a lead", "0, or a number above it, for example 0.5"))
    return reasons


def require_numbers(subject: Subject) -> None:
    """Raises CheckpointError where a weight is not a number."""
    bad = [name for name, array in subject.stack.named().items() if not np.isfinite(array).all()]
    if bad:
        raise CheckpointError("this cannot be proved", [Reason(name, "holds NaN or infinity") for name in bad])


@dataclass
class _Tally:
    """What the blocks came to so far."""

    asked: float
    looked_at: int = 0
    proved: int = 0
    least: float | None = None
    weakest: int = -1
    radius: float = 0.0
    wrong: list[Open] = field(default_factory=list)
    n_wrong: int = 0
    undecided: list[Open] = field(default_factory=list)
    n_undecided: int = 0
    closer: int = 0
    closer_bits: int = 53
    closer_reason: str = ""
    right: int = 0
    least_run: float = math.inf

    @classmethod
    def of(cls, proof: Proof) -> _Tally:
        run, least_run = proof.as_run, proof.as_run.least
        own: dict[str, Any] = {"right": run.right, "least_run": -math.inf if least_run is None else least_run}
        own |= {"wrong": list(proof.wrong), "undecided": list(proof.undecided)}
        held = {name: getattr(proof, name) for name in cls.__dataclass_fields__ if name not in own}
        return cls(**held, **own)

    def run(self, scores: Scores | None) -> None:
        """The same block, as the engine's pass has it; None of no inputs."""
        if scores is None:
            return
        self.right += int(scores.sequences[0])
        self.least_run = min(self.least_run, float(scores.margin[0]))

    def add(
        self, index: np.ndarray[Any, np.dtype[np.int64]], bounds: Enclosed, more: Callable[[int, int], Any]
    ) -> None:
        """A block: the numbers of its questions, and their bounds; `more` gives one of them more bits."""
        lower, upper = bounds.lower.copy(), bounds.upper.copy()
        with np.errstate(invalid="ignore"):
            open_ = np.flatnonzero(~(lower > self.asked) & ~(upper <= self.asked))
        for row in open_.tolist():
            lower[row], upper[row] = self._closer(row, lower[row], upper[row], more)
        with np.errstate(invalid="ignore"):
            sure, never = lower > self.asked, upper <= self.asked
        self._name(index, lower, upper, never, sure)
        self.proved += int(sure.sum())
        if sure.any():
            weakest = int(np.where(sure, lower, np.inf).argmin())
            if self.least is None or lower[weakest] < self.least:
                self.least, self.weakest = float(lower[weakest]), int(index[weakest])
        finite = bounds.radius[np.isfinite(bounds.radius)]
        self.radius = max(self.radius, float(finite.max(initial=0.0)))
        self.looked_at += len(index)

    def _closer(self, row: int, lower: float, upper: float, more: Callable[[int, int], Any]) -> tuple[float, float]:
        """With more bits until it is settled, where that can be had."""
        if importlib.util.find_spec("flint") is None:
            self.closer_reason = NO_FLINT
            return lower, upper
        if self.closer >= CLOSER:
            self.closer_reason = TOO_MANY
            return lower, upper
        self.closer += 1
        for bits in BITS:
            lower, upper = more(row, bits)
            self.closer_bits = max(self.closer_bits, bits)
            if lower > self.asked or upper <= self.asked:
                break
        return lower, upper

    def _name(self, index: Any, lower: Any, upper: Any, never: Any, sure: Any) -> None:
        left = ~sure & ~never
        self.n_wrong += int(never.sum())
        self.n_undecided += int(left.sum())
        for kept, rows in ((self.wrong, never), (self.undecided, left)):
            for row in np.flatnonzero(rows)[: KEPT - len(kept)]:
                kept.append(Open(int(index[row]), _finite(lower[row]), _finite(upper[row])))

    def proof(self, size: int, arithmetic: str, seconds: float) -> Proof:
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("right", "least_run")}
        own |= {"wrong": tuple(self.wrong), "undecided": tuple(self.undecided)}
        as_run = AsRun(arithmetic, self.right, _finite(self.least_run))
        return Proof(inputs=size, as_run=as_run, seconds=seconds, forward_rows=2 * self.looked_at, **own)


@dataclass(frozen=True, eq=False)
class _More:
    """Gives questions more bits. What stands at the mean is known no better than before."""

    subject: Subject
    written: Sequence[BallsAt] = ()

    def of(self, tokens: Any, answers: Any) -> Callable[[int, int], tuple[float, float]]:
        """For the rows of one block."""
        stack, graded = self.subject.stack, self.subject.inputs.graded

        def more(row: int, bits: int) -> tuple[float, float]:
            closer = importlib.import_module("openwork.proofs.closer")  # where python-flint is
            weights = {name: array[0] for name, array in stack.named().items()}
            sets = self.subject.task.answer_kind == "set"
            one = tokens[row], graded, answers[row]
            found: tuple[float, float] = closer.lead(stack.spec, weights, *one, bits, sets, self.written)
            return found

        return more
