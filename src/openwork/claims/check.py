"""Judging several claims on one model: what is shared is measured once, what is known is not measured again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from openwork.analyses import Subject
from openwork.claims.claim import Claim, not_applicable
from openwork.claims.context import Context
from openwork.claims.fitted import FittedClaims, fitted
from openwork.claims.programs.together import named_together
from openwork.claims.verdict import JUDGE, Verdict
from openwork.errors import ClaimError, Reason
from openwork.models import ModelSpec
from openwork.tasks import Task


@dataclass(frozen=True)
class Cost:
    """What checking some claims takes, before anything runs.

    Attributes:
        by_claim: forward rows of each claim on its own, in order: (id, rows); 0 where the verdict is known.
        forward_rows: of all together, where what they share is measured once.
        training_rows: those among them that are training, and so take longer.
    """

    by_claim: tuple[tuple[str, int], ...]
    forward_rows: int
    training_rows: int = 0


def plan(claims: Sequence[Claim], context: Context, known: Sequence[Verdict] = ()) -> Cost:
    """What checking these claims takes; nothing for those that are known, or do not apply to the model."""
    claims = fitted(claims, context.task, context.spec)
    asked = [
        not misfits and known_verdict(claim, context, known) is None
        for claim, misfits in zip(claims, claims.misfits, strict=True)
    ]
    fitting = [claim for claim, wanted in zip(claims, asked, strict=True) if wanted]
    evidence = dict.fromkeys(evidence for claim in fitting for evidence in claim.evidence(context))
    rows = {wanted: wanted.rows(context) for wanted in evidence if not context.knows(wanted)}
    alone = tuple((c.id, c.cost(context) if wanted else 0) for c, wanted in zip(claims, asked, strict=True))
    return Cost(alone, sum(rows.values()), sum(count for wanted, count in rows.items() if wanted.trains))


def require_claims_fit(claims: Sequence[Claim], task: Task, spec: ModelSpec) -> FittedClaims:
    """The claims, where the task and the model have all that they speak of.

    Raises:
        ClaimError: with everything that they do not have.
    """
    claims = fitted(claims, task, spec)
    reasons = [
        Reason(f"{claim.id}, {r.where}", r.what, r.mend)
        for claim, misfits in zip(claims, claims.misfits, strict=True)
        for r in misfits
    ]
    if reasons:
        raise ClaimError("these claims cannot be judged on this model", reasons)
    return claims


def check(
    claims: Sequence[Claim],
    context: Context,
    tell: Callable[[Verdict], None] | None = None,
    known: Sequence[Verdict] = (),
) -> tuple[Verdict, ...]:
    """The verdicts, in order; a claim about something that the model does not have is UNDECIDED.

    Args:
        claims: what to judge.
        context: on what; evidence that it already holds is not measured again.
        tell: called with every verdict as soon as it is there; which are alike is only known at the end.
        known: what was judged of this model before, on the same inputs; claims of the same content are answered by it.
    """
    claims = fitted(claims, context.task, context.spec)
    verdicts = []
    for claim, misfits in zip(claims, claims.misfits, strict=True):
        before = None if misfits else known_verdict(claim, context, known)
        if misfits:
            verdicts.append(not_applicable(claim, misfits))
        elif before is not None:
            text = replace(claim.text(), tested=before.claim.tested or claim.tested)
            verdicts.append(replace(before, claim=text, expect=claim.expect))
        else:
            verdicts.append(claim.judge(context))
        if tell is not None:
            tell(verdicts[-1])
    return named_together(verdicts)


def known_verdict(claim: Claim, context: Context, known: Sequence[Verdict]) -> Verdict | None:
    """What the judge of today said of this claim, on the same model, inputs, answers and programs; the latest.

    Only for a claim that fits the model.
    """
    digest = claim.text().digest
    verdicts = [verdict for verdict in known if verdict.judge == JUDGE and verdict.claim.digest == digest]
    if not verdicts:
        return None
    rests_on = (context.subject.digest, *claim.rests_on(context))
    return next((verdict for verdict in reversed(verdicts) if verdict.rests_on == rests_on), None)


def current(known: Sequence[Verdict], subject: Subject) -> tuple[Verdict, ...]:
    """Those of these verdicts that the judge of today gave, on this model, its task and inputs as they are now."""
    return tuple(v for v in known if v.judge == JUDGE and v.rests_on[:1] == (subject.digest,))
