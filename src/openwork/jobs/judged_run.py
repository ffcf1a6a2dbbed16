"""A run whose claims can be judged: the model on its inputs, what is asserted of it, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from openwork.analyses import Result, Subject
from openwork.analyses.steps import Watch, silent
from openwork.claims import (
    Claim,
    ClaimsHeading,
    Context,
    Controls,
    Cost,
    FittedClaims,
    Publication,
    Trials,
    Verdict,
    about_models,
    about_recipes,
    claims_given,
    fitted,
    heading_for,
    plan,
    require_claims_fit,
    shipped_for,
    watched_check,
)
from openwork.claims.over_training.checkpoints import Training
from openwork.claims.over_training.judging import judge_over_training, known_or_cheap
from openwork.data import USUAL_INPUTS, Inputs, parts_of
from openwork.engines import Choice
from openwork.errors import Reason
from openwork.models import Stack
from openwork.report import Display, Judged, Overview, RecipeClaims
from openwork.runs import KeptResults, Run

Trying = Callable[[str, int], Trials | None]


@dataclass(frozen=True, eq=False)
class JudgedRun:
    """One model with its task, on an engine. Everything is measured on every question of the task, or on a sample.

    Attributes:
        run: how it was trained, and every epoch of it.
        stack: its weights, a stack of one.
        choice: the engine that measures, and why that one.
        tried: the runs that were tried for this one, itself included.
        trying: trains a named experiment with some seeds, for claims about learning, or looks the answer up.
        given: the claims to judge; None means those that ship for the task: an article's, or our own, and of them those
            that a model decides.
        heading: what the file of these claims says of itself; None means that of those that ship, where they are taken.
        known: verdicts that the store has; a claim of the same content is not judged again.
        inputs: on how many inputs to measure, at most.
        watch: is told how far a long measurement is.
        kept: results of measurements that the store has; None keeps nothing.
        siblings: every stored run of the same experiment, itself included.
        weights_of: gives the weights of one of `siblings`.
        weights_at: gives the weights of this run after an epoch; None where nothing but the end is at hand.
        recipe_claims: those among the claims that speak of a recipe, to be judged apart; see `recipe`.
        go_on: the command that goes on with what was tried and not trained to its end; empty where there is none.
        damage: what is damaged in the store beside this run, by name; such runs are not among its siblings.
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
    siblings: tuple[Run, ...] = ()
    weights_of: Callable[[Run], Stack] | None = None
    weights_at: Callable[[int], Stack] | None = None
    heading: ClaimsHeading | None = None
    recipe_claims: tuple[Claim, ...] = ()
    go_on: str = ""
    damage: tuple[Reason, ...] = ()

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
    def claims(self) -> Judged:
        """The verdicts on the claims given, or on those that ship for the task: an article's, or our own."""
        return self._judged(self._asserted)

    @cached_property
    def recipe(self) -> RecipeClaims:
        """The verdicts on `recipe_claims`, which may train seeds that are not stored, and what was not asked."""
        shipped = about_recipes(shipped_for(self.run.task)) if self.given is None else ()
        left = tuple(claim for claim in shipped if claim not in self.recipe_claims)
        return RecipeClaims(tuple(self._judged(self.recipe_claims)), left, self._publication)

    @property
    def _publication(self) -> Publication | None:
        heading = heading_for(self.run.task) if self.heading is None and self.given is None else self.heading
        return None if heading is None else heading.publication

    def _judged(self, claims: tuple[Claim, ...], rows: Callable[[int], None] = lambda rows: None) -> Judged:
        return Judged(watched_check(claims, replace(self._context, watch=rows), self.known, self.watch))

    @cached_property
    def _asserted(self) -> FittedClaims:
        asked = about_models(shipped_for(self.run.task)) if self.given is None else self.given
        return fitted(asked, self.run.task, self.stack.spec)

    @cached_property
    def _context(self) -> Context:
        """What claims are judged on; what one of them measured, the next need not."""
        experiment = None if self.run.imported else self.run.experiment
        first = None if self.run.imported or self.weights_at is None else partial(self.weights_at, 0)
        only_right, controls = self.inputs.only_right, Controls(first)
        return Context(self.subject, experiment, trials=self.trying, only_right=only_right, controls=controls)

    def check(self, claims: Iterable[Claim], watch: Callable[[int], None] = lambda rows: None) -> Judged:
        """Judges claims on this model; those that the store has a verdict on are not judged again.

        Args:
            claims: what to judge.
            watch: called after every measurement, with the inputs that it ran through the model.

        Raises:
            ClaimError: what is no claim, or claims that do not fit this model, with every reason, before anything runs.
                An article's claims (`claims`) may be about other models too: there such a one is UNDECIDED.
        """
        fitting = require_claims_fit(claims_given(claims), self.subject.task, self.subject.spec)
        return self._judged(fitting, watch)

    def plan(self, claims: Iterable[Claim]) -> Cost:
        """What judging these claims takes, before anything runs.

        Raises:
            ClaimError: something given is no claim.
        """
        return plan(claims_given(claims), self._context, self.known)

    def over_training(
        self, claims: Iterable[Claim] | None = None, points: int | Sequence[int] | None = None
    ) -> Display:
        """Since when each claim is true, the report's claims unless given, next to loss and accuracy.

        `points` says how many checkpoints, or which epochs: all where that is cheap. An interruption keeps what was
        judged, and what was judged before is answered from the store.

        Raises:
            ClaimError: a run without a stored training, no claim that a checkpoint decides, or points that cannot be.
        """
        asked = self._asserted if claims is None else claims_given(claims)
        return Display(judge_over_training(self.training, asked, points, self.watch))

    @cached_property
    def training(self) -> Training:
        """Its training, as claims are judged over it."""
        return Training(self.run, self._context, self.inputs, self.weights_at, self.kept)

    def _since_when(self, spend: bool) -> tuple[Result, ...]:
        """The report's claims over the training: what is known, or with `spend` can be had in a moment."""
        found = known_or_cheap(self.training, self._asserted, spend, self.watch)
        return () if found is None else (found,)

    @property
    def overview(self) -> Overview:
        """Where it comes from and how right it is, for the top of a report."""
        tried = self.tried or self.siblings or (self.run,)
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
            self.go_on,
            self._publication,
            self.damage,
        )
