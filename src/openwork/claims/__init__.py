"""WHAT WE ASSERT: kinds of claims, claims files, and verdicts with their evidence."""

from openwork.claims.check import Cost, check, plan, require_claims_fit
from openwork.claims.claim import Claim
from openwork.claims.context import Context, Controls, Trials
from openwork.claims.counterexample import Counterexample, Replay
from openwork.claims.fitted import FittedClaims, fitted
from openwork.claims.given import claims_given
from openwork.claims.heading import ClaimsHeading, Publication, heading_of
from openwork.claims.listed_kinds import *  # noqa: F403
from openwork.claims.over_training.judging import TrainingCost, judge_over_training, known_or_cheap, plan_over_training
from openwork.claims.over_training.result import Aside, ClaimOverTraining, Judgement, OverTraining
from openwork.claims.parse import parse_claims
from openwork.claims.programs.program import GivenProgram, program_from_text
from openwork.claims.recipes import about_models, about_recipes
from openwork.claims.registry import KINDS
from openwork.claims.shipped import article_for, heading_for, instead_for, shipped_for
from openwork.claims.tour import TourStep
from openwork.claims.verdict import Case, Effect, Outcome, Verdict, verdict_from_json
from openwork.claims.watched import watched_check
from openwork.data.interval import clopper_pearson
from openwork.errors import renamed

__all__ = [
    *(kind.__name__ for kind in KINDS.values()),
    "KINDS",
    "Aside",
    "Claim",
    "ClaimOverTraining",
    "Context",
    "Controls",
    "Cost",
    "Counterexample",
    "Effect",
    "FittedClaims",
    "ClaimsHeading",
    "Judgement",
    "Outcome",
    "OverTraining",
    "Case",
    "GivenProgram",
    "Publication",
    "Replay",
    "TrainingCost",
    "Trials",
    "TourStep",
    "Verdict",
    "about_models",
    "about_recipes",
    "article_for",
    "check",
    "claims_given",
    "clopper_pearson",
    "fitted",
    "heading_for",
    "heading_of",
    "instead_for",
    "judge_over_training",
    "known_or_cheap",
    "parse_claims",
    "plan",
    "plan_over_training",
    "program_from_text",
    "require_claims_fit",
    "shipped_for",
    "verdict_from_json",
    "watched_check",
]

__getattr__ = renamed(__name__, {"Heading": "ClaimsHeading", "Part": "Case", "Program": "GivenProgram"}, globals())
