"""Inputs that speak against a claim: a line that a person reads, and what it takes to run one of them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from openwork.interventions import Edit, edit_as_json, edit_from_json

OTHER = "other"
"""What claims call the inputs that patched values come from."""
Worlds = tuple[tuple[str, tuple[Edit, ...]], ...]
"""By name, edits under which an input runs, so that a `Patch` can take values from there."""


@dataclass(frozen=True)
class Weight:
    """One weight of a head's pattern, by the positions of its query and its key."""

    site: str
    head: int
    query: int
    key: int


@dataclass(frozen=True)
class Reading:
    """The answer symbol that a site is nearest to; how they are compared is told in `openwork.analyses.Way`."""

    site: str
    basis: Literal["W_E", "W_U"]
    after_norm: bool
    measure: Literal["cosine", "logit"]


LOOKS: dict[str, type[Weight] | type[Reading]] = {"weight": Weight, "reading": Reading}


@dataclass(frozen=True)
class Replay:
    """One input, run again as a claim ran it.

    Attributes:
        question: its number in the task's domain.
        edits: what was changed; `Mean` and `Linearise` are taken over all inputs that were measured.
        other: number of the question that `Patch(..., source="other")` takes values from; None where nothing does.
        kept: whether that question was seen with the teacher-forced outputs of the first.
        worlds: edits under which `Patch(..., source=NAME)` runs the input first, by name.
        output: the output that went wrong; empty where that is no single one.
        look: what the claim looked at in the unedited run; None where that is what the model answers.
    """

    question: int
    edits: tuple[Edit, ...] = ()
    other: int | None = None
    kept: bool = False
    worlds: Worlds = ()
    output: str = ""
    look: Weight | Reading | None = None

    def as_json(self) -> dict[str, Any]:
        """All of it in plain values; `replay_from_json` reads them."""
        return {
            "question": self.question,
            "edits": [edit_as_json(edit) for edit in self.edits],
            "other": self.other,
            "kept": self.kept,
            "worlds": {name: [edit_as_json(edit) for edit in edits] for name, edits in self.worlds},
            "output": self.output,
            "look": next(({name: vars(self.look)} for name, kind in LOOKS.items() if type(self.look) is kind), None),
        }


@dataclass(frozen=True)
class Counterexample:
    """What speaks against a claim, in one line; `replay` is None where it is no input that could be run."""

    line: str
    replay: Replay | None = None

    def as_json(self) -> str | dict[str, Any]:
        """The line alone where there is nothing to replay."""
        return self.line if self.replay is None else {"line": self.line, "replay": self.replay.as_json()}

    def __str__(self) -> str:
        return self.line


def counterexample_from_json(value: str | Mapping[str, Any]) -> Counterexample:
    """What `Counterexample.as_json` wrote, or the line that older verdicts have.

    Raises:
        KeyError, TypeError: something else wrote it.
    """
    if isinstance(value, str):
        return Counterexample(value)
    return Counterexample(value["line"], replay_from_json(value["replay"]))


def replay_from_json(value: Mapping[str, Any]) -> Replay:
    """What `Replay.as_json` wrote.

    Raises:
        KeyError, TypeError: something else wrote it.
    """
    return Replay(
        value["question"],
        tuple(map(edit_from_json, value["edits"])),
        value["other"],
        value["kept"],
        tuple((name, tuple(map(edit_from_json, edits))) for name, edits in value["worlds"].items()),
        value["output"],
        _look(value.get("look")),
    )


def _look(value: Mapping[str, Any] | None) -> Weight | Reading | None:
    """What older verdicts do not have."""
    return next((LOOKS[name](**fields) for name, fields in (value or {}).items()), None)
