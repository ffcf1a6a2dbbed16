"""The spine of proving by sets: the cases of each output, branch and bound over them, and what that came to."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from openwork.analyses import Subject
from openwork.analyses.steps import Line, Step, Watching, silent
from openwork.data.randomness import Stream, bits
from openwork.engines.native.engine import NativeEngine
from openwork.errors import PlanError, Reason
from openwork.proofs.proof import AsRun
from openwork.proofs.proving import reasons_against, require_numbers
from openwork.proofs.sets.boxes import boxes_from_json, boxes_of
from openwork.proofs.sets.listed_cases import cases_of, require_cases, require_the_questions
from openwork.proofs.sets.search import Ground, Search, ground, searched
from openwork.proofs.sets.set_proof import OutputProof, SetProof
from openwork.tasks import Task

USUAL_SECONDS = 600.0
"""of the processor"""
PATIENCE = 2.0
"""seconds by the clock, before which nobody is told what each output came to"""


def prove_by_sets(
    subject: Subject,
    margin: float = 0.0,
    *,
    seconds: float = USUAL_SECONDS,
    threads: int = 1,
    watch: Watching = silent,
    begun: SetProof | None = None,
) -> SetProof:
    """Bounds what the model's weights define, over the real numbers, on whole sets of inputs at once.

    Whenever it ends, the share that it says is proved is: a set counts only when all of it is. A set that is open is
    divided, the largest first; a small one is listed, and each of its inputs enclosed by itself.

    Args:
        subject: a model of one layer, and its task; every question is meant, whatever inputs it is measured on.
        margin: the lead in the logits that every right answer must surely exceed.
        seconds: of the processor, of all threads; it ends at its next step after that. An output may take its even
            share, and then what others left over.
        threads: cores to use; no number depends on it.
        watch: is told how far it is, and what every output came to.
        begun: what an earlier proof of the same came to; it goes on from there.

    Raises:
        PlanError: a model of several layers, of an activation that this cannot bound, or with pads; answers that are
            sets; questions that nobody can list and a task that says nothing of its cases; a margin that is none.
        CheckpointError: weights that are not numbers.
        EngineError: the arithmetic of this machine is not what the bounds rest on.
    """
    require_provable_by_sets(subject, margin)
    began, task = time.process_time(), subject.task
    size = task.domain_size or 0
    engine, interrupted = NativeEngine(threads), False
    runs = [_Output(place, name) for place, name in enumerate(task.outputs)]
    for run, kept in zip(runs, begun.left if begun else (), strict=False):
        run.resume(kept)
    said, of = _Said(watch, size), len(runs)
    shares = [began + seconds * (run.place + 1) / of for run in runs]
    try:  # first each its share, then what the quick ones left over to those that are not done
        for run, until in (*zip(runs, shares, strict=True), *((run, began + seconds) for run in runs)):
            if not run.done:
                run.go(subject, engine, margin, _Clock(until, watch, run, of, size))
                said.of(run)
    except KeyboardInterrupt:
        interrupted = True
    outputs = tuple(run.proof(size) for run in runs)
    rows = [row for run in runs if run.search is not None for row in run.search.wrong]
    ended = not any(one.open for one in outputs)
    return SetProof(
        inputs=size,
        asked=margin,
        outputs=outputs,
        wrong=_numbers(task, rows),
        as_run=_as_run(subject),
        ran=len(subject.inputs),
        seconds=time.process_time() - began + (begun.seconds if begun else 0.0),
        interrupted=interrupted,
        left=() if ended else tuple(run.as_json() for run in runs),
        forward_rows=sum(one.rows for one in outputs) + len(subject.inputs),
    )


def _as_run(subject: Subject) -> AsRun:
    """What the engine's pass gives on the inputs at hand."""
    scores = subject.engine.score(subject.stack, subject.inputs)
    least, arithmetic = float(scores.margin[0]), f"{subject.engine.arithmetic}, {subject.spec.dtype}"
    return AsRun(arithmetic, int(scores.sequences[0]), least if math.isfinite(least) else None)


