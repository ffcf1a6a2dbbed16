"""A run whose claims can be judged: the model on its inputs, what is asserted of it, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from openwork.analyses import Result
from openwork.claims import (
    Claim,
    ClaimsHeading,
    Context,
    Controls,
    Cost,
    Decompiles,
    FittedClaims,
    Publication,
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
from openwork.jobs.stored_run import StoredRun
from openwork.programs import known_decompilation
from openwork.proofs import Proof, known_proof
from openwork.report import Display, Judged, Overview, RecipeClaims


@dataclass(frozen=True, eq=False)
class JudgedRun(StoredRun):
    """One model with its task, on an engine, and what is claimed of it."""

    @cached_property
    def claims(self) -> Judged:
        """The verdicts on the claims given, or on those that ship for the task: an article's, or our own."""
        return self._judged(self._asserted)

    @cached_property
    def recipe(self) -> RecipeClaims:
        """The verdicts on claims about a recipe, where asked for: they may train seeds that are not stored. And
        what was not asked."""
        shipped = about_recipes(shipped_for(self.stored.task)) if self.asked.claims is None else ()
        left = tuple(claim for claim in shipped if claim not in self.asked.of_recipes)
        return RecipeClaims(tuple(self._judged(self.asked.of_recipes)), left, self._publication)

    @property
    def heading(self) -> ClaimsHeading | None:
        """What the file of its claims says of itself; None where there is no file."""
        asked = self.asked
        return heading_for(self.stored.task) if asked.heading is None and asked.claims is None else asked.heading

    @property
    def _publication(self) -> Publication | None:
        return None if self.heading is None else self.heading.publication

    def _judged(self, claims: tuple[Claim, ...], rows: Callable[[int], None] = lambda rows: None) -> Judged:
        return Judged(watched_check(claims, replace(self._context, watch=rows), self.known, self.watch))

    @cached_property
    def _asserted(self) -> FittedClaims:
        given = self.asked.of_models
        asked = about_models(shipped_for(self.stored.task)) if given is None else given
        if given is None and not asked:
            asked = self._of_its_own
        return fitted(asked, self.stored.task, self.stack.spec)

    @property
    def _of_its_own(self) -> tuple[Claim, ...]:
        """What its program claims, where nobody claims anything and one was found; so that no report is empty."""
        found = known_decompilation(self.subject, self.kept)
        if found is None or found.program is None or found.program.is_answer_table:
            return ()
        return (Decompiles(id="its-own-program", program=found.program),)

    @cached_property
    def _context(self) -> Context:
        """What claims are judged on; what one of them measured, the next need not."""
        experiment = None if self.stored.imported else self.stored.experiment
        first = None if self.stored.imported else partial(self.weights_at, 0)
        only_right, controls = self.inputs.only_right, Controls(first)
        return Context(self.subject, experiment, trials=self.trials, only_right=only_right, controls=controls)

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
        return Training(self.stored, self._context, self.inputs, self.weights_over_training, self.kept)

    def _since_when(self, spend: bool) -> tuple[Result, ...]:
        """The report's claims over the training: what is known, or with `spend` can be had in a moment."""
        judged = known_or_cheap(self.training, self._asserted, spend, self.watch)
        return () if judged is None else (judged,)

    @property
    def known_proof(self) -> Proof | None:
        """What was proved of it before; None where nothing was. Runs nothing."""
        return known_proof(self.subject, self.kept)

    @property
    def overview(self) -> Overview:
        """Where it comes from and how right it is, for the top of a report."""
        tried = self.tried or self.siblings or (self.stored,)
        scores = self.subject.scores
        return Overview(
            source=self.stored.source,
            run=self.stored.name,
            seed=self.stored.seed,
            right=int(scores.sequences[0]),
            inputs=scores.inputs,
            seeds=tuple(run.progress for run in tried),
            engine=self.choice.reason,
            seconds=sum(epoch.seconds for epoch in self.stored.history),
            coverage="" if self.subject.whole else self.subject.coverage,
            go_on=self.go_on,
            publication=self._publication,
            damage=self.damage,
            proof="" if self.known_proof is None else self.known_proof.short,
        )
