"""Judging claims while somebody watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openwork.analyses.steps import Step, Watch
from openwork.claims.check import check, plan
from openwork.claims.claim import Claim
from openwork.claims.context import Context
from openwork.claims.fitted import fitted
from openwork.claims.verdict import Verdict


def watched_check(
    claims: Sequence[Claim], context: Context, known: Sequence[Verdict], watch: Watch
) -> tuple[Verdict, ...]:
    """What `check` gives; `watch` is told how far it is by the inputs that were run through the model, training aside.

    Args:
        claims: what to judge.
        context: on what; its own `watch` is called too.
        known: what was judged before.
        watch: is told a step after every measurement.
    """
    if not claims:
        return ()
    claims = fitted(claims, context.task, context.spec)
    cost = plan(claims, context, known)
    total, done, judged = cost.forward_rows - cost.training_rows, 0, 0

    def measured(rows: int) -> None:
        nonlocal done
        done += rows
        context.watch(rows)
        share = min(done / max(total, 1), 0.999)
        watch(Step(f"claim {min(judged + 1, len(claims))} of {len(claims)}", share, done))

    def told(verdict: Verdict) -> None:
        nonlocal judged
        judged += 1

    verdicts = check(claims, replace(context, watch=measured), tell=told, known=known)
    watch(Step("judged", 1.0, done))
    return verdicts
