"""Where a program's variables are said to be in a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from openwork.claims.counterexample import OTHER
from openwork.claims.expressions import ExpressionError, fill
from openwork.claims.places import component, place, places_in, unknown_components, unknown_names
from openwork.claims.programs.program import ELEMENT, GivenProgram
from openwork.claims.quantifier import Quantifier, cases
from openwork.errors import Reason, suggestion
from openwork.interventions import Patch
from openwork.models import ModelSpec, sites_of
from openwork.tasks import Task

Alignment = Sequence[tuple[str, str]]
"""Each variable with its place, as they are written."""


def patches(places: str, task: Task, spec: ModelSpec) -> tuple[Patch, ...]:
    """Edits that take what is at these places, joined by `+`, from the other input's run."""
    found = []
    for text in places_in(places):
        here = place(text)
        part = component(spec, here.component)
        positions = (task.roles[here.role],) if here.role else None
        found.append(Patch(part.site, positions, part.heads, source=OTHER))
    return tuple(found)


def alignment_misfits(alignment: Alignment, each: Quantifier, task: Task, spec: ModelSpec | None) -> Iterator[Reason]:
    """Components and roles that are not there."""
    for variable, places in alignment:
        where = f"alignment, {variable}"
        for text in places_in(places):
            here = place(text)
            yield from unknown_components(spec, where, (here.component,))
            if here.role:
                yield from unknown_names(each, task, {where: here.role}, task.roles)


def variable_misfits(
    alignment: Alignment,
    each: Quantifier,
    task: Task,
    spec: ModelSpec | None,
    program: GivenProgram,
    lengths: Mapping[str, int | None],
) -> Iterator[Reason]:
    """Variables that the program does not have, two at one place, and places in another order than the variables.

    Only for an alignment in which `alignment_misfits` finds nothing.

    Args:
        lengths: of each variable that is a list; None for the others.
    """
    where: dict[str, tuple[Patch, ...]] = {}
    for template, places in alignment:
        for names in cases(each, task):
            try:
                variable = fill(template, names)
            except ExpressionError as error:
                yield Reason(f"alignment, {template}", str(error))
                break
            wrong = _unknown(variable, lengths)
            if wrong is not None:
                yield Reason(f"alignment, {template}", *wrong)
                break
            if spec is not None:
                where[variable] = patches(fill(places, names), task, spec)
    if spec is not None:
        yield from _conflicts(where, spec, program)


def _unknown(variable: str, lengths: Mapping[str, int | None]) -> tuple[str, str] | None:
    """What is wrong with the name of a variable, and how to mend it."""
    element = ELEMENT.fullmatch(variable)
    stem, place_in_list = (element[1], int(element[2])) if element else (variable, None)
    if stem not in lengths:
        return f"the program has no variable {stem}", suggestion(stem, lengths)
    length = lengths[stem]
    if place_in_list is not None and length is None:
        return f"{stem} is one value, not a list", f"write {stem}"
    if place_in_list is not None and length is not None and place_in_list >= length:
        return f"{stem} has {length} values, so there is no {variable}", f"{stem}[0] to {stem}[{length - 1}]"
    return None


def _conflicts(where: Mapping[str, tuple[Patch, ...]], spec: ModelSpec, program: GivenProgram) -> Iterator[Reason]:
    order = {name: number for number, name in enumerate(sites_of(spec))}
    for (first, its), (second, others) in combinations(where.items(), 2):
        if any(_overlap(a, b) for a in its for b in others):
            mend = "give each a place of its own"
            yield Reason(f"alignment, {second}", f"is at the same place as {first}", mend)
        for earlier, later in ((first, second), (second, first)):
            if _stem(later) not in program.descendants(_stem(earlier)):
                continue
            if max(order[e.site] for e in where[later]) < min(order[e.site] for e in where[earlier]):
                what = f"is circular: {later} is computed from {earlier}, but its place comes before that of {earlier}"
                yield Reason("alignment", what, "align them in the order in which they are computed")


def _overlap(one: Patch, other: Patch) -> bool:
    if one.site != other.site:
        return False
    chosen = ((one.positions, other.positions), (one.heads, other.heads))
    return all(a is None or b is None or bool(set(a) & set(b)) for a, b in chosen)


def _stem(variable: str) -> str:
    element = ELEMENT.fullmatch(variable)
    return element[1] if element else variable
