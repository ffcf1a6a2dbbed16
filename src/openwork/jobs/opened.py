"""A run taken apart: everything that can be measured of it, from Python. Each result displays itself in Jupyter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from openwork import analyses
from openwork.analyses import By, FoundRoutes, Result, Step
from openwork.analyses.logit_attribution import Against
from openwork.analyses.pairs import Alternatives
from openwork.analyses.pruning import By as Replacement
from openwork.analyses.readout import Basis, Measure
from openwork.analyses.steps import Watch, stretch
from openwork.errors import warn_renamed
from openwork.jobs.judged_run import JudgedRun
from openwork.programs import USUAL_SECONDS, Decompilation, decompile_kept, known_decompilation
from openwork.report import (
    Display,
    Document,
    LiveReport,
    Original,
    ReproducedSeed,
    Sibling,
    explanation_document,
    live_frame,
    live_html,
    write_html,
    write_page,
)
from openwork.runs import Run

MOST_COMPARED = 3
"""models whose routes a report shows side by side, where that is asked for"""


@dataclass(frozen=True, eq=False)
class OpenedRun(JudgedRun):
    """One model with its task, on an engine. Everything is measured on every question of the task, or on a sample."""

    @cached_property
    def accuracy(self) -> Display:
        """Loss and accuracy at each graded position, whole sequences, and the smallest margin."""
        return Display(analyses.accuracy(self.subject))

    @cached_property
    def curve(self) -> Display:
        """How it learned, epoch by epoch."""
        return Display(_curve(self.run))

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
        return Display(self._found_routes.of(outputs))

    @cached_property
    def all_routes(self) -> analyses.Routes:
        """Those of all outputs, as numbers."""
        return self._found_routes.all

    @property
    def shows_routes(self) -> bool:
        """Whether a report shows them: of a model that does not solve its task, only where they were asked for."""
        return self.solved or self._found_routes.known is not None

    @cached_property
    def _found_routes(self) -> FoundRoutes:
        return FoundRoutes(self.subject, self.kept, self.watch, self.inputs.chosen)

    def decompile(self, seconds: float = USUAL_SECONDS) -> Display:
        """The model's own program, and how far it is equal, realised, whole and short; kept in the store.

        Raises:
            PlanError: a time that is none.
        """
        return Display(decompile_kept(self.subject, self.kept, seconds, self.watch))

    def look_inside(self, seconds: float) -> Decompilation:
        """The program that is known, or what so many seconds find.

        Raises:
            KeyboardInterrupt: somebody ended it; what was found by then is kept.
        """
        known = self.known_program
        found = known if known is not None else decompile_kept(self.subject, self.kept, seconds, self.watch)
        if known is None and found.interrupted:
            raise KeyboardInterrupt
        return found

    @property
    def known_program(self) -> Decompilation | None:
        """What decompiling it found before; None where nobody did. Runs nothing."""
        return known_decompilation(self.subject, self.kept)

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

    @property
    def results(self) -> tuple[Result, ...]:
        """Every analysis that a report shows; the program first, where the run was decompiled before."""
        program = self.known_program
        first = () if program is None else (program,)
        return (*first, *((self.all_routes,) if self.shows_routes else ()), *self.measured)

    @cached_property
    def measured(self) -> tuple[Result, ...]:
        """Every one that a report shows, routes aside."""
        layers = range(self.stack.spec.n_layers)
        wanted: list[tuple[str, Callable[[], Display]]] = [("accuracy", lambda: self.accuracy)]
        if any(map(self.subject.task.deciding_variable, self.subject.task.outputs)):
            wanted.append(("interchange", lambda: self.interchange))
        wanted += [(f"attention of layer {layer}", partial(self.attention, layer)) for layer in layers]
        wanted += [("ablations", lambda: self.ablations), ("readouts", lambda: self.readouts)]
        if not self.stack.spec.attn_only:
            wanted += [(f"MLP {layer}", partial(self.outputs, f"blocks.{layer}.mlp", (0,))) for layer in layers]
        found = [] if self.run.imported else [self.curve.result, *self._since_when(spend=True)]
        for number, (name, measure) in enumerate(wanted):
            self.watch(Step(name, number / len(wanted), 0))
            found.append(measure().result)
        self.watch(Step("measured", 1.0, 0))
        return tuple(found)

    def reproduced(self, original: Original) -> ReproducedSeed:
        """Everything that a publication reports, measured of this model: ablations held out, the rest on all inputs."""
        held_out = self.held_out
        return ReproducedSeed(
            self.run.seed,
            _curve(self.run),
            tuple(analyses.ablate(held_out, zeroed.site, "zero") for zeroed in original.zeroed),
            analyses.readout(self.subject, f"blocks.{self.stack.spec.n_layers - 1}.hook_resid_post", "W_E"),
            analyses.attention(self.subject, 0),
            analyses.component_outputs(self.subject, "blocks.0.mlp", (0,)),
        )

    def document(self) -> Document:
        """The report: verdicts, then every analysis."""
        return explanation_document(self.overview, self.claims, self.results, self.recipe)

    def live(self, compare: bool = False) -> LiveReport:
        """The report as a page that holds the model itself, to be played with in a browser.

        With `compare` it has the routes of up to two other solved models beside this one's; without, those among them
        that were found before.
        """
        siblings = self.compared_siblings(compare)
        routes = self.all_routes if self.shows_routes else None
        shown = self.subject, self.overview, self._asserted, self.claims, self.results, routes
        return LiveReport(*shown, siblings, self.recipe)

    def compared_siblings(self, compare: bool = False) -> tuple[Sibling, ...]:
        """Every stored model of the same experiment, this one included; see `live`."""
        routes = {self.run.name: self.all_routes} if self.shows_routes else {}
        for name, found in self._beside.items() if routes else ():
            known = found.all if compare else found.known
            routes |= {} if known is None else {name: known}
        return tuple(
            Sibling(run.name, run.seed, run.solved, _curve(run), routes.get(run.name), run.ended)
            for run in self.siblings
        )

    def sisters(self, compare: bool = False) -> tuple[Sibling, ...]:
        """The old name of `compared_siblings`."""
        warn_renamed("sisters", "compared_siblings")
        return self.compared_siblings(compare)

    @cached_property
    def _beside(self) -> dict[str, FoundRoutes]:
        """The routes of up to two other solved models, by the names of their runs."""
        solved = [
            run for run in self.siblings if run.solved and run.name != self.run.name and self.weights_of is not None
        ]
        chosen = solved[: MOST_COMPARED - 1]
        watches = [stretch(self.watch, number, len(chosen), 0) for number in range(len(chosen))]
        return {run.name: self._routes_of(run, watch) for run, watch in zip(chosen, watches, strict=True)}

    def _routes_of(self, run: Run, watch: Watch) -> FoundRoutes:
        assert self.weights_of is not None
        kept = None if self.kept is None else replace(self.kept, run=run)
        return FoundRoutes(replace(self.subject, stack=self.weights_of(run)), kept, watch, self.inputs.chosen)

    def report(self, path: Path | str, *, static: bool = False, compare: bool = False) -> Path:
        """Writes the report as one self-contained HTML file: live, or for places that forbid scripts without any.

        Raises:
            StoreNotWritable: the file cannot be written there.
        """
        if static:
            write_html(self.document(), Path(path))
        else:
            write_page(live_html(self.live(compare)), Path(path))
        return Path(path)

    def _repr_html_(self) -> str:
        """The live page in a frame, with what takes no time to measure: routes only where they were found before."""
        known = () if self.run.imported else (self.curve.result, *self._since_when(spend=False))
        routes = self._found_routes.known
        return live_frame(LiveReport(self.subject, self.overview, self._asserted, self.claims, known, routes, ()))

    def __repr__(self) -> str:
        return f"run {self.run.name}: {self.overview.task_line}; right on {self.overview.right_line}"


def _curve(run: Run) -> analyses.LearningCurve:
    drawn = not run.imported and run.experiment.split.inputs is not None
    return replace(analyses.learning_curve(run.history), drawn=drawn)
