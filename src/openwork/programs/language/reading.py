"""Fetch by position: a symbol of the question, a variable, or one item of a tuple; and a constant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from openwork.programs.language.expression import Expression, Ints, Known

PLACE = re.compile(r"(?P<base>[A-Za-z_]\w*)(\[(?P<index>\d+)\])?(\[(?P<item>\d+)\])?")


@dataclass(frozen=True)
class Name(Expression):
    """What stands in a variable.

    Attributes:
        name: `x[3]`, `a`, `head0[5]`, or `head0[5][1]` for the second item of a tuple.
    """

    kind: ClassVar[str] = "name"
    weight: ClassVar[float] = 0.0

    name: str

    def values(self, known: Known) -> Ints:
        return known[self.name]

    def text(self) -> str:
        return self.name

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True)
class Constant(Expression):
    """The same number on every input."""

    kind: ClassVar[str] = "constant"
    weight: ClassVar[float] = 0.0

    number: int

    def values(self, known: Known) -> Ints:
        some = next(iter(known.values()))
        return np.full(len(some), self.number, np.int64)

    def text(self) -> str:
        return str(self.number)


def listed(parts: Sequence[Expression]) -> str:
    """Several expressions as a Python list; a slice where they are neighbours in one list of the question,
    or among the items of one variable."""
    names = [PLACE.fullmatch(part.text()) if isinstance(part, Name) else None for part in parts]
    places = [n for n in names if n is not None and n["index"] is not None and n["item"] is None]
    if len(places) == len(parts) > 1 and len({p["base"] for p in places}) == 1 and places[0]["base"].islower():
        at = [int(p["index"]) for p in places]
        if at == list(range(at[0], at[0] + len(at))) and places[0]["base"].isalpha():
            return f"{places[0]['base']}[{at[0]}:{at[-1] + 1}]"
        steps = {after - before for before, after in pairwise(at)}
        if len(at) > 2 and len(steps) == 1 and min(steps) > 1 and places[0]["base"].isalpha():
            return f"{places[0]['base']}[{at[0]}:{at[-1] + 1}:{steps.pop()}]"
        if len(at) > 2 and steps == {-1} and places[0]["base"].isalpha():
            return f"{places[0]['base']}[{at[0]}:{at[-1] - 1 if at[-1] else ''}:-1]"
    if len(parts) == len(places) == 1 and places[0]["index"] == "0" and places[0]["base"].isalpha():
        return f"{places[0]['base']}[0:1]"  # the first of the slices that a text begins with
    if len(items := [n for n in names if n is not None and n["item"] is not None]) == len(parts) > 2:
        at = [int(n["item"]) for n in items]
        if len({(n["base"], n["index"]) for n in items}) == 1 and at == list(range(at[0], at[0] + len(at))):
            return f"{items[0]['base']}[{items[0]['index']}][{at[0]}:{at[-1] + 1}]"
    return f"[{', '.join(part.text() for part in parts)}]"
