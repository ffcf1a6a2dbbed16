"""Claims as a page opens them: what each asserts, its cases, its counterexamples to play with, its test to repeat."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any

from openwork.analyses import Subject, said_of
from openwork.claims import Claim, Context, Verdict
from openwork.claims.counterexample import Counterexample
from openwork.page.again import again
from openwork.page.cuts import cuts_of
from openwork.report.html.lowering import slug


def live_claims(claims: Sequence[Claim], verdicts: Sequence[Verdict], subject: Subject) -> list[dict[str, Any]]:
    """One for each verdict; `anchor` is where the page shows it."""
    context = Context(subject)
    return [_claim(claim, verdict, context) for claim, verdict in zip(claims, verdicts, strict=True)]


def _claim(claim: Claim, verdict: Verdict, context: Context) -> dict[str, Any]:
    return {
        "id": verdict.claim.id,
        "anchor": f"claim-{slug(verdict.claim.id)}",
        "outcome": str(verdict.outcome),
        "definition": said_of(definition(type(claim)), context.subject.all_asked),
        "cases": [
            {name: getattr(p, name) for name in ("label", "value", "relation", "threshold", "holds", "guess")}
            for p in verdict.parts
        ],
        "examples": [_example(example, context) for example in verdict.counterexamples],
        "again": again(claim, verdict, context),
    }


EXAMPLE = "\n\nExample::"
"""where the description of a kind comes to its example, which is of another model"""


def definition(kind: type[Claim]) -> str:
    """What a kind of claim asserts, how it is tested and what would refute it: its own description, no example."""
    text, _, _ = (inspect.getdoc(kind) or "").partition(EXAMPLE)
    return re.sub(r"\s+", " ", text).replace("`", "").strip()


def _example(example: Counterexample, context: Context) -> dict[str, Any]:
    """A counterexample, and the state of the page that shows it: the questions, and what is off."""
    replay = example.replay
    if replay is None:
        return {"text": example.line, "question": None, "other": None, "cuts": []}
    return {
        "text": example.line,
        "question": replay.question,
        "other": replay.other,
        "cuts": cuts_of(replay, context) or [],
    }
