"""Claims about a recipe: how a named experiment is made, or how often it succeeds. No model at hand decides them."""

from __future__ import annotations

from collections.abc import Iterable

from openwork.claims.claim import Claim


def about_models(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Those that the weights of a model decide."""
    return tuple(claim for claim in claims if claim.about_weights)


def about_recipes(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The others, such as `learns` and `split`; some of them train seeds to be judged."""
    return tuple(claim for claim in claims if not claim.about_weights)
