"""Claims about a recipe: how a named experiment is made, or how often it succeeds. No model at hand decides them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from openwork.claims.claim import Claim
from openwork.claims.fitted import FittedClaims


def about_models(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Those that the weights of a model decide."""
    return _where(claims, lambda claim: claim.about_weights)


def about_recipes(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The others, such as `learns` and `split`; some of them train seeds to be judged."""
    return _where(claims, lambda claim: not claim.about_weights)


def _where(claims: Iterable[Claim], wanted: Callable[[Claim], bool]) -> tuple[Claim, ...]:
    if isinstance(claims, FittedClaims):
        return claims.where(lambda claim, _: wanted(claim))
    return tuple(filter(wanted, claims))
