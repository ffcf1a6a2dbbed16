"""A run taken apart: everything that can be measured of it, from Python. Each result displays itself in Jupyter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from openwork import analyses
from openwork.analyses import By, Result, Subject
from openwork.analyses.readout import Basis, Measure
from openwork.claims import Claim, Context, Trials, Verdict, article_for, check
from openwork.data import dataset_of
from openwork.engines import Choice
from openwork.models import Stack
from openwork.report import (
    Display,
    Document,
    Judged,
    Original,
    Overview,
    ReproducedSeed,
    explanation_document,
    html_fragment,
    overview_parts,
    verdict_parts,
    write_html,
)
from openwork.runs import Run
from openwork.training import Progress

Trying = Callable[[str, int], Trials | None]


@dataclass(frozen=True, eq=False)
class OpenedRun:
    """One model with its task, on an engine. Everything is measured on every question of the task.

    Attributes:
        run: how it was trained, and every epoch of it.
        stack: its weights, a stack of one.
        choice: the engine that measures, and why that one.
        tried: the runs that were tried for this one, itself included.
        trying: trains a named experiment with some seeds, for claims about learning, or looks the answer up.
        given: the claims to judge; None means those of the article about the task, where there is one.
        known: verdicts that the store has; a claim that stands there word for word is not judged again.
    """

    run: Run
    stack: Stack
    choice: Choice
    tried: tuple[Run, ...] = ()
    trying: Trying | None = None
    given: tuple[Claim, ...] | None = None
    known: tuple[Verdict, ...] = ()

    @cached_property
    def subject(self) -> Subject:
        """The model, its task and all its inputs, as every analysis takes it."""
        return Subject.of(self.choice.engine, self.stack, self.run.experiment.task)

    @cached_property
    def held_out(self) -> Subject:
        """The model on the questions that its training held out.

        Raises:
            PlanError: nothing was held out.
        """
        task = self.run.experiment.task
        _, held_out = self.run.experiment.split.parts(task.domain_size)
        return self.subject.on(dataset_of(task, np.asarray(held_out)))

    @property
    def solved(self) -> bool:
        """Right on every question."""
        return bool(self.subject.scores.solved[0])

    @cached_property
    def accuracy(self) -> Display:
        """Loss and accuracy at each graded position, whole sequences, and the smallest margin."""
        return Display(analyses.accuracy(self.subject))

    @cached_property
    def curve(self) -> Display:
        """How it learned, epoch by epoch."""
        return Display(analyses.learning_curve(self.run.history))

    def attention(self, layer: int, questions: Sequence[int] | None = None) -> Display:
        """Where a layer's heads look: the mean over all inputs, or the patterns of a few questions by number."""
        if questions is None:
            return Display(analyses.attention(self.subject, layer))
        return Display(analyses.attention_examples(self.subject, layer, questions))

    def ablate(
        self, component: str | Sequence[str], by: By = "mean", positions: Sequence[int] | None = None, seed: int = 0
    ) -> Display:
        """What is lost without a component (`blocks.0.mlp`, `blocks.0.attn`, `blocks.0.attn.head.1`, or any site)."""
        return Display(analyses.ablate(self.subject, component, by, positions, seed))

    @cached_property
    def ablations(self) -> Display:
        """Every attention layer and MLP, by zero, mean and resample."""
        return Display(analyses.ablation_table(self.subject))

    def readout(
        self, site: str, basis: Basis = "W_U", after_norm: bool = False, measure: Measure = "cosine"
    ) -> Display:
        """How often the answer is the nearest symbol to a residual stream."""
        return Display(analyses.readout(self.subject, site, basis, after_norm, measure))

    @cached_property
    def readouts(self) -> Display:
        """Every residual stream in every way."""
        return Display(analyses.readout_table(self.subject))

    @cached_property
    def interchange(self) -> Display:
        """Which component carries the deciding variable to which output."""
        return Display(analyses.interchange(self.subject))

    def outputs(self, component: str, questions: Sequence[int] = ()) -> Display:
        """What a component writes: mean and spread over all inputs, and for some questions."""
        return Display(analyses.component_outputs(self.subject, component, questions))

    @cached_property
    def claims(self) -> Judged:
        """The verdicts on the claims given, or on those of the article about the task."""
        claims = article_for(self.run.experiment.task) if self.given is None else self.given
        known = {verdict.claim.id: verdict for verdict in self.known}
        asked = [claim for claim in claims if claim.id not in known or known[claim.id].claim != claim.text()]
        judged = {verdict.claim.id: verdict for verdict in self.check(asked)}
        return Judged((known | judged)[claim.id] for claim in claims)

    def check(self, claims: Iterable[Claim]) -> Judged:
        """Judges claims on this model.

        Raises:
            ClaimError: claims that do not fit the task or the model, with every reason; nothing has run.
        """
        return Judged(check(tuple(claims), Context(self.subject, self.run.experiment, trials=self.trying)))

    @property
    def overview(self) -> Overview:
        """Where it comes from and how right it is, for the top of a report."""
        tried = self.tried or (self.run,)
        scores = self.subject.scores
        return Overview(
            self.run.experiment,
            self.run.name,
            self.run.seed,
            int(scores.sequences[0]),
            scores.inputs,
            tuple(last_progress(run) for run in tried),
            self.choice.reason,
            sum(epoch.seconds for epoch in self.run.history),
        )

    @property
    def results(self) -> tuple[Result, ...]:
        """Every analysis that a report shows, in its order."""
        layers = range(self.stack.spec.n_layers)
        shown = [self.curve, self.accuracy, self.interchange, *(self.attention(layer) for layer in layers)]
        shown += [self.ablations, self.readouts]
        if not self.stack.spec.attn_only:
            shown += [self.outputs(f"blocks.{layer}.mlp", (0,)) for layer in layers]
        return tuple(display.result for display in shown)

    def reproduced(self, original: Original) -> ReproducedSeed:
        """Everything that a publication reports, measured of this model: ablations held out, the rest on all inputs."""
        held_out = self.held_out
        return ReproducedSeed(
            self.run.seed,
            analyses.learning_curve(self.run.history),
            tuple(analyses.ablate(held_out, zeroed.site, "zero") for zeroed in original.zeroed),
            analyses.readout(self.subject, self._last_stream, "W_E"),
            analyses.attention(self.subject, 0),
            analyses.component_outputs(self.subject, "blocks.0.mlp", (0,)),
        )

    @property
    def _last_stream(self) -> str:
        return f"blocks.{self.stack.spec.n_layers - 1}.hook_resid_post"

    def document(self) -> Document:
        """The report: verdicts, then every analysis."""
        return explanation_document(self.overview, self.claims, self.results)

    def report(self, path: Path | str) -> Path:
        """Writes the report as one self-contained HTML file.

        Raises:
            StoreNotWritable: the file cannot be written there.
        """
        write_html(self.document(), Path(path))
        return Path(path)

    def _repr_html_(self) -> str:
        return html_fragment((*overview_parts(self.overview), *verdict_parts(self.claims)))

    def __repr__(self) -> str:
        return f"run {self.run.name}: {self.overview.task_line}; right on {self.overview.right_line}"


def last_progress(run: Run) -> Progress:
    """How a run stood at its last epoch."""
    last = run.history[-1]
    return Progress(run.seed, last.epoch, last.lr, last.running_loss, last.train, last.held_out, run.status, last.step)
