"""WHAT WE ASSERT: kinds of claims, claims files, and verdicts with their evidence."""

from openwork.claims.articles import article_for
from openwork.claims.check import Cost, check, plan
from openwork.claims.claim import Claim
from openwork.claims.context import Context, Trials
from openwork.claims.interval import clopper_pearson
from openwork.claims.kinds.accuracy import Accuracy
from openwork.claims.kinds.attends import Attends
from openwork.claims.kinds.learns import Learns
from openwork.claims.kinds.linear import Linear
from openwork.claims.kinds.necessary import Necessary
from openwork.claims.kinds.reads_out import ReadsOut
from openwork.claims.kinds.split import Split
from openwork.claims.parse import parse_claims
from openwork.claims.registry import KINDS
from openwork.claims.verdict import Effect, Outcome, Part, Verdict, verdict_from_json

__all__ = [
    "KINDS",
    "Accuracy",
    "Attends",
    "Claim",
    "Context",
    "Cost",
    "Effect",
    "Learns",
    "Linear",
    "Necessary",
    "Outcome",
    "Part",
    "ReadsOut",
    "Split",
    "Trials",
    "Verdict",
    "article_for",
    "check",
    "clopper_pearson",
    "parse_claims",
    "plan",
    "verdict_from_json",
]
