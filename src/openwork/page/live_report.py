"""What a live page is made from: one opened model with all that was measured and judged of it, and its siblings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openwork.analyses import LearningCurve, Result, Routes, Subject
from openwork.claims import Claim, TourStep
from openwork.claims.verdict import Verdict
from openwork.report.recipe_claims import NOTHING_ASKED, RecipeClaims
from openwork.report.sections import Overview


@dataclass(frozen=True, eq=False)
class Sibling:
    """A model of the same experiment with another seed, or the explained one itself.

    Attributes:
        run: its name.
        seed: its seed.
        solved: right on every input.
        curve: how it learned.
        routes: how the variables get to the outputs; None where that was not measured.
        ended: whether there is nothing left to train.
    """

    run: str
    seed: int
    solved: bool
    curve: LearningCurve
    routes: Routes | None
    ended: bool = True


@dataclass(frozen=True, eq=False)
class LiveReport:
    """Everything that a live page shows.

    Attributes:
        subject: the model, its task and all its inputs; the page holds them.
        overview: where the model comes from.
        claims: what was judged, in the order of `verdicts`.
        verdicts: how that came out.
        results: every analysis that the page shows.
        routes: how the variables get to the outputs; None where that was not measured.
        siblings: models to compare, this one included; may be none.
        recipe: claims about a recipe, which are none about this model.
        tour: a teacher's own steps through the page; none means that the page makes its own.
        beside: pages that it stands beside on a site: the title of each, and its address from here.
        title: that of the file of claims, where these were judged only on what the model answers right; else empty.
        open: what nobody knows yet of the model, in sentences, as its file of claims has it.
        picture: the address of a picture that others show where they link to the page, which itself never asks for it.
    """

    subject: Subject
    overview: Overview
    claims: Sequence[Claim]
    verdicts: Sequence[Verdict]
    results: Sequence[Result]
    routes: Routes | None
    siblings: Sequence[Sibling]
    recipe: RecipeClaims = NOTHING_ASKED
    tour: Sequence[TourStep] = ()
    beside: Sequence[tuple[str, str]] = ()
    picture: str = ""
    title: str = ""
    open: Sequence[str] = ()
