"""WHAT WE ASSERT: kinds of claims, claims files, and verdicts with their evidence."""

from openwork.claims.articles import article_for, instead_for, shipped_for
from openwork.claims.check import Cost, check, plan, require_claims_fit
from openwork.claims.claim import Claim
from openwork.claims.context import Context, Trials
from openwork.claims.counterexample import Counterexample, Replay
from openwork.claims.interval import clopper_pearson
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
from openwork.claims.parse import parse_claims
from openwork.claims.program import Program, program_from_text
from openwork.claims.registry import KINDS
from openwork.claims.verdict import Effect, Outcome, Part, Verdict, verdict_from_json

__all__ = [
    "KINDS",
    "Accuracy",
    "Attends",
    "Carries",
    "Claim",
    "Context",
    "Cost",
    "Counterexample",
    "Effect",
    "Implements",
    "Learns",
    "Linear",
    "Necessary",
    "Outcome",
    "Part",
    "Program",
    "ReadsOut",
    "Replay",
    "Split",
    "Sufficient",
    "Trials",
    "Unnecessary",
    "Verdict",
    "article_for",
    "check",
    "clopper_pearson",
    "instead_for",
    "parse_claims",
    "plan",
    "program_from_text",
    "require_claims_fit",
    "shipped_for",
    "verdict_from_json",
]
