"""Claims beside what a task and a model do not have of what they speak of: looked at once, and trusted after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Self

from openwork.claims.claim import Claim
from openwork.errors import Reason
from openwork.models import ModelSpec
from openwork.tasks import Task


class FittedClaims(tuple[Claim, ...]):
    """Claims that were held against one task and one model.

    Attributes:
        task: whose roles and outputs they speak of.
        spec: whose sites they speak of; None where sites were not looked at.
        misfits: for each claim what these do not have; empty where it can be judged.
    """

    task: Task
    spec: ModelSpec | None
    misfits: tuple[tuple[Reason, ...], ...]

    def __new__(
        cls, claims: Iterable[Claim], task: Task, spec: ModelSpec | None, misfits: Iterable[tuple[Reason, ...]]
    ) -> Self:
        self = super().__new__(cls, claims)
        self.task, self.spec, self.misfits = task, spec, tuple(misfits)
        return self

    def where(self, wanted: Callable[[Claim, tuple[Reason, ...]], bool]) -> FittedClaims:
        """Those of them for which `wanted(claim, misfits)` is true."""
        chosen = [pair for pair in zip(self, self.misfits, strict=True) if wanted(*pair)]
        return FittedClaims((claim for claim, _ in chosen), self.task, self.spec, (misfits for _, misfits in chosen))


def fitted(claims: Sequence[Claim], task: Task, spec: ModelSpec | None) -> FittedClaims:
    """The claims held against this task and model; themselves, where they were before."""
    if isinstance(claims, FittedClaims) and (claims.task, claims.spec) == (task, spec):
        return claims
    return FittedClaims(claims, task, spec, (claim.unfit(task, spec) for claim in claims))
