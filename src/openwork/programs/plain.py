"""Programs as plain values for JSON, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from openwork.programs.faults import faults
from openwork.programs.language import as_plain, from_plain
from openwork.programs.numbering import PLAIN, Numbering, numbering_as_json, numbering_from_json
from openwork.programs.place import Place
from openwork.programs.program import Output, Program, Symbol, Variable

VERSION = 1
"""of this form"""
TOLD = 5
"""faults at most"""


def program_as_json(program: Program) -> dict[str, Any]:
    """In plain values; `program_from_json` reads them."""
    return {
        "version": VERSION,
        "symbols": [[s.name, s.position, *_said(s.numbering)] for s in program.symbols],
        "variables": [
            {"name": v.name, "items": [as_plain(item) for item in v.items], "sites": _sites(v.sites)}
            for v in program.variables
        ],
        "outputs": [
            {
                "name": output.name,
                "expression": as_plain(output.expression),
                "position": output.position,
                "through": _sites(output.through),
                "numbering": next(iter(_said(output.numbering)), None),
            }
            for output in program.outputs
        ],
    }


def program_from_json(value: Mapping[str, Any]) -> Program:
    """What `program_as_json` gave, after its way through JSON.

    Raises:
        KeyError, TypeError, ValueError: something else wrote it, another version, or it could not be run; with the
            first faults.
    """
    if value["version"] != VERSION:
        raise ValueError(f"version {value['version']} of a program, where {VERSION} is known")
    program = Program(
        tuple(Symbol(name, position, *map(numbering_from_json, rest)) for name, position, *rest in value["symbols"]),
        tuple(
            Variable(v["name"], tuple(from_plain(item) for item in v["items"]), _places(v["sites"]))
            for v in value["variables"]
        ),
        tuple(
            Output(
                o["name"],
                from_plain(o["expression"]),
                o["position"],
                _places(o.get("through", ())),
                numbering_from_json(o.get("numbering")),
            )
            for o in value["outputs"]
        ),
    )
    wrong = list(islice(faults(program), TOLD))
    if wrong:
        raise ValueError("; ".join(wrong))
    return program


def _said(numbering: Numbering) -> list[dict[str, Any]]:
    """What is said of it: nothing where every token is read as itself."""
    return [] if numbering == PLAIN else [numbering_as_json(numbering)]


def _sites(places: Iterable[Place]) -> list[list[str | int]]:
    return [[place.component, place.position] for place in places]


def _places(sites: Iterable[tuple[str, int]]) -> tuple[Place, ...]:
    return tuple(Place(component, position) for component, position in sites)
