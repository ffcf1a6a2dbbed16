"""Claims and how they came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from openwork.claims.verdict import Outcome, Verdict
from openwork.claims.verdict import Part as Case
from openwork.report.parts import Part, Table, Text, VerdictList, VerdictRow, columns

HOLDS = {True: "yes", False: "no", None: "open"}


def verdict_parts(verdicts: Sequence[Verdict]) -> tuple[Part, ...]:
    """The count of outcomes, then every verdict with its evidence."""
    return Text(count_line(verdicts)), VerdictList(tuple(map(_row, verdicts)))


def count_line(verdicts: Sequence[Verdict]) -> str:
    """How many claims came out how, in one sentence."""
    found = Counter(verdict.outcome for verdict in verdicts)
    said = [f"{found[outcome]} {outcome.lower()}" for outcome in Outcome if found[outcome]]
    return f"{len(verdicts)} claims judged: {', '.join(said)}." if verdicts else "No claim was judged."


def _row(verdict: Verdict) -> VerdictRow:
    return VerdictRow(
        outcome=verdict.outcome,
        id=verdict.claim.id,
        says=verdict.claim.says,
        sentence=verdict.sentence,
        coverage=verdict.coverage,
        parts=_cases(verdict.parts) if verdict.parts else None,
        counterexamples=verdict.counterexamples,
        cost=f"{verdict.forward_rows:,} inputs run through the model" if verdict.forward_rows else "no extra runs",
        advice=verdict.advice,
    )


def _cases(cases: Sequence[Case]) -> Table:
    rows = tuple((case.label, _found(case), f"{_sign(case)} {case.threshold:g}", HOLDS[case.holds]) for case in cases)
    return Table(columns("case", "found", "claimed", "holds", numeric=(1, 2)), rows)


def _found(case: Case) -> str:
    if case.low == case.high:
        return f"{case.value:.4f}"
    return f"{case.value:.4f} ({case.low:.4f} to {case.high:.4f})"


def _sign(case: Case) -> str:
    return "≥" if case.relation == ">=" else "≤"
