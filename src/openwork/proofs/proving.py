"""The spine of proving: every input of the domain on balls, block by block; more bits for the few that stay open."""

from __future__ import annotations

import importlib
import importlib.util
import math
import time
from collections.abc import Callable, Iterator, Sequence
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
"""inputs at a time, at most"""
AT_ONCE = 1e9
"""steps of arithmetic (`work_of`) in which a proof tells how far it is, keeps what it has, and may end"""
KEPT = 20
"""inputs of each kind that are named"""
CLOSER = 256
"""inputs at most that get more bits, unless more are asked for"""
BITS = (128, 256, 512, 1024)
NO_FLINT = "more bits take python-flint: pip install 'openwork[proof]'"
TOO_MANY = "more than {:,} inputs are open, too many to give each more bits: --more-bits says how many get them"


More = Callable[[NDArray[np.int64], int], list[tuple[float, float]]]
"""Of rows of a block and a number of bits, bounds of the lead of each."""


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
    closer: int = CLOSER,
    seconds: float = math.inf,
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
        closer: how many questions, at most, get more bits where float64 leaves them open: each takes some hundredths of
            a second, and seconds in a large model.
        seconds: of the processor, of all threads; it ends at its next block after that, and `begun` goes on from there.

    Raises:
        PlanError: questions that nobody can list, for a proof over a sample says nothing of the others; a margin that
            is none; components that are not there.
        CheckpointError: weights that are not numbers.
        EngineError: the arithmetic of this machine is not what the bounds rest on.
    """
    require_provable(subject, margin)
    components = joined_components(subject.spec, mean)
    began, until = time.monotonic(), time.process_time() + seconds
    size, task = subject.task.domain_size or 0, subject.task
    tally = _Tally(margin) if begun is None else _Tally.of(begun)
    tally.most_closer = closer
    engine = NativeEngine(threads)
    try:
        balls = mean_balls(subject, engine, components, watch) if components else ()
        more, as_run = _More(subject, balls, watch), _AsRun(subject, components)
        for index in _blocks(subject, tally.looked_at, until):
            dataset, none = _asked(dataset_of(task, index), answers, subject.spec.d_vocab_out)
            bounds = enclose(engine, subject.stack, dataset, written=balls)
            bounds.lower[none] = bounds.upper[none] = -math.inf  # what no model says leads nothing
            run = as_run.of(dataset.take(np.flatnonzero(~none)))
            tally.add(index, bounds, more.of(dataset), run)
            watch(Step("enclosing every input", tally.looked_at / size, tally.looked_at))
    except KeyboardInterrupt:
        pass
    spent = time.monotonic() - began + (0.0 if begun is None else begun.seconds)
    found = tally.proof(size, f"{subject.engine.arithmetic}, {subject.spec.dtype}", spent)
    whose, at_mean = "" if answers is None else answers.whose, " + ".join(map(str, components))
    return replace(found, sets=task.answer_kind == "set", same_as=whose, at_mean=at_mean)


def _blocks(subject: Subject, start: int, until: float) -> Iterator[NDArray[np.int64]]:
    """The numbers of the questions from `start` on, block by block, as long as there is time."""
    size = subject.task.domain_size or 0
    step = int(min(BLOCK, max(64, AT_ONCE * len(subject.inputs) // work_of(subject))))
    for first in range(start, size, step):
        if time.process_time() > until:
            return
        yield np.arange(first, min(first + step, size), dtype=np.int64)


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
    most_closer: int = CLOSER

    @classmethod
    def of(cls, proof: Proof) -> _Tally:
        run, least_run = proof.as_run, proof.as_run.least
        own: dict[str, Any] = {"right": run.right, "least_run": -math.inf if least_run is None else least_run}
        own["most_closer"] = CLOSER
        own |= {"wrong": list(proof.wrong), "undecided": list(proof.undecided)}
        held = {name: getattr(proof, name) for name in cls.__dataclass_fields__ if name not in own}
        return cls(**held, **own)

    def add(self, index: NDArray[np.int64], bounds: Enclosed, more: More, run: Scores | None) -> None:
        """A block: the numbers of its questions, and their bounds; `more` gives some of them more bits, `run` is what
        the engine's pass has of them, None of no inputs."""
        lower, upper = bounds.lower.copy(), bounds.upper.copy()
        told = self._closer(lower, upper, more)
        with np.errstate(invalid="ignore"):
            sure, never = lower > self.asked, upper <= self.asked
        left = ~sure & ~never
        least, weakest = self.least, self.weakest
        if sure.any():
            first = int(np.where(sure, lower, np.inf).argmin())
            if least is None or lower[first] < least:
                least, weakest = float(lower[first]), int(index[first])
        finite = bounds.radius[np.isfinite(bounds.radius)]
        # all in one step that nothing interrupts: else a block could count twice once it is gone on with
        vars(self).update(
            told,
            looked_at=self.looked_at + len(index),
            proved=self.proved + int(sure.sum()),
            least=least,
            weakest=weakest,
            radius=max(self.radius, float(finite.max(initial=0.0))),
            wrong=self.wrong + _named(index, lower, upper, never, KEPT - len(self.wrong)),
            n_wrong=self.n_wrong + int(never.sum()),
            undecided=self.undecided + _named(index, lower, upper, left, KEPT - len(self.undecided)),
            n_undecided=self.n_undecided + int(left.sum()),
            right=self.right + (0 if run is None else int(run.sequences[0])),
            least_run=self.least_run if run is None else min(self.least_run, float(run.margin[0])),
        )

    def _closer(self, lower: NDArray[np.float64], upper: NDArray[np.float64], more: More) -> dict[str, Any]:
        """With more bits until all is settled, where that can be had: writes the bounds, gives what is to be told."""
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero(~(lower > self.asked) & ~(upper <= self.asked))
        if not len(rows):
            return {}
        if importlib.util.find_spec("flint") is None:
            return {"closer_reason": NO_FLINT}
        given, bits = rows[: max(0, self.most_closer - self.closer)], self.closer_bits
        told: dict[str, Any] = {"closer": self.closer + len(given)}
        if len(given) < len(rows):
            told["closer_reason"] = TOO_MANY.format(self.most_closer)
        for more_bits in BITS:
            if not len(given):
                break
            bits = max(bits, more_bits)
            lower[given], upper[given] = np.array(more(given, more_bits)).T
            given = given[~(lower[given] > self.asked) & ~(upper[given] <= self.asked)]
        return told | {"closer_bits": bits}

    def proof(self, size: int, arithmetic: str, seconds: float) -> Proof:
        no_part = "right", "least_run", "most_closer"
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in no_part}
        own |= {"wrong": tuple(self.wrong), "undecided": tuple(self.undecided)}
        as_run = AsRun(arithmetic, self.right, _finite(self.least_run))
        return Proof(inputs=size, as_run=as_run, seconds=seconds, forward_rows=2 * self.looked_at, **own)