@dataclass
class _Output:
    """One output: what was found so far, and going on with it."""

    place: int
    name: str
    cases: int = 0
    search: Search | None = None
    ground: Ground | None = None
    seconds: float = 0.0

    @property
    def done(self) -> bool:
        """Whether nothing is left to look at."""
        return self.search is not None and not len(self.search.open)

    def go(self, subject: Subject, engine: NativeEngine, margin: float, clock: _Clock) -> None:
        """Until it is done, or the clock says so."""
        began = time.process_time()
        try:
            self._go(subject, engine, margin, clock)
        finally:
            self.seconds += time.process_time() - began

    def _go(self, subject: Subject, engine: NativeEngine, margin: float, clock: _Clock) -> None:
        if self.ground is None:
            self.ground = ground(subject, engine, self.place, margin)
        if self.search is None:
            cases = cases_of(subject.task, self.name)
            require_the_questions(subject, cases, self.place, self.ground.visible)
            boxes = boxes_of(cases, self.ground.query, self.ground.narrow)
            self.cases, self.search = len(cases), Search(self.place, boxes)
        searched(self.ground, self.search, clock.goes_on)

    def proof(self, size: int) -> OutputProof:
        one = self.search
        if one is None:
            return OutputProof(
                self.name, cases=0, boxes=0, rows=0, unproved=size, open=1, least=None, seconds=self.seconds
            )
        return OutputProof(
            output=self.name,
            cases=self.cases,
            boxes=one.boxes,
            rows=one.rows,
            unproved=min(size, one.unproved),
            open=len(one.open),
            least=one.least if math.isfinite(one.least) else None,
            seconds=self.seconds,
        )

    def as_json(self) -> dict[str, Any]:
        one = self.search
        if one is None:
            return {}
        return {
            "cases": self.cases,
            "open": one.open.as_json(),
            "failed": str(one.failed),
            "least": one.least if math.isfinite(one.least) else None,
            "boxes": one.boxes,
            "rows": one.rows,
            "wrong": one.wrong,
            "seconds": self.seconds,
        }

    def resume(self, kept: dict[str, Any]) -> None:
        """From what `as_json` gave."""
        if not kept:
            return
        least = math.inf if kept["least"] is None else kept["least"]
        counts = kept["boxes"], kept["rows"], list(kept["wrong"])
        self.cases, self.seconds = kept["cases"], kept["seconds"]
        self.search = Search(self.place, boxes_from_json(kept["open"]), int(kept["failed"]), least, *counts)


@dataclass(frozen=True)
class _Clock:
    """Says whether there is time, and tells whoever watches."""

    until: float
    watch: Watching
    run: _Output
    of: int
    size: int

    def goes_on(self, search: Search) -> bool:
        done = 1 - min(1.0, float(search.unproved / self.size))
        said = f"sets of {self.run.name}, {len(search.open):,} open"
        self.watch(Step(said, (self.run.place + done) / self.of, search.rows))
        return time.process_time() < self.until


@dataclass
class _Said:
    """Tells what each output came to, in a line that stays, once there was somebody to wait for it."""

    watch: Watching
    size: int
    began: float = field(default_factory=time.monotonic)
    held: list[str] = field(default_factory=list)

    def of(self, run: _Output) -> None:
        self.held.append(run.proof(self.size).said(self.size))
        if time.monotonic() - self.began > PATIENCE:
            for text in self.held:
                self.watch(Line(text))
            self.held.clear()


def require_provable_by_sets(subject: Subject, margin: float) -> None:
    """Raises what `prove_by_sets` raises before anything runs, with every reason."""
    spec, reasons = subject.spec, reasons_against(subject, margin)
    if not subject.task.one_symbol_each:
        what = f"answers of {subject.task} are sets of symbols, or its questions have several lengths"
        reasons.append(Reason("task", what, "list every question: openwork prove RUN --listed"))
    if spec.n_layers != 1:
        what = f"the model has {spec.n_layers}; sets of inputs are followed through one layer of attention"
        reasons.append(Reason("n_layers", what, "list every question: openwork prove without --by-sets"))
    if not spec.attn_only and spec.act_fn != "relu":
        what = f"{spec.act_fn} is not bounded over sets of inputs; relu is"
        reasons.append(Reason("act_fn", what, "list every question: openwork prove without --by-sets"))
    if spec.pad_token is not None:
        reasons.append(Reason("pad_token", "pads are not bounded over sets of inputs"))
    if not reasons:
        reasons = require_cases(subject.task) + _shown_otherwise(subject.task)
    if reasons:
        raise PlanError("this cannot be proved by sets of inputs", reasons)
    require_numbers(subject)


def require_plain(mean: str, program: bool) -> None:
    """Raises PlanError where something else is to be proved than that the model as it is is right."""
    mend = "list every question: --listed, at a size of the task at which that can be"
    reasons = [Reason("mean", "the mean over more inputs than are listed is not known", mend)] if mean else []
    reasons += [Reason("program", "a program's answers are not known over sets of inputs", mend)] if program else []
    if reasons:
        raise PlanError("this cannot be proved by sets of inputs", reasons)


def _shown_otherwise(task: Task) -> list[Reason]:
    """A variable's value has to be its token: sets of tokens are counted as sets of values. Every value is tried."""
    most = max(v.values for v in task.variables)
    drawn = Stream(bits("tokens of values", 0)).integers(2**31, 4 * most, len(task.variables))
    questions = (drawn % np.array([v.values for v in task.variables])).astype(np.int32)
    for column, variable in enumerate(task.variables):
        questions[: variable.values, column] = np.arange(variable.values)
    questions = questions[task.valid(questions)]
    if not len(questions) or (task.tokens(questions)[:, [v.position for v in task.variables]] == questions).all():
        return []
    return [Reason("task", f"the values of {task}'s variables are not its tokens, so that sets cannot be counted")]


def _numbers(task: Task, rows: list[list[int]]) -> tuple[int, ...]:
    """The questions that these token rows are, in order."""
    if not rows:
        return ()
    questions = np.array(rows, np.int32)[:, [v.position for v in task.variables]]
    return tuple(sorted({int(number) for number in task.numbers(questions)}))
