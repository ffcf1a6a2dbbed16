"""A run taken apart: everything that can be measured of it, from Python. Each result displays itself in Jupyter."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from openwork import analyses
from openwork.analyses import FoundRoutes, Result, Step, Subject
from openwork.analyses.steps import Watch, stretch
from openwork.claims import Claim, ClaimsHeading, GivenProgram
from openwork.claims.places import full_names
from openwork.claims.programs.answers import answers_of
from openwork.data import USUAL_INPUTS, Inputs
from openwork.engines.choose import available_threads
from openwork.errors import PlanError, Reason
from openwork.jobs.drawing import Drawing
from openwork.jobs.looking import Look, Looking
from openwork.jobs.looking.of_run import look_of
from openwork.jobs.measuring import measured, was_drawn
from openwork.jobs.old_names import OldNames
from openwork.jobs.printing import print_page
from openwork.jobs.setting import Setting
from openwork.jobs.stored_run import Asked
from openwork.page import LiveReport, Sibling, live_frame, live_html
from openwork.programs import (
    USUAL_SECONDS,
    Decompilation,
    Program,
    compared,
    decompile_kept,
    known_decompilation,
    over_training_kept,
)
from openwork.programs.over_training import POINTS
from openwork.proofs import (
    CLOSER,
    Proof,
    SetProof,
    certified,
    prove_by_sets_kept,
    prove_kept,
    require_plain,
    too_many_to_list,
    work_of,
)
from openwork.proofs import USUAL_SECONDS as PROOF_SECONDS
from openwork.report import Display, Document, Original, ReproducedSeed, explanation_document, write_html, write_page
from openwork.report.html.lowering import html_page
from openwork.runs import Run

CHEAP = 6e9
"""steps of arithmetic of a proof that a report waits for: about ten seconds on one core"""
NO_PROOF = "no proof: the model does not solve the task, or not every question is asked"
TOO_LONG = "no proof: it takes longer than a report waits; openwork prove RUN"
MOST_COMPARED = 3
"""models whose routes a report shows side by side, where that is asked for"""


@dataclass(frozen=True, eq=False)
class OpenedRun(OldNames, Looking, Drawing):
    """One model with its task, on an engine. Everything is measured on every question of the task, or on a sample.

    `run.logits`, `run.cache`, `run.run` and `run.weights` look inside, whatever is asked. Every analysis
    that `openwork analyse` lists is a method, with the arguments and the words of the analysis:
    `run.logit_lens()`, `run.pruning(at_least=0.99)`. Those that stand here do more than their analysis.
    """

    @cached_property
    def _look(self) -> Look:
        """Its model, asked questions of its task."""
        return look_of(self.subject)

    @cached_property
    def accuracy(self) -> Display:
        """Loss and accuracy at each graded position, whole sequences, and the smallest margin."""
        return Display(analyses.accuracy(self.subject))

    @cached_property
    def curve(self) -> Display:
        """How it learned, epoch by epoch."""
        return self.learning_curve()

    def attention(self, layer: int, questions: Sequence[int | str] | None = None) -> Display:
        """Where a layer's heads look: the mean over all inputs, or the patterns of a few questions.

        Args:
            layer: which block.
            questions: their numbers, or their texts such as `"0 1 2 3"`.

        Raises:
            PlanError: the model has no such layer, or the task no such question.
        """
        if questions is None:
            return Display(measured(self, analyses.attention, layer=layer))
        return Display(measured(self, analyses.attention_examples, layer=layer, questions=questions))

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
        return self.stored.task.one_symbol_each and (self.solved or self._found_routes.known is not None)

    @cached_property
    def _found_routes(self) -> FoundRoutes:
        on = self.routes_on or self.inputs
        return FoundRoutes(self.traced, self.kept, self.watch, on.chosen)

    def decompile(self, seconds: float = USUAL_SECONDS) -> Display:
        """The model's own program, and how far it is equal, realised, whole and short; kept in the store.

        Raises:
            PlanError: a time that is none.
        """
        return Display(decompile_kept(self.subject, self.kept, seconds, self.watch))

    def same_program(self, other: OpenedRun, seconds: float = USUAL_SECONDS) -> Display:
        """Whether another run's model computes by the same program, up to which heads do it, the order of lines and
        redundant routes; both are decompiled, or known from the store.

        Args:
            other: a run of the same task.
            seconds: of processor time, for each of the two.

        Raises:
            PlanError: another task, a model in which no program was found, or a time that is none.
        """
        if str(other.stored.task) != str(self.stored.task):
            reason = Reason(other.stored.name, f"does {other.stored.task}, not {self.stored.task}")
            raise PlanError("programs of different tasks are not compared", reason)
        return Display(compared((self.stored.name, other.stored.name), (self._own(seconds), other._own(seconds))))

    def program_over_training(self, points: int = POINTS, seconds: float = USUAL_SECONDS) -> Display:
        """Since which epoch the model's own program is equal to it, and since when each line is realised; kept in the
        store, checkpoint by checkpoint.

        Args:
            points: how many checkpoints to look at, the first and the last among them: 2 or more.
            seconds: of processor time for the program, where it is not known yet.

        Raises:
            ClaimError: an imported run, of which there is nothing but the end.
            PlanError: no program was found, fewer points than two, or a time that is none.
        """
        self.training.require()
        if points < 2:
            raise PlanError("no program over training", Reason("points", f"{points} are fewer than 2"))
        at = (self.stored.name, self._as_it_was, self.training.recorded)
        return Display(over_training_kept(self.subject, self.kept, *at, self._own(seconds), points, watch=self.watch))

    def _as_it_was(self, epoch: int) -> Subject | None:
        stack = self.weights_at(epoch)
        return replace(self.subject, stack=stack) if np.isfinite(stack.flat).all() else None

    def _own(self, seconds: float) -> Program:
        found = decompile_kept(self.subject, self.kept, seconds, self.watch)
        if found.program is None:
            raise PlanError("nothing to compare", Reason(self.stored.name, "; ".join(found.missing)))
        return found.program

    def prove(
        self,
        margin: float = 0.0,
        *,
        by_sets: bool | None = None,
        seconds: float | None = None,
        program: Program | GivenProgram | None = None,
        mean: str = "",
        more_bits: int = CLOSER,
    ) -> Display:
        """Whether every right answer surely leads by more than `margin`, in the logits, over the real numbers; kept in
        the store, where an interrupted proof goes on.

        Args:
            margin: the lead that is asked for.
            by_sets: whether sets of inputs are proved at once; by itself where there are too many to list.
            seconds: how much processor time it may take, by sets 600 unless given; the next call goes on.
            program: prove that it answers as this one does, in place of right: one that was found, or plain Python.
            mean: prove it of the model with this component set to its mean over every input; several joined by `+`.
            more_bits: how many inputs, at most, get more bits where double precision leaves them open.

        Raises:
            PlanError: questions that nobody can list, no margin or component, a model that sets cannot go through.
            ClaimError: a program for another task, or one that fails.
            CheckpointError: weights that are not numbers.
        """
        if self.goes_by_sets(by_sets):
            require_plain(mean, program is not None)
            return Display(self.proved_by_sets(margin, PROOF_SECONDS if seconds is None else seconds))
        return Display(self.proved(margin, mean, program, more_bits, seconds))

    def proved(
        self,
        margin: float = 0.0,
        mean: str = "",
        program: Program | GivenProgram | None = None,
        more_bits: int = CLOSER,
        seconds: float | None = None,
    ) -> Proof:
        """The same as numbers, every question listed."""
        answers = None if program is None else answers_of(program, self.subject.task)
        threads, at = self.setting.threads or available_threads(), full_names(self.subject.spec, mean)
        asked, until = (self.subject, self.kept, margin, threads, self.watch), math.inf if seconds is None else seconds
        return prove_kept(*asked, mean=at, answers=answers, closer=more_bits, seconds=until)

    def proved_by_sets(self, margin: float = 0.0, seconds: float = PROOF_SECONDS) -> SetProof:
        """The same as numbers, by sets of inputs. Raises as `prove`."""
        threads = self.setting.threads or available_threads()
        return prove_by_sets_kept(self.subject, self.kept, margin, seconds, threads, self.watch)

    def goes_by_sets(self, by_sets: bool | None) -> bool:
        """Whether a proof goes by sets of inputs: as was said, or where there are too many to list."""
        return too_many_to_list(self.subject.task) if by_sets is None else by_sets

    @property
    def why_no_proof(self) -> str:
        """Why a report does not wait for a proof; empty where it does."""
        if not self.solved or not self.subject.whole or self.subject.spec.d_vocab_out < 2:
            return NO_PROOF
        return TOO_LONG if work_of(self.subject) > CHEAP else ""

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

    @property
    def results(self) -> tuple[Result, ...]:
        """Every analysis that a report shows; the program first, where the run was decompiled before."""
        program = self.known_program
        proof = self.known_proof
        certain = None if proof is None else certified(self.subject, proof)
        first = tuple(found for found in (program, certain) if found is not None)
        return (*first, *((self.all_routes,) if self.shows_routes else ()), *self.measured)

    @cached_property
    def measured(self) -> tuple[Result, ...]:
        """Every one that a report shows, routes aside."""
        layers = range(self.stack.spec.n_layers)
        wanted: list[tuple[str, Callable[[], Display]]] = [("accuracy", lambda: self.accuracy)]
        if not self.stored.task.one_symbol_each:
            if self.stored.task.writes_answers and self.stack.spec.attention_dir == "causal":
                wanted.append(("as generated", self.as_generated))
            return self._results_of([*wanted, ("ablations", self.ablation_table)])
        if any(map(self.subject.task.deciding_variable, self.subject.task.outputs)):
            wanted.append(("interchange", lambda: self.interchange))
        wanted += [(f"attention of layer {layer}", partial(self.attention, layer)) for layer in layers]
        wanted += [("ablations", self.ablation_table), ("readouts", self.readout_table)]
        if not self.stack.spec.attn_only:
            wanted += [
                (f"MLP {layer}", partial(self.component_outputs, f"blocks.{layer}.mlp", (0,))) for layer in layers
            ]
        return self._results_of(wanted)

    def _results_of(self, wanted: Sequence[tuple[str, Callable[[], Display]]]) -> tuple[Result, ...]:
        results = [] if self.stored.imported else [self.curve.result, *self._since_when(spend=True)]
        for number, (name, measure) in enumerate(wanted):
            self.watch(Step(name, number / len(wanted), 0))
            results.append(measure().result)
        self.watch(Step("measured", 1.0, 0))
        return tuple(results)

    def reproduced(self, original: Original) -> ReproducedSeed:
        """Everything that a publication reports, measured of this model: ablations held out, the rest on all inputs."""
        held_out = self.held_out
        return ReproducedSeed(
            self.stored.seed,
            _curve(self.stored),
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
        if self.heading is None:
            return LiveReport(*shown, siblings, self.recipe)
        title = self.heading.title if self.inputs.only_right else ""
        return LiveReport(*shown, siblings, self.recipe, self.heading.tour, title=title, open=self.heading.open)

    def compared_siblings(self, compare: bool = False) -> tuple[Sibling, ...]:
        """Every stored model of the same experiment, this one included; see `live`."""
        routes = {self.stored.name: self.all_routes} if self.shows_routes else {}
        for name, found in self._beside.items() if routes else ():
            known = found.all if compare else found.known
            routes |= {} if known is None else {name: known}
        return tuple(
            Sibling(run.name, run.seed, run.solved, _curve(run), routes.get(run.name), run.ended)
            for run in self.siblings
        )

    @cached_property
    def _beside(self) -> dict[str, FoundRoutes]:
        """The routes of up to two other solved models, by the names of their runs."""
        solved = [run for run in self.siblings if run.solved and run.name != self.stored.name]
        chosen = solved[: MOST_COMPARED - 1]
        watches = [stretch(self.watch, number, len(chosen), 0) for number in range(len(chosen))]
        return {run.name: self._routes_of(run, watch) for run, watch in zip(chosen, watches, strict=True)}

    def _routes_of(self, run: Run, watch: Watch) -> FoundRoutes:
        subject = replace(self.subject, stack=self.setting.store.stack(run))
        return FoundRoutes(subject, replace(self.kept, run=run), watch, self.inputs.chosen)

    def report(self, path: Path | str, *, static: bool = False, compare: bool = False, pdf: bool = False) -> Path:
        """Writes the report as one self-contained HTML file: live, or for places that forbid scripts without any; or
        the latter as PDF, which the system's Chromium prints.

        Raises:
            StoreNotWritable: the file cannot be written there.
            PlanError: there is no Chromium that makes a PDF.
        """
        if pdf:
            print_page(html_page(self.document()), Path(path))
        elif static:
            write_html(self.document(), Path(path))
        else:
            write_page(live_html(self.live(compare)), Path(path))
        return Path(path)

    def _repr_html_(self) -> str:
        """The live page in a frame, with what takes no time to measure: routes only where they were found before."""
        known = () if self.stored.imported else (self.curve.result, *self._since_when(spend=False))
        routes = self._found_routes.known
        return live_frame(LiveReport(self.subject, self.overview, self._asserted, self.claims, known, routes, ()))

    def __repr__(self) -> str:
        return f"run {self.stored.name}: {self.overview.task_line}; right on {self.overview.right_line}"


def _curve(run: Run) -> analyses.LearningCurve:
    return analyses.learning_curve(run.history, was_drawn(run))


def open_run(
    run: Run,
    setting: Setting,
    *,
    tried: tuple[Run, ...] = (),
    claims: tuple[Claim, ...] | None = None,
    heading: ClaimsHeading | None = None,
    recipe_claims: tuple[Claim, ...] = (),
    trains: bool = True,
    inputs: Inputs = USUAL_INPUTS,
    routes_on: Inputs | None = None,
) -> OpenedRun:
    """A stored run, ready to be measured. With `trains`, claims about learning may train seeds that are not stored.

    Of `claims` those about recipes, and `recipe_claims` beside them, are judged apart, when they are asked for; unless
    given, `claims` are those that ship for the task and speak of its models. The store's verdicts are those on the
    inputs that are taken unless others are asked for. What else is damaged in the store stops nothing: see `damage`.
    """
    return OpenedRun(run, setting, inputs, Asked(claims, heading, recipe_claims), tried, trains, routes_on)
