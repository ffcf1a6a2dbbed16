"""A model's program as a page shows and runs it: its lines, where each stands, what speaks for it, and what runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from openwork.analyses import Result, percent
from openwork.analyses.component import component_named
from openwork.errors import visible
from openwork.models import ModelSpec
from openwork.programs import Decompilation, Place, Program, program_as_json, program_lines, written_for_numbers
from openwork.programs.decompile.shortening import without_unread_items
from openwork.programs.verdicts.realised import LineScore

MOST_RUN = 150_000
"""characters of a program that the page can run; larger ones are tables that nobody reads"""
MOST_LINES = 60
"""that are shown"""
HOW = (
    "Interchange: the model runs on one question with these places taken from another; the share of pairs in which "
    "all its answers become what the program says they must."
)


def decompiled(results: Sequence[Result]) -> Decompilation | None:
    """What decompiling the model came to; None where nobody did, or nothing was found that is worth showing."""
    found = next((result for result in results if isinstance(result, Decompilation)), None)
    return None if found is None or found.program is None or found.program.is_answer_table else found


def live_program(results: Sequence[Result], spec: ModelSpec) -> dict[str, Any] | None:
    """The program with its evidence; None where there is none. `runs` is None where it is too large for a page."""
    found = decompiled(results)
    if found is None or found.program is None:
        return None
    lean = without_unread_items(found.program)
    runs = program_as_json(lean)
    shown = program_lines(lean.with_readable_tables())
    scores = {score.variable: score for score in found.lines}
    return {
        "word": found.word,
        "summary": found.summary,
        "how": HOW,
        "written": list(map(visible, written_for_numbers(lean))),
        "left": max(len(shown) - MOST_LINES, 0),
        "lines": [
            {
                "code": list(map(visible, line.code)),
                "assigns": list(line.assigns),
                "places": _places(line.assigns, lean),
                "where": _where(line.sites, spec),
                "scores": [_score(scores[name]) for name in line.assigns if name in scores],
            }
            for line in shown[:MOST_LINES]
        ],
        "parents": parents_of(lean),
        "runs": runs if len(json.dumps(runs)) <= MOST_RUN else None,
        "counterexamples": [list(one) for one in (found.equal.counterexamples if found.equal else ())][:3],
    }


def ancestors(program: Program, output: int) -> set[str]:
    """The names of the variables that an output follows from, however far back."""
    parents = parents_of(program)
    found, left = set[str](), list(parents[f"answer[{output}]"])
    while left:
        name = left.pop()
        if name in parents and name not in found:
            found.add(name)
            left += parents[name]
    return found


def component_words(component: str, spec: ModelSpec) -> str:
    """A component as people say it: `head 0.1`, `MLP 0`; empty for the embedding and for streams."""
    if component == "hook_embed" or ".hook_resid" in component or component == "unembed":
        return ""
    layer = component.split(".")[1]
    if component.endswith(".mlp"):
        return f"MLP {layer}"
    heads = component_named(spec, component).heads
    if heads is None:
        return f"head {layer}.0" if spec.n_heads == 1 else f"the heads of layer {layer}"
    return " and ".join(f"head {layer}.{head}" for head in heads)


def parents_of(program: Program) -> dict[str, list[str]]:
    """What each variable and each answer reads: variables and symbols of the question."""
    column = {c: v.name for v in program.variables for c in v.columns}
    found = {}
    for variable in program.variables:
        read = [column.get(name, name) for item in variable.items for name in item.names()]
        found[variable.name] = list(dict.fromkeys(read))
    for number, output in enumerate(program.outputs):
        found[f"answer[{number}]"] = list(dict.fromkeys(column.get(n, n) for n in output.expression.names()))
    return found


def _places(names: Sequence[str], program: Program) -> list[dict[str, Any]]:
    """Where each of these stands first."""
    first = {variable.name: variable.sites[0] for variable in program.variables}
    first |= {f"answer[{n}]": Place("unembed", output.position) for n, output in enumerate(program.outputs)}
    return [{"name": n, "component": first[n].component, "position": first[n].position} for n in names]


def _where(sites: Sequence[Place], spec: ModelSpec) -> list[list[Any]]:
    return [[place.component, place.position, component_words(place.component, spec)] for place in sites]


def _score(score: LineScore) -> dict[str, Any]:
    return {
        "name": score.variable,
        "alone": percent(score.alone.share),
        "together": percent(score.together.share),
        "share": score.together.share,
        "pairs": score.together.pairs,
        "values": score.values,
        "effective": score.effective,
        "decides": score.decides,
    }
