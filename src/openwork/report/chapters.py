"""The chapters of a report, in order, and which kind of result each shows: what a section says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from openwork.analyses import Result
from openwork.report.parts import Part

Describe = Callable[[Any], tuple[Part, ...]]
Given = TypeVar("Given", bound=Describe)
DESCRIBE: dict[type[Result], Describe] = {}
"""how each kind of result is told"""
SHOWN_IN: dict[type[Result], str] = {}
"""the anchor of the chapter that shows it"""


@dataclass(frozen=True)
class Chapter:
    """A section of the report."""

    title: str
    anchor: str

    @property
    def kinds(self) -> tuple[type[Result], ...]:
        """The kinds of result that it shows."""
        return tuple(kind for kind, anchor in SHOWN_IN.items() if anchor == self.anchor)


CHAPTERS = (
    Chapter("The program inside", "program"),
    Chapter("How it learned", "learning"),
    Chapter("When each claim became true", "over-training"),
    Chapter("How right it is", "accuracy"),
    Chapter("Which part carries which answer, and from where", "routes"),
    Chapter("Where heads look", "attention"),
    Chapter("What it cannot do without", "ablation"),
    Chapter("What can be read off the stream", "readout"),
    Chapter("What components write", "outputs"),
    Chapter("What adds to the answer directly", "logits"),
    Chapter("Where a change travels", "patching"),
    Chapter("What is left when the rest is ablated", "pruning"),
    Chapter("What heads could do by their weights", "weights"),
    Chapter("Which waves it computes with, and since when", "waves"),
)


def describes(kind: type[Result], *, chapter: str) -> Callable[[Given], Given]:
    """Says of a function that it turns this kind of result into parts, and in which chapter they are shown.

    Args:
        kind: of result.
        chapter: the anchor of one of `CHAPTERS`.
    """
    assert chapter in {one.anchor for one in CHAPTERS}, chapter

    def listed(describe: Given) -> Given:
        DESCRIBE[kind], SHOWN_IN[kind] = describe, chapter
        return describe

    return listed
