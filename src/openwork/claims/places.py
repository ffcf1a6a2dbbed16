"""From the names in a claim to heads, components, roles and outputs, with reasons for those that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openwork.analyses import Component, component_named
from openwork.claims.expressions import ExpressionError, fill
from openwork.claims.quantifier import Quantifier, cases
from openwork.errors import OpenworkError, PlanError, Reason, suggestion
from openwork.models import ModelSpec, site_named
from openwork.tasks import Task
from openwork.training import named_experiment

STARTS_A_COMPONENT = re.compile(r"\s*(blocks\.\d|hook_|ln_final\b)")
SHORT_HEAD = re.compile(r"(blocks\.\d+\.attn)\.(\d+)")


def component(spec: ModelSpec, name: str) -> Component:
    """A component by its name; a head is `blocks.0.attn.1` or `blocks.0.attn.head.1`.

    Raises:
        PlanError: the model has no such component.
    """
    return component_named(spec, SHORT_HEAD.sub(r"\1.head.\2", name.strip()))


def together(spec: ModelSpec, names: str) -> tuple[Component, ...]:
    """The components of `blocks.0.mlp + blocks.1.mlp`, which are replaced at once.

    Raises:
        PlanError: the model does not have one of them.
    """
    return tuple(component(spec, name) for name in names.split("+"))


def full_names(spec: ModelSpec, names: str) -> str:
    """The same components as everybody else calls them, joined by ` + `; nothing of an empty text.

    Raises:
        PlanError: the model does not have one of them.
    """
    return " + ".join(map(str, together(spec, names))) if names.strip() else ""


def unknown_components(spec: ModelSpec | None, where: str, names: Iterable[str]) -> list[Reason]:
    """A reason for every one of these components (or several joined by `+`) that the model does not have."""
    if spec is None:
        return []
    reasons = []
    for name in (single for several in names for single in several.split("+")):
        try:
            component(spec, name)
        except PlanError as error:
            reasons += [Reason(where, f"{name.strip()}: {r.what}", r.mend) for r in error.reasons]
    return reasons


@dataclass(frozen=True)
class ClaimedPlace:
    """A component, and the role at which it is meant; an empty role means every position."""

    component: str
    role: str = ""


def places_in(text: str) -> tuple[str, ...]:
    """The places that are joined by `+`, as they are written: a `+` within a role, as in `@ x[i+1]`, joins nothing.

    Components have no `+` in their names. So behind an `@` one joins only where a component follows.
    """
    places: list[str] = []
    for piece in text.split("+"):
        if places and "@" in places[-1] and not STARTS_A_COMPONENT.match(piece):
            places[-1] += f"+{piece}"
        else:
            places.append(piece)
    return tuple(places)


def place(text: str) -> ClaimedPlace:
    """The place that is written as `blocks.0.attn.0 @ predicts y[i]`, or without a role."""
    name, _, role = text.partition("@")
    return ClaimedPlace(name.strip(), role.strip())


@dataclass(frozen=True)
class Head:
    """A head: the site of its layer's pattern, and which of its heads."""

    site: str
    head: int


def head(spec: ModelSpec, name: str) -> Head:
    """The head of this name.

    Raises:
        PlanError: it is not a head of this model.
    """
    found = component(spec, name)
    if found.head is None:
        reason = Reason(name, "is not a head", "name one as blocks.0.attn.0: layer 0, head 0")
        raise PlanError("unknown head", reason)
    return Head(site_named(spec, found.site.replace("hook_z", "hook_pattern")).name, found.head)


def unknown_head(spec: ModelSpec | None, where: str, name: str) -> list[Reason]:
    """A reason where the model does not have this head."""
    if spec is None:
        return []
    try:
        head(spec, name)
    except PlanError as error:
        return [Reason(where, f"{name}: {r.what}", r.mend) for r in error.reasons]
    return []


def filled(each: Quantifier, task: Task, templates: Sequence[str]) -> list[tuple[str, ...]]:
    """The role names in every case: `("predicts y[i]", "x[n-1-i]")` for every i.

    Raises:
        ExpressionError: a range or an expression that cannot be read.
    """
    return [tuple(fill(template, names) for template in templates) for names in cases(each, task)]


def unknown_names(each: Quantifier, task: Task, templates: dict[str, str], known: Iterable[str]) -> list[Reason]:
    """A reason for every field whose names, in any case, cannot be read or are not among `known`."""
    try:
        every = list(cases(each, task))
    except ExpressionError as error:
        return [Reason("for", str(error), 'for example { i = "0..7" } or { i = "outputs" }')]
    names, reasons = set(known), []
    for field, template in templates.items():
        for bound in every:
            try:
                name = fill(template, bound)
            except ExpressionError as error:
                reasons.append(Reason(field, str(error)))
                break
            if name not in names:
                case = ", ".join(f"{k} = {v}" for k, v in bound.items() if k != "n")
                what = f"{task} has no {name!r}" + (f", which {template!r} is for {case}" if case else "")
                reasons.append(Reason(field, what, suggestion(name, names)))
                break
    return reasons


def experiment_misfits(name: str, task: Task) -> list[Reason]:
    """A reason where no experiment has this name, or it is about another task."""
    try:
        named_experiment(name, task)
    except OpenworkError as error:
        return [Reason("experiment", f"{r.where}: {r.what}", r.mend) for r in error.reasons]
    return []
