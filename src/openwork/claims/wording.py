"""Sentences about the parts of a claim."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openwork.claims.verdict import Case, Outcome

FEW = 4
MOST_NAMED = 12


def holding(parts: Sequence[Case], noun: str = "cases") -> str:
    """How many hold: `in 1 of 8 cases`, `in all 8 cases`, `in none of 8 cases`; of one `here`, or `in no case`."""
    count = sum(p.holds is True for p in parts)
    if count == len(parts):
        return f"in all {count} {noun}" if count > 1 else "here"
    if len(parts) == 1:
        return f"in no {noun.removesuffix('s')}"
    return f"in {count or 'none'} of {len(parts)} {noun}"


def claimed(parts: Sequence[Case], wanted: str, noun: str = "cases") -> str:
    """What is claimed, and of how many cases it holds: `at least 90 % in 3 of 8 cases`, `claimed: at least 90 %`."""
    return f"{wanted} {holding(parts, noun)}" if len(parts) > 1 else f"claimed: {wanted}"


def told(parts: Sequence[Case], number: Callable[[float], str]) -> str:
    """Every value where they are few, one where they are the same, else the largest and the smallest."""
    if len(parts) <= FEW:
        return ", ".join(f"{p.label} {number(p.value)}" for p in parts)
    most, least = max(parts, key=lambda p: p.value), min(parts, key=lambda p: p.value)
    if number(most.value) == number(least.value):
        return f"{number(most.value)} in each"
    return f"from {number(least.value)} ({least.label}) to {number(most.value)} ({most.label})"


def which(parts: Sequence[Case]) -> str:
    """The parts that hold, or those that do not where these are fewer, as a sentence; they are named up to a dozen."""
    holding = [p.label for p in parts if p.holds is True]
    failing = [p.label for p in parts if p.holds is False]
    named, says = (holding, "It holds for") if len(holding) <= len(failing) else (failing, "It does not hold for")
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f"{says} {', '.join(named[:MOST_NAMED])}{more}."


def weakest(parts: Sequence[Case]) -> Case:
    """The part that speaks least for the claim."""
    return min(parts, key=lambda p: p.value - p.threshold if p.relation == ">=" else p.threshold - p.value)


def bound(relation: str, threshold: str) -> str:
    """`at least 0.5` or `at most 99 %`."""
    return f"{'at least' if relation == '>=' else 'at most'} {threshold}"


def advice(confirmed: str, refuted: str, mixed: str, undecided: str) -> Callable[[Outcome], str]:
    """One sentence for each outcome."""
    said = {
        Outcome.CONFIRMED: confirmed,
        Outcome.REFUTED: refuted,
        Outcome.MIXED: mixed,
        Outcome.UNDECIDED: undecided,
    }
    return lambda outcome: said[outcome]


MEASURE_MORE = "Measure more inputs, or all of them."
