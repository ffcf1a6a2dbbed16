"""The claims of published articles, by the task that they are about; and what we found to hold instead."""

from __future__ import annotations

from importlib.resources import files

from openwork.claims.claim import Claim
from openwork.claims.heading import ClaimsHeading, heading_of
from openwork.claims.parse import parse_claims
from openwork.models import ModelSpec
from openwork.tasks import Task

ARTICLES: dict[str, str] = {"reverse-increment": "from_zero_to_mechinterp.toml"}
"""The file of each task that an article is about."""


INSTEAD: dict[str, str] = {
    "reverse-increment": "what_holds_instead.toml",
    "modular-addition": "two_numbers_one_layer.toml",
    "modular-polynomial": "two_numbers_one_layer.toml",
    "permutation-composition": "two_numbers_one_layer.toml",
    "maximum": "maximum.toml",
    "majority": "majority.toml",
    "parity": "parity.toml",
    "copy": "copy.toml",
    "reverse": "reverse.toml",
    "caesar-shift": "caesar_shift.toml",
    "induction": "induction.toml",
}
"""The file of each task with claims of our own about its models."""


def article_text(task: Task) -> str | None:
    """The claims file of the article about this task, as it ships; None where there is no article."""
    name = ARTICLES.get(task.name)
    return None if name is None else files(__name__).joinpath(name).read_text(encoding="utf-8")


def article_for(task: Task, spec: ModelSpec | None = None) -> tuple[Claim, ...]:
    """The claims of the article about this task; none where there is no article.

    Raises:
        ClaimError: with `spec`, where the article speaks of what such a model does not have.
    """
    text = article_text(task)
    return () if text is None else parse_claims(text, task, spec, ARTICLES[task.name])


def heading_for(task: Task) -> ClaimsHeading | None:
    """What `shipped_for` gives says of itself: its title and, of an article, where it was published."""
    name = ARTICLES.get(task.name) or INSTEAD.get(task.name)
    return None if name is None else heading_of(files(__name__).joinpath(name).read_text(encoding="utf-8"), name)


def instead_for(task: Task, spec: ModelSpec | None = None) -> tuple[Claim, ...]:
    """Our own claims about models of this task; none where nobody has looked.

    Raises:
        ClaimError: with `spec`, where they speak of what such a model does not have.
    """
    name = INSTEAD.get(task.name)
    if name is None:
        return ()
    return parse_claims(files(__name__).joinpath(name).read_text(encoding="utf-8"), task, spec, name)


def shipped_for(task: Task) -> tuple[Claim, ...]:
    """What is judged of a model unless the user gives claims: those of the article, else our own; none without either.

    They speak of the model that the task's own experiment makes; of another model, what does not fit is UNDECIDED.
    """
    return article_for(task) or instead_for(task)
