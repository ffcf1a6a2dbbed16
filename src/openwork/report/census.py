"""A census: every seed of an experiment, which mechanism each solved one has, and how many there may be beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from openwork.data.interval import CONFIDENCE, clopper_pearson
from openwork.data.unseen import good_turing, unseen_interval
from openwork.report.census_over_training import OverTrainingSample
from openwork.training import Experiment

FORMAT = 1
"""of the JSON; docs/census.md says what it has"""


@dataclass(frozen=True)
class ModelSays:
    """What one model says.

    Attributes:
        word: `decompiled`, `partly` or `not decompiled`; empty where no program was looked for.
        missing: what keeps it from being decompiled, in words.
        mechanism: digest of its program's canonical form; empty where none is counted.
        answers: digest of what is computed, in whatever way; empty where none is counted.
        lines, entries: of the program: lines that are read, and entries of its tables.
        proved: whether it is proved right on every input; None where nobody asked.
        seconds: of processor time that looking for its program took.
    """

    word: str = ""
    missing: str = ""
    mechanism: str = ""
    answers: str = ""
    lines: int = 0
    entries: int = 0
    proved: bool | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class CensusModel:
    """One seed.

    Attributes:
        seed: that it was trained with.
        run: its name in the store.
        status: how its training ended.
        solved: whether it is right on the whole domain.
        epoch: after which it was so first; the last one where it never was.
        told: what it says.
    """

    seed: int
    run: str
    status: str
    solved: bool
    epoch: int
    told: ModelSays = ModelSays()


@dataclass(frozen=True)
class Mechanism:
    """Models with one canonical program.

    Attributes:
        digest: of it.
        models: by seed.
        example: the one whose program is shown: the first that is decompiled and proved, as far as there is one.
        text: that program.
    """

    digest: str
    models: tuple[CensusModel, ...]
    example: CensusModel
    text: str


@dataclass(frozen=True)
class Null:
    """The same of models in which nothing of the task should be found: they learned nothing, or answers without sense.

    Attributes:
        of: what was asked: `random weights`, models as they are before training; or `shuffled answers`, models trained
            in the same way on the same questions, each with the answers of another.
        models: how many were asked.
        solved: how many are right on all that they are asked.
        decompiled: how many have a program that is decompiled: what it says may be as little as one constant answer.
        shared: how many have a mechanism of the census.
    """

    of: Literal["random weights", "shuffled answers"]
    models: int
    solved: int
    decompiled: int
    shared: int


@dataclass(frozen=True, eq=False)
class Census:
    """What was found of an experiment's seeds.

    Attributes:
        experiment: what was trained.
        models: every seed, ascending.
        texts: by mechanism, the run whose program is shown, and that program.
        seconds: how long a program was looked for.
        proves: whether solved models were to be proved.
        command: what makes it again.
        null: the same of untrained models, where it was asked for.
        shuffled: the same of models trained on shuffled answers, where it was asked for.
        aside: by seed, why it was set aside: it was not trained, or no program was looked for in its model.
        over_training: how some of the models came about, where it was asked for.
    """

    experiment: Experiment
    models: tuple[CensusModel, ...]
    texts: Mapping[str, tuple[str, str]]
    seconds: float
    proves: bool
    command: str
    null: Null | None = None
    shuffled: Null | None = None
    aside: Mapping[int, str] = field(default_factory=dict)
    over_training: OverTrainingSample | None = None

    @cached_property
    def solved(self) -> tuple[CensusModel, ...]:
        """Models that are right on the whole domain."""
        return tuple(model for model in self.models if model.solved)

    @cached_property
    def counted(self) -> tuple[CensusModel, ...]:
        """Solved models whose mechanism is known."""
        return tuple(model for model in self.solved if model.told.mechanism)

    @cached_property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """The most frequent first."""
        groups: dict[str, list[CensusModel]] = {}
        for model in self.counted:
            groups.setdefault(model.told.mechanism, []).append(model)
        found = []
        for digest, of in groups.items():
            run, text = self.texts[digest]
            found.append(Mechanism(digest, tuple(of), next(model for model in of if model.run == run), text))
        return tuple(sorted(found, key=lambda mechanism: (-len(mechanism.models), mechanism.models[0].seed)))

    @property
    def algorithms(self) -> int:
        """How many different ways from the questions to the answers, wherever in the model each step is."""
        return len({model.told.answers for model in self.counted})

    @property
    def unseen(self) -> float | None:
        """Good and Turing's estimate of the chance that one more solved model has another mechanism; None where no
        mechanism is known."""
        return good_turing(self._kinds) if self.counted else None

    @property
    def unseen_interval(self) -> tuple[float, float]:
        """Of that chance, 95 %."""
        return unseen_interval(self._kinds) if self.counted else (0.0, 1.0)

    @property
    def seen_after(self) -> tuple[int, ...]:
        """How many mechanisms the first so many counted models have, by seed: one number for each."""
        seen: set[str] = set()
        numbers = []
        for kind in self._kinds:
            seen.add(kind)
            numbers.append(len(seen))
        return tuple(numbers)

    @property
    def _kinds(self) -> tuple[str, ...]:
        return tuple(model.told.mechanism for model in self.counted)

    def rows(self) -> list[dict[str, Any]]:
        """A row for each seed, all of it: the table of a Parquet file."""
        return [
            {"task": self.experiment.task.name, "experiment": self.experiment.key}
            | {name: value for name, value in asdict(model).items() if name != "told"}
            | asdict(model.told)
            for model in self.models
        ]

    def as_json(self, programs: int | None = None) -> dict[str, Any]:
        """In plain values, as docs/census.md says; with the programs of so many mechanisms, the most frequent, or of
        all."""
        seeds, solved, counted = len(self.models), len(self.solved), len(self.counted)
        return {
            "format": FORMAT,
            "command": self.command,
            "experiment_key": self.experiment.key,
            "experiment": self.experiment.as_json(),
            "seconds": self.seconds,
            "confidence": CONFIDENCE,
            "solved": _counted(solved, seeds),
            "counted": _counted(counted, solved),
            "proved": _counted(sum(model.told.proved is True for model in self.solved), solved)
            if self.proves
            else None,
            "mechanisms": [
                _counted(len(found.models), counted)
                | {
                    "digest": found.digest,
                    "answers": found.example.told.answers,
                    "seeds": [model.seed for model in found.models],
                    "decompiled": sum(model.told.word == "decompiled" for model in found.models),
                    "example": {"run": found.example.run, "seed": found.example.seed},
                    "program": found.text if programs is None or rank < programs else None,
                }
                for rank, found in enumerate(self.mechanisms)
            ],
            "algorithms": self.algorithms,
            "unseen": {"estimate": self.unseen, "interval": self.unseen_interval, "models": counted},
            "models": self.rows(),
            "over_training": None if self.over_training is None else self.over_training.as_json(),
            "null": None if self.null is None else asdict(self.null),
            "shuffled": None if self.shuffled is None else asdict(self.shuffled),
            "aside": [{"seed": seed, "why": why} for seed, why in sorted(self.aside.items())],
        }


def _counted(count: int, of: int) -> dict[str, Any]:
    interval = clopper_pearson(count, of) if of else (0.0, 1.0)
    return {"count": count, "of": of, "share": count / of if of else None, "interval": interval}
