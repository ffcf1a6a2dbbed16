"""Whether a teacher's steps fit the model of a page: what a link names beyond it would be left out in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from openwork.claims import TourStep
from openwork.errors import ClaimError, Reason
from openwork.models import ModelSpec
from openwork.tasks import Task

PART = re.compile(r"^\w+:(?:in|L(\d+)(?:[AMR]|H(\d+)))(?:@(\d+)(?:-(\d+))?)?$")


def fitting(steps: Sequence[TourStep], task: Task, spec: ModelSpec, lines: int) -> tuple[TourStep, ...]:
    """The same steps.

    Args:
        steps: as a claims file has them.
        task: what the model does.
        spec: its sizes.
        lines: of its program on the page; 0 where it has none.

    Raises:
        ClaimError: they name layers, heads, positions, answers or lines that it does not have; with all of them.
    """
    most = {"layer": spec.n_layers, "from": task.n_pos, "output": len(task.outputs), "line": lines}
    reasons = [
        reason for number, step in enumerate(steps, 1) for reason in _unfit(f"tour {number}.link", step, spec, most)
    ]
    if reasons:
        raise ClaimError("the tour does not fit this model", reasons)
    return tuple(steps)


def _unfit(where: str, step: TourStep, spec: ModelSpec, most: dict[str, int]) -> Iterator[Reason]:
    said = dict(piece.partition("=")[::2] for piece in step.link.partition("?")[2].split("&"))
    for name, count in most.items():
        value = said.get(name, "0" if count else "")
        if name in said and value != "all" and not (value.isdecimal() and int(value) < count):
            mend = f"0 to {count - 1}" if count else f"this model has no {name}"
            yield Reason(where, f"{name}={value} is not there", mend)
    for piece in filter(None, said.get("cut", "").split(",")):
        found = PART.match(piece)
        there = found and all(
            int(number or 0) < count
            for number, count in zip(
                found.groups(), (spec.n_layers, spec.n_heads, most["from"], most["from"]), strict=True
            )
        )
        if not there:
            mend = f"write {'zero:L0H0' if spec.n_heads else 'zero:L0M'} or copy the link of the page with the part off"
            yield Reason(where, f"cut={piece} is no part of this model", mend)
