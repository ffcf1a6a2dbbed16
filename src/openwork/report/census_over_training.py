"""How mechanisms come about: since when their programs hold, over a sample of the models of a census."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

ANSWERS, RIGHT = "the answers", "right on every input"
"""parts that are no lines: the program answers as the model; the model itself is right"""


@dataclass(frozen=True)
class LineSince:
    """One line of a model's program, in its canonical form.

    Attributes:
        digest: the same in every program of the mechanism.
        text: as its own program says it.
        epoch: since which it is realised to the end; None where it is not at the end.
    """

    digest: str
    text: str
    epoch: int | None


@dataclass(frozen=True)
class ModelSince:
    """One model over its training.

    Attributes:
        seed: that it was trained with.
        mechanism: digest of its program.
        solved: the first epoch after which it was right on the whole domain.
        equal: since which the program answers as the model on every input measured; None where not at the end.
        lines: of its program.
    """

    seed: int
    mechanism: str
    solved: int
    equal: int | None
    lines: tuple[LineSince, ...]


@dataclass(frozen=True)
class PartSince:
    """One part of a mechanism, over the models of the sample that have it.

    Attributes:
        part: a line, as the example says it; or `ANSWERS`, or `RIGHT`.
        of: how many models.
        epochs: since which it holds, ascending, in each where it does at the end.
    """

    part: str
    of: int
    epochs: tuple[int, ...]

    @property
    def median(self) -> float | None:
        """Of the epochs; None where there are none."""
        return statistics.median(self.epochs) if self.epochs else None

    def __str__(self) -> str:
        """Median and range, and in how many where it is not all."""
        if not self.epochs:
            return f"in none of {self.of:,}"
        low, high = self.epochs[0], self.epochs[-1]
        told = f"{self.median:g}" + (f" ({low} to {high})" if low < high else "")
        return told if len(self.epochs) == self.of else f"{told}, in {len(self.epochs):,} of {self.of:,}"

    def as_json(self) -> dict[str, Any]:
        """In plain values."""
        between = [self.epochs[0], self.epochs[-1]] if self.epochs else None
        return {"part": self.part, "held": len(self.epochs), "of": self.of, "median": self.median, "range": between}


@dataclass(frozen=True)
class OverTrainingSample:
    """What was asked of some models over their training.

    Attributes:
        asked: of how many.
        pruned: models that are counted and whose checkpoints are gone.
        points: checkpoints at most of each, evenly spread: an epoch is the first of these since which a part holds.
        models: by seed.
    """

    asked: int
    pruned: int
    points: int
    models: tuple[ModelSince, ...]

    def having(self, mechanism: str) -> tuple[ModelSince, ...]:
        """Models of the sample that have it."""
        return tuple(model for model in self.models if model.mechanism == mechanism)

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Those of the sample, the most frequent first."""
        found = list(dict.fromkeys(model.mechanism for model in self.models))
        return tuple(sorted(found, key=lambda digest: -len(self.having(digest))))

    def as_json(self) -> dict[str, Any]:
        """In plain values, as docs/census.md says."""
        grouped = []
        for digest in self.mechanisms:
            parts = [*whole(self.having(digest)), *by_line(self.having(digest))]
            told = [part.as_json() for part in parts]
            grouped.append({"digest": digest, "models": len(self.having(digest)), "parts": told})
        about = {"asked": self.asked, "pruned": self.pruned, "points": self.points}
        return about | {"mechanisms": grouped, "models": [asdict(model) for model in self.models]}


def whole(models: Sequence[ModelSince]) -> tuple[PartSince, PartSince]:
    """Since when models of one mechanism are right, and their programs answer as they do."""
    solved = [model.solved for model in models]
    return _part(RIGHT, solved), _part(ANSWERS, [model.equal for model in models])


def by_line(models: Sequence[ModelSince]) -> tuple[PartSince, ...]:
    """Each line of models of one mechanism, in the order and the words of the first."""
    held: dict[str, list[int | None]] = {}
    for model in models:
        for line in model.lines:
            held.setdefault(line.digest, []).append(line.epoch)
    return tuple(_part(line.text, held[line.digest]) for line in models[0].lines)


def ends(models: Sequence[ModelSince]) -> tuple[PartSince, PartSince] | None:
    """Since when the first and the last of its lines are realised, of models in which all are; None without lines."""
    if not models[0].lines:
        return None
    every = [[line.epoch for line in model.lines] for model in models]
    first = [min((epoch for epoch in epochs if epoch is not None), default=None) for epochs in every]
    last = [None if None in epochs else max(epoch for epoch in epochs if epoch is not None) for epochs in every]
    return _part("the first line", first), _part("the last line", last)


def _part(name: str, epochs: Sequence[int | None]) -> PartSince:
    return PartSince(name, len(epochs), tuple(sorted(epoch for epoch in epochs if epoch is not None)))
