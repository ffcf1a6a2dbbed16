"""From a claims file to claims, validated against a task and a model before anything runs.

A file is TOML: ::

    format = 1

    [[claim]]
    id = "mirror"
    kind = "attends"
    says = "the head looks at the mirrored digit"
    head = "blocks.0.attn.0"
    query = "predicts y[i]"
    key = "x[n-1-i]"
    for = { i = "outputs" }

`openwork.claims.registry` lists the kinds; each says its fields itself, and docs/claims.md all of them. Beside the
claims a file may have a `title`, the name of the `task` that they are about, `open`: a list of what they leave
unexplained, a table `publication` with the `title`, `author` and `url` of the article that made them, and
`[[tour]]` tables, the steps by which a page leads its reader: a `title`, a `text`, and a `link` to a state of the page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from openwork.claims.claim import Claim
from openwork.claims.fitted import FittedClaims
from openwork.claims.heading import heading_reasons
from openwork.claims.programs.program import GivenProgram
from openwork.claims.registry import KINDS
from openwork.errors import ClaimError, Reason, suggestion
from openwork.models import ModelSpec
from openwork.tasks import Task

FORMAT = 1
NONE_GIVEN: Mapping[str, GivenProgram] = MappingProxyType({})
TOP = ("claim", "format", "open", "publication", "task", "title", "tour")


def parse_claims(
    text: str,
    task: Task,
    spec: ModelSpec | None = None,
    source: str = "claims",
    programs: Mapping[str, GivenProgram] = NONE_GIVEN,
) -> FittedClaims:
    """The claims of a file, in order, all of which fit. Nothing in the file is executed.

    Args:
        text: the file's text.
        task: whose roles and outputs the claims speak of.
        spec: whose sites they speak of; sites are not looked at where it is None.
        source: the file's name, for messages.
        programs: those that the user has given, by the names of their files; claims only name them.

    Raises:
        ClaimError: with every mistake in the file: which claim, which field, and how to mend it.
    """
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of a number of too many digits, and of too many brackets
        reason = Reason(source, str(error), "mend the TOML first; the claims are read after that")
        raise ClaimError(f"{source} is not a claims file", reason) from error
    reasons = _top_reasons(tables)
    if tables.get("task", task.name) != task.name:
        what = f"these claims are about {tables['task']!r}, and the model was trained on {task.name!r}"
        raise ClaimError(f"{source} cannot be judged", [*reasons, Reason("task", what, "give a run of that task")])
    entries = tables.get("claim", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        reasons.append(Reason("claim", "is not a list of tables", "begin every claim with [[claim]]"))
        entries = []
    claims: list[Claim] = []
    taken: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        place = f"[[claim]] {number}" + (f" ({entry['id']})" if isinstance(entry.get("id"), str) else "")
        claim, wrong = _claim(entry, task, spec, programs)
        name = claim.id if claim is not None else entry.get("id")
        if isinstance(name, str) and taken.setdefault(name, number) != number:
            wrong.append(Reason("id", f"{name!r} is taken by [[claim]] {taken[name]}", "give each its own"))
        reasons += [Reason(f"{place}, {r.where}", r.what, r.mend) for r in wrong]
        claims += [] if claim is None else [claim]
    if reasons:
        raise ClaimError(f"{source} cannot be judged", reasons)
    return FittedClaims(claims, task, spec, ((),) * len(claims))


def _top_reasons(tables: Mapping[str, Any]) -> list[Reason]:
    reasons = [
        Reason(name, "is not a part of a claims file", suggestion(name, TOP)) for name in tables if name not in TOP
    ]
    reasons += heading_reasons(tables)
    version = tables.get("format", FORMAT)
    if type(version) is not int or version < 1:
        reasons.append(Reason("format", f"{version!r} is not a format", f"write format = {FORMAT}"))
    elif version > FORMAT:
        reasons.append(Reason("format", f"{version} is newer than this openwork reads ({FORMAT})", "update openwork"))
    if not tables.get("claim"):
        reasons.append(Reason("claim", "there is none", "begin each with [[claim]]"))
    return reasons


def _claim(
    entry: Mapping[str, Any], task: Task, spec: ModelSpec | None, programs: Mapping[str, GivenProgram]
) -> tuple[Claim | None, list[Reason]]:
    """The claim of one table, or everything that is wrong with it."""
    kind = entry.get("kind")
    if not isinstance(kind, str):
        what = "is missing" if kind is None else f"{kind!r} is not a name"
        return None, [Reason("kind", what, "known: " + ", ".join(KINDS))]
    if kind not in KINDS:
        return None, [Reason("kind", f"no claim is of the kind {kind!r}", suggestion(kind, KINDS))]
    fields = {name: value for name, value in entry.items() if name != "kind"}
    try:
        claim = KINDS[kind](**fields).given(programs)
    except ClaimError as error:
        return None, [*error.reasons, *_misfits_without(fields, error.reasons, kind, task, spec)]
    return claim, list(claim.unfit(task, spec))


def _misfits_without(
    fields: Mapping[str, Any], bad: Sequence[Reason], kind: str, task: Task, spec: ModelSpec | None
) -> list[Reason]:
    """What is wrong with the fields that could be read, where they make a claim without those that could not.

    Without its `for` a claim would be about names that nobody gave a value, so nothing is said of the rest then.
    """
    unread = {reason.where.partition(".")[0] for reason in bad}
    if "for" in unread:
        return []
    try:
        claim = KINDS[kind](**{name: value for name, value in fields.items() if name not in unread})
    except ClaimError:
        return []
    return list(claim.unfit(task, spec))
