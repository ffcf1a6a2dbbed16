"""A run taken apart: everything that can be measured of it, from Python. Each result displays itself in Jupyter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from openwork import analyses
from openwork.analyses import By, Result, Subject
from openwork.analyses.logit_attribution import Against
from openwork.analyses.pairs import Alternatives
from openwork.analyses.pruning import By as Replacement
from openwork.analyses.readout import Basis, Measure
from openwork.analyses.steps import Watch, silent
from openwork.claims import Claim, Context, Cost, Trials, Verdict, check, plan, require_claims_fit, shipped_for
from openwork.claims.checkpoints import Training
from openwork.claims.judging import judge_over_training, known_or_cheap
from openwork.data import USUAL_INPUTS, Inputs, parts_of
from openwork.engines import Choice
from openwork.models import Stack
from openwork.programs import USUAL_SECONDS, decompile_kept, known_decompilation
from openwork.report import (
    Display,
    Document,
    Judged,
    LiveReport,
    Original,
    Overview,
    ReproducedSeed,
    Sister,
    explanation_document,
    live_frame,
    live_html,
    write_html,
    write_page,
)
from openwork.runs import KeptResults, Run

Trying = Callable[[str, int], Trials | None]
MOST_COMPARED = 3
"""models whose routes a report shows side by side"""


@dataclass(frozen=True, eq=False)
class OpenedRun:
    """One model with its task, on an engine. Everything is measured on every question of the task, or on a sample.

    Attributes:
        run: how it was trained, and every epoch of it.
        stack: its weights, a stack of one.
        choice: the engine that measures, and why that one.
        tried: the runs that were tried for this one, itself included.
        trying: trains a named experiment with some seeds, for claims about learning, or looks the answer up.
        given: the claims to judge; None means those that ship for the task: an article's, or our own.
        known: verdicts that the store has; a claim of the same content is not judged again.
        inputs: on how many inputs to measure, at most.
        watch: is told how far a long measurement is.
        kept: results of measurements that the store has; None keeps nothing.
        kin: every stored run of the same experiment, itself included.
        weights_of: gives the weights of one of `kin`.
        weights_at: gives the weights of this run after an epoch; None where nothing but the end is at hand.
    """

    run: Run
    stack: Stack
    choice: Choice
    tried: tuple[Run, ...] = ()
    trying: Trying | None = None
    given: tuple[Claim, ...] | None = None
    known: tuple[Verdict, ...] = ()
    inputs: Inputs = USUAL_INPUTS
    watch: Watch = silent
    kept: KeptResults | None = None
    kin: tuple[Run, ...] = ()
    weights_of: Callable[[Run], Stack] | None = None
    weights_at: Callable[[int], Stack] | None = None

    @cached_property
    def subject(self) -> Subject:
        """The model, its task and all its inputs, as every analysis takes it."""
        return Subject.of(self.choice.engine, self.stack, self.run.task, self.inputs)

    @cached_property
    def held_out(self) -> Subject:
        """The model on the questions that its training held out.

        Raises:
            PlanError: nothing was held out.
        """
        _, held_out = parts_of(self.run.experiment.task, self.run.experiment.split)
        return self.subject.on(held_out)

    @property
    def solved(self) -> bool:
        """Right on every input measured."""
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

    def routes(self, outputs: Sequence[str] | None = None) -> Display:
        """Which heads carry each variable to each output, from where, in how many hops.

        Those of all outputs are kept in the store, so that asking again is instant.

        Raises:
            PlanError: there is no such output.
        """
        found = self._kept_routes
        if found is None and outputs is not None:
            return Display(analyses.find_routes(self.subject, outputs, watch=self.watch))
        found = found or self.all_routes
        return Display(found if outputs is None else found.of(outputs))

    @cached_property
    def all_routes(self) -> analyses.Routes:
        """Those of all outputs, as numbers."""
        found = self._kept_routes or analyses.find_routes(self.subject, watch=self.watch)
        if self.kept is not None and self._kept_routes is None:
            self.kept.keep("routes", self.subject.digest, found.as_json())
        return found

    @cached_property
    def _kept_routes(self) -> analyses.Routes | None:
        known = None if self.kept is None else self.kept.find("routes", self.subject.digest)
        return None if known is None else analyses.routes_from_json(known)

    def decompile(self, seconds: float = USUAL_SECONDS) -> Display:
        """The model's own program, and how far it is equal, realised, whole and short; kept in the store.

        Raises:
            PlanError: a time that is none.
        """
        return Display(decompile_kept(self.subject, self.kept, seconds, self.watch))

    def outputs(self, component: str, questions: Sequence[int] = ()) -> Display:
        """What a component writes: mean and spread over all inputs, and for some questions."""
        return Display(analyses.component_outputs(self.subject, component, questions))

    def logit_lens(self, sites: Sequence[str] | None = None) -> Display:
        """What the model would answer if it ended at each residual stream."""
        return Display(analyses.logit_lens(self.subject, sites))

    def logit_attribution(self, against: Against = "mean") -> Display:
        """What each component adds directly to the right answer's logit."""
        return Display(analyses.logit_attribution(self.subject, against))

    def activation_patching(
        self,
        components: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        variable: str | None = None,
        alternatives: Alternatives = "one",
        seed: int = 0,
    ) -> Display:
        """Which places, at which positions, carry a change of one variable to an output."""
        asked = (components, outputs, variable, alternatives, seed)
        return Display(analyses.activation_patching(self.subject, *asked, watch=self.watch))

    def path_patching(
        self,
        senders: Sequence[str] | None = None,
        receivers: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        variable: str | None = None,
        through: Sequence[str] = (),
        alternatives: Alternatives = "one",
        seed: int = 0,
    ) -> Display:
        """What one component hands to another directly, such as `blocks.0.attn@x[2]` to `blocks.1.attn.head.0.v`."""
        return Display(
            analyses.path_patching(
                self.subject, senders, receivers, outputs, variable, through, alternatives, seed, watch=self.watch
            )
        )

    def attribution_patching(
        self,
        components: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        variable: str | None = None,
        alternatives: Alternatives = "one",
        seed: int = 0,
    ) -> Display:
        """Activation patching guessed from gradients, and how wrong the guess is."""
        asked = (components, outputs, variable, alternatives, seed)
        return Display(analyses.attribution_patching(self.subject, *asked, watch=self.watch))

    def pruning(
        self,
        at_least: float = 0.99,
        by: Replacement = "mean",
        positions: bool = False,
        outputs: Sequence[str] | None = None,
        seed: int = 0,
    ) -> Display:
        """The smallest set of components found that does the task while everything else is ablated."""
        return Display(analyses.pruning(self.subject, at_least, by, positions, outputs, seed, watch=self.watch))

    def ov_qk(self, layer: int) -> Display:
        """What a layer's heads could do by their weights: from tokens to answers, between tokens, between positions."""
        return Display(analyses.ov_qk(self.subject, layer))

    def fourier(self, layer: int = 0, keys: Sequence[int] | None = None) -> Display:
        """Which waves modulo p a layer's neurons are, and what is left with the key ones alone and without them."""
        return Display(analyses.fourier(self.subject, layer, keys, self.watch))

    def progress_measures(self, keys: Sequence[int] | None = None, points: int = 256) -> Display:
        """How the rule grew under what is learned by heart: restricted and excluded loss over the checkpoints."""
        return Display(analyses.progress_measures(self.subject, self.run, self.weights_at, keys, points, self.watch))

    @cached_property
    def claims(self) -> Judged:
        """The verdicts on the claims given, or on those that ship for the task: an article's, or our own."""
        return Judged(check(self._asserted, self._context, known=self.known))

    @property
    def _asserted(self) -> tuple[Claim, ...]:
        return shipped_for(self.run.task) if self.given is None else self.given

    @cached_property
    def _context(self) -> Context:
        """What claims are judged on; what one of them measured, the next need not."""
        experiment = None if self.run.imported else self.run.experiment
        return Context(self.subject, experiment, trials=self.trying, only_right=self.inputs.only_right)

    def check(self, claims: Iterable[Claim], watch: Callable[[int], None] = lambda rows: None) -> Judged:
        """Judges claims on this model; those that the store has a verdict on are not judged again.

        Args:
            claims: what to judge.
            watch: called after every measurement, with the inputs that it ran through the model.

        Raises:
            ClaimError: claims that do not fit this model, with every reason, before anything runs. An article's claims
                (`claims`) may be about other models too: there such a one is UNDECIDED.
        """
        claims = tuple(claims)
        require_claims_fit(claims, self.subject.task, self.subject.spec)
        return Judged(check(claims, replace(self._context, watch=watch), known=self.known))

    def plan(self, claims: Iterable[Claim]) -> Cost:
        """What judging these claims takes, before anything runs."""
        return plan(tuple(claims), self._context, self.known)

    def over_training(
        self, claims: Iterable[Claim] | None = None, points: int | Sequence[int] | None = None
    ) -> Display:
        """Since when each claim is true, the report's claims unless given, next to loss and accuracy.

        `points` says how many checkpoints, or which epochs: all where that is cheap. An interruption keeps what was
        judged, and what was judged before is answered from the store.

        Raises:
            ClaimError: a run without a stored training, no claim that a checkpoint decides, or points that cannot be.
        """
        asked = self._asserted if claims is None else tuple(claims)
        return Display(judge_over_training(self.training, asked, points, self.watch))

    @cached_property
    def training(self) -> Training:
        """Its training, as claims are judged over it."""
        return Training(self.run, self._context, self.inputs, self.weights_at, self.kept)

    def _since_when(self, spend: bool) -> tuple[Result, ...]:
        """The report's claims over the training: what is known, or with `spend` can be had in a moment."""
        found = known_or_cheap(self.training, self._asserted, spend)
        return () if found is None else (found,)

    @property
    def overview(self) -> Overview:
        """Where it comes from and how right it is, for the top of a report."""
        tried = self.tried or self.kin or (self.run,)
        scores = self.subject.scores
        return Overview(
            self.run.source,
            self.run.name,
            self.run.seed,
            int(scores.sequences[0]),
            scores.inputs,
            tuple(run.progress for run in tried),
            self.choice.reason,
            sum(epoch.seconds for epoch in self.run.history),
            "" if self.subject.whole else self.subject.coverage,
        )

    @property
    def results(self) -> tuple[Result, ...]:
        """Every analysis that a report shows, in its order; the program where the run was decompiled before."""
        program = known_decompilation(self.subject, self.kept)
        layers = range(self.stack.spec.n_layers)
        carried = [self.interchange] if any(map(self.subject.task.carrier, self.subject.task.outputs)) else []
        learned = [] if self.run.imported else [self.curve, *map(Display, self._since_when(spend=True))]
        shown = [*learned, self.accuracy, self.routes(), *carried, *(self.attention(layer) for layer in layers)]
        shown += [self.ablations, self.readouts]
        if not self.stack.spec.attn_only:
            shown += [self.outputs(f"blocks.{layer}.mlp", (0,)) for layer in layers]
        found = tuple(display.result for display in shown)
        return found if program is None else (program, *found)

    def reproduced(self, original: Original) -> ReproducedSeed:
        """Everything that a publication reports, measured of this model: ablations held out, the rest on all inputs."""
        held_out = self.held_out
        return ReproducedSeed(
            self.run.seed,
            analyses.learning_curve(self.run.history),
            tuple(analyses.ablate(held_out, zeroed.site, "zero") for zeroed in original.zeroed),
            analyses.readout(self.subject, f"blocks.{self.stack.spec.n_layers - 1}.hook_resid_post", "W_E"),
            analyses.attention(self.subject, 0),
            analyses.component_outputs(self.subject, "blocks.0.mlp", (0,)),
        )

    def document(self) -> Document:
        """The report: verdicts, then every analysis."""
        return explanation_document(self.overview, self.claims, self.results)

    def live(self) -> LiveReport:
        """The report as a page that holds the model itself, to be played with in a browser."""
        return LiveReport(
            self.subject,
            self.overview,
            self._asserted,
            self.claims,
            self.results,
            self.all_routes,
            tuple(map(self._sister, self.kin)),
        )

    def _sister(self, run: Run) -> Sister:
        """A stored model of the same experiment, this one included; with routes where they are to be compared."""
        solved = [kin.name for kin in self.kin if kin.solved and kin.name != self.run.name]
        routes = self.all_routes if run.name == self.run.name else None
        if self.weights_of is not None and run.name in solved[: MOST_COMPARED - 1]:
            kept = None if self.kept is None else replace(self.kept, run=run)
            routes = replace(self, run=run, stack=self.weights_of(run), kept=kept).all_routes
        return Sister(run.name, run.seed, run.solved, analyses.learning_curve(run.history), routes)

    def report(self, path: Path | str, *, static: bool = False) -> Path:
        """Writes the report as one self-contained HTML file: live, or for places that forbid scripts without any.

        Raises:
            StoreNotWritable: the file cannot be written there.
        """
        if static:
            write_html(self.document(), Path(path))
        else:
            write_page(live_html(self.live()), Path(path))
        return Path(path)

    def _repr_html_(self) -> str:
        """The live page in a frame, with what takes no time to measure: routes only where they were found before."""
        known = () if self.run.imported else (self.curve.result, *self._since_when(spend=False))
        routes = self._kept_routes
        return live_frame(LiveReport(self.subject, self.overview, self._asserted, self.claims, known, routes, ()))

    def __repr__(self) -> str:
        return f"run {self.run.name}: {self.overview.task_line}; right on {self.overview.right_line}"