def _named(
    index: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64], rows: NDArray[np.bool_], most: int
) -> list[Open]:
    """The first of these rows, no more than so many."""
    chosen = np.flatnonzero(rows)[:most]
    return [Open(int(index[row]), _finite(lower[row]), _finite(upper[row])) for row in chosen]


@dataclass(frozen=True, eq=False)
class _More:
    """Gives questions more bits. What stands at the mean is known no better than before."""

    subject: Subject
    written: Sequence[BallsAt]
    watch: Watch

    def of(self, dataset: Dataset) -> More:
        """For the rows of one block."""

        def more(rows: NDArray[np.int64], bits: int) -> list[tuple[float, float]]:
            def told(done: int) -> None:
                self.watch(Step(f"the open ones with {bits} bits", done / len(rows), done))

            own = dataset.tokens[rows], dataset.graded, dataset.answers[rows]
            found: list[tuple[float, float]] = self._exact.leads(*own, bits, told)
            return found

        return more

    @cached_property
    def _exact(self) -> Any:
        """Made where it is first wanted, and once."""
        closer = importlib.import_module("openwork.proofs.closer")  # where python-flint is
        weights = {name: array[0] for name, array in self.subject.stack.named().items()}
        return closer.Exact(self.subject.spec, weights, self.written, self.subject.task.answer_kind == "set")
