"""Programs that nothing tells apart: claims about the same places that came to the same shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openwork.claims.verdict import Outcome, Verdict

HELD = (Outcome.CONFIRMED, Outcome.VACUOUS, Outcome.MIXED)


def named_together(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts, each of a program beside those of other programs that reach the same at the same places."""
    return tuple(replace(v, alike=_alike(v, verdicts)) for v in verdicts)


def _alike(verdict: Verdict, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    here = _reached(verdict)
    if not here:
        return ()
    others = (v for v in verdicts if v.claim.digest != verdict.claim.digest)
    return tuple(dict.fromkeys(v.claim.id for v in others if _reached(v) == here))


def _reached(verdict: Verdict) -> dict[str, float]:
    """What a program reached at each place; nothing of other claims, and where nothing held."""
    if verdict.claim.kind != "implements" or verdict.outcome not in HELD:
        return {}
    labelled = (part.label.partition(" at ") for part in verdict.parts)
    return {place: part.value for (_, at, place), part in zip(labelled, verdict.parts, strict=True) if at}
