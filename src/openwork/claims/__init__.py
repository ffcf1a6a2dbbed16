"""WHAT WE ASSERT: kinds of claims, claims files, and verdicts with their evidence."""

from openwork.claims.check import Cost, check, plan, require_claims_fit
from openwork.claims.claim import Claim
from openwork.claims.context import Context, Controls, Trials
from openwork.claims.counterexample import Counterexample, Replay
from openwork.claims.fitted import FittedClaims, fitted
from openwork.claims.given import claims_given
from openwork.claims.heading import ClaimsHeading, Publication, heading_of
from openwork.claims.kinds.accuracy import Accuracy
from openwork.claims.kinds.attends import Attends
from openwork.claims.kinds.carries import Carries
from openwork.claims.kinds.implements import Implements
from openwork.claims.kinds.learns import Learns
from openwork.claims.kinds.linear import Linear
from openwork.claims.kinds.necessary import Necessary
from openwork.claims.kinds.reads_out import ReadsOut
from openwork.claims.kinds.split import Split
from openwork.claims.kinds.sufficient import Sufficient
from openwork.claims.kinds.unnecessary import Unnecessary
from openwork.claims.over_training.judging import TrainingCost, judge_over_training, known_or_cheap, plan_over_training
from openwork.claims.over_training.result import Aside, ClaimOverTraining, Judgement, OverTraining
from openwork.claims.parse import parse_claims
from openwork.claims.programs.program import Program, program_from_text
from openwork.claims.recipes import about_models, about_recipes
from openwork.claims.registry import KINDS
from openwork.claims.shipped import article_for, heading_for, instead_for, shipped_for
from openwork.claims.verdict import Case, Effect, Outcome, Verdict, verdict_from_json
from openwork.claims.watched import watched_check
from openwork.data.interval import clopper_pearson

__all__ = [
    "KINDS",
    "Accuracy",
    "Aside",
    "Attends",
    "Carries",
    "Case",
    "Claim",
    "ClaimOverTraining",
    "ClaimsHeading",
    "Context",
    "Controls",
    "Cost",
    "Counterexample",
    "Effect",
    "FittedClaims",
    "Implements",
    "Judgement",
    "Learns",
    "Linear",
    "Necessary",
    "Outcome",
    "OverTraining",
    "Program",
    "Publication",
    "ReadsOut",
    "Replay",
    "Split",
    "Sufficient",
    "TrainingCost",
    "Trials",
    "Unnecessary",
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
