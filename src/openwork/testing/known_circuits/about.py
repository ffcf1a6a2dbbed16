"""Claims that most circuits are asked about, in short."""

from __future__ import annotations

from typing import Any

from openwork.claims import Attends, Carries, GivenProgram, Implements, Linear, Necessary, Sufficient, Unnecessary

EVERY = (("i", "outputs"),)
"""for every output"""
LATER = (("i", "1..n-1"),)
"""for every output but the first"""
AT = "predicts y[i]"


def attends(head: str, key: str, each: tuple[tuple[str, str], ...] = EVERY, **more: Any) -> Attends:
    """From where each `y[i]` is predicted, the head looks at `key`."""
    return Attends(head=head, query=AT, key=key, each=each, **more)


def carries(
    component: str, at: str = AT, variable: str = "x[n-1-i]", each: tuple[tuple[str, str], ...] = EVERY, **more: Any
) -> Carries:
    """At this role, the component carries the variable, the mirrored digit unless given, to each `y[i]`."""
    return Carries(component=component, variable=variable, output="y[i]", at=(at,), each=each, **more)


def necessary(*components: str, **more: Any) -> Necessary:
    """The model needs each of these."""
    return Necessary(components=components, **more)


def unnecessary(*components: str, **more: Any) -> Unnecessary:
    """The model does as well without each of these."""
    return Unnecessary(components=components, **more)


def sufficient(*nodes: str, **more: Any) -> Sufficient:
    """These nodes together do, with everything else from another input."""
    return Sufficient(nodes=nodes, **more)


def along(*edges: str, **more: Any) -> Sufficient:
    """These edges together do, with everything else from another input."""
    return Sufficient(edges=edges, **more)


def affine(mlp: str = "blocks.0.mlp") -> Linear:
    """Its best affine map does as well as this MLP."""
    return Linear(components=(mlp,))


def curved(mlp: str = "blocks.0.mlp") -> Linear:
    """Its best affine map does not do what this MLP does."""
    return Linear(components=(mlp,), at_most=0.99)


def implements(
    program: GivenProgram, places: dict[str, str], each: tuple[tuple[str, str], ...] = EVERY, **more: Any
) -> Implements:
    """The model works as the program does, each of these variables at its place."""
    return Implements(program=program, alignment=tuple(places.items()), each=each, **more)


def digit_at(place: str) -> dict[str, str]:
    """The fetched digit of each output at this place."""
    return {"digit[i]": place}
