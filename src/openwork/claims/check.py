"""Judging several claims on one model: what is shared is measured once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openwork.claims.claim import Claim, not_applicable
from openwork.claims.context import Context
from openwork.claims.verdict import Verdict


@dataclass(frozen=True)
class Cost:
    """What checking some claims takes, before anything runs.

    Attributes:
        by_claim: forward rows of each claim on its own, in order: (id, rows).
        forward_rows: of all together, where what they share is measured once.
    """

    by_claim: tuple[tuple[str, int], ...]
    forward_rows: int


def plan(claims: Sequence[Claim], context: Context) -> Cost:
    """What checking these claims takes; claims that do not apply to the model take nothing."""
    fitting = [claim for claim in claims if not list(claim.misfits(context.task, context.spec))]
    wanted = dict.fromkeys(evidence for claim in fitting for evidence in claim.evidence(context))
    alone = tuple((claim.id, claim.cost(context) if claim in fitting else 0) for claim in claims)
    return Cost(alone, sum(evidence.rows(context) for evidence in wanted if evidence not in context.ledger.found))


def check(
    claims: Sequence[Claim], context: Context, tell: Callable[[Verdict], None] | None = None
) -> tuple[Verdict, ...]:
    """The verdicts, in order; a claim about something that the model does not have is UNDECIDED.

    Args:
        claims: what to judge.
        context: on what; evidence that it already holds is not measured again.
        tell: called with every verdict as soon as it is there.
    """
    verdicts = []
    for claim in claims:
        misfits = list(claim.misfits(context.task, context.spec))
        verdicts.append(not_applicable(claim, misfits) if misfits else claim.check(context))
        if tell is not None:
            tell(verdicts[-1])
    return tuple(verdicts)
