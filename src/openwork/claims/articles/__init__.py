"""The claims of published articles, by the task that they are about."""

from __future__ import annotations

from importlib.resources import files

from openwork.claims.claim import Claim
from openwork.claims.parse import parse_claims
from openwork.models import ModelSpec
from openwork.tasks import Task

ARTICLES: dict[str, str] = {"reverse-increment": "from_zero_to_mechinterp.toml"}
"""The file of each task that an article is about."""


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
