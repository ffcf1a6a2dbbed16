"""Claims and how they came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from openwork.analyses import percent
from openwork.claims.verdict import Case as Case
from openwork.claims.verdict import Outcome, Verdict
from openwork.report.parts import NOTHING, Figure, Part, Table, Text, VerdictList, VerdictRow, columns

HOLDS = {True: "✓ yes", False: "✗ no", None: "? open"}
NOTHING_SAID = "∅ always"
SHARE = "share "


def verdict_parts(verdicts: Sequence[Verdict]) -> tuple[Part, ...]:
    """The count of outcomes, then every verdict with its evidence."""
    return Text(count_line(verdicts)), VerdictList(tuple(map(verdict_row, verdicts)))


def count_line(verdicts: Sequence[Verdict]) -> str:
    """How many claims came out how, in one sentence."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    said = [f"{counts[outcome]} {outcome.lower()}" for outcome in Outcome if counts[outcome]]
    expected = [verdict for verdict in verdicts if verdict.expect is not None]
    as_expected = f"; {sum(v.met for v in expected)} of {len(expected)} as expected" if expected else ""
    noun = "claim" if len(verdicts) == 1 else "claims"
    return f"{len(verdicts)} {noun} judged: {', '.join(said)}{as_expected}." if verdicts else "No claim was judged."


def verdict_number(verdict: Verdict) -> Figure:
    """The number that says most: how many cases hold where only some do, else how large the effect is."""
    if verdict.outcome is Outcome.MIXED or (verdict.effect is None and verdict.parts):
        return Figure(f"{verdict.holding} of {len(verdict.parts)}", "cases hold")
    if verdict.effect is None:
        return Figure(NOTHING, "not measured")
    value, unit = verdict.effect.value, verdict.effect.unit
    if unit.startswith(SHARE):
        return Figure(percent(value), unit.removeprefix(SHARE))
    return Figure(f"{value:.3g}", unit)


def verdict_row(verdict: Verdict) -> VerdictRow:
    """A verdict as text, with the number to see first."""
    return VerdictRow(
        outcome=verdict.outcome,
        id=verdict.claim.id,
        number=verdict_number(verdict),
        tested=verdict.claim.statement,
        says=verdict.claim.quotation,
        sentence=" ".join(filter(None, (verdict.sentence, _alike(verdict)))),
        coverage=verdict.coverage,
        parts=_cases(verdict.parts) if verdict.parts else None,
        counterexamples=tuple(map(str, verdict.counterexamples)),
        cost=f"{verdict.forward_rows:,} inputs run through the model" if verdict.forward_rows else "no extra runs",
        advice=verdict.advice,
    )


def _alike(verdict: Verdict) -> str:
    """Which other programs reach the same at the same places; empty where none was asked that does."""
    if not verdict.alike:
        return ""
    return f"Nothing here tells it from {', '.join(verdict.alike)}, which reach the same at the same places."


def _cases(cases: Sequence[Case]) -> Table:
    asked = any(case.control is not None for case in cases)
    names = ("case", "found", "claimed", *(("untrained",) if asked else ()), "holds")
    rows = tuple(
        (
            case.label,
            _found(case),
            f"{_sign(case)} {case.threshold:g}",
            *((_untrained(case),) if asked else ()),
            NOTHING_SAID if case.vacuous else HOLDS[case.holds],
        )
        for case in cases
    )
    return Table(columns(*names, numeric=tuple(range(1, len(names) - 1))), rows)


def _untrained(case: Case) -> str:
    return NOTHING if case.control is None else f"{case.control:.4f}"


def _found(case: Case) -> str:
    if case.low == case.high:
        return f"{case.value:.4f}"
    return f"{case.value:.4f} ({case.low:.4f} to {case.high:.4f})"


def _sign(case: Case) -> str:
    return "≥" if case.relation == ">=" else "≤"
