"""Censuses of many experiments that differ in what was chosen, and what each choice has to do with what was found."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

from openwork.analyses import percent
from openwork.data.dependence import dependence, dependence_of_groups, holm
from openwork.data.interval import clopper_pearson
from openwork.report.census import FORMAT, Census, CensusModel
from openwork.report.census_page import MOST_TOLD, census_document
from openwork.report.document import Document
from openwork.report.parts import Figure, Figures, Fold, Part, Section, Share, Table, Text, columns

SURE = 0.05
"""chance of one false alarm in all of a sweep"""
MOST_APART = 4
"""different numbers of a choice that are told apart among points; of more, their halves"""


@dataclass(frozen=True)
class ChoiceEffect:
    """Whether a choice has to do with what was found.

    Attributes:
        choice: its name.
        on: whether the task is solved, or by which mechanism.
        chance: of as close a relation where there is none.
        corrected: the same, over all tests of the sweep together.
    """

    choice: str
    on: Literal["solved", "mechanism"]
    chance: float
    corrected: float


@dataclass(frozen=True, eq=False)
class SweptCensus:
    """Censuses, and the choices that each stands for, by name; `command` makes them again."""

    cells: tuple[tuple[Mapping[str, Any], Census], ...]
    command: str

    @property
    def is_of_points(self) -> bool:
        """Whether they are not every combination of the choices. A choice is then seldom another one while all others
        are equal: labels change places among whole experiments, numbers by which half they are in."""
        names = self.cells[0][0]
        choices = (len({repr(choices[name]) for choices, _ in self.cells}) for name in names)
        return math.prod(choices) != len(self.cells)

    @cached_property
    def effects(self) -> tuple[ChoiceEffect, ...]:
        """Of every choice of which there were several, on both."""
        names = [name for name in self.cells[0][0] if len({repr(choices[name]) for choices, _ in self.cells}) > 1]
        asked: list[tuple[str, Literal["solved", "mechanism"]]] = [
            (name, on) for name in names for on in ("solved", "mechanism")
        ]
        chances = [self._chance(name, on) for name, on in asked]
        corrected = holm(chances)
        return tuple(ChoiceEffect(*which, *both) for which, *both in zip(asked, chances, corrected, strict=True))

    def _chance(self, name: str, on: Literal["solved", "mechanism"]) -> float:
        if self.is_of_points:
            groups = [[_found(model, on) for model in _models(census, on)] for _, census in self.cells]
            return dependence_of_groups(_halves([choices[name] for choices, _ in self.cells]), groups)
        cases: list[tuple[str, object, str]] = []
        for choices, census in self.cells:
            other = repr({key: value for key, value in choices.items() if key != name})
            cases += [(repr(choices[name]), _found(model, on), other) for model in _models(census, on)]
        chosen, found, others = ([case[part] for case in cases] for part in range(3))
        return dependence(chosen, found, others)

    def rows(self) -> list[dict[str, Any]]:
        """A row for each seed of each experiment: its choices as `choice.NAME`, and what a census says of it."""
        named = [({f"choice.{name}": value for name, value in choices.items()}, found) for choices, found in self.cells]
        return [choices | row for choices, census in named for row in census.rows()]

    def as_json(self, programs: int | None = None) -> dict[str, Any]:
        """In plain values, as docs/census.md says; with the programs of so many mechanisms of each, or of all."""
        cells = [{"choices": dict(choices), "census": census.as_json(programs)} for choices, census in self.cells]
        effects = [asdict(effect) for effect in self.effects]
        return {"format": FORMAT, "command": self.command, "effects": effects, "swept": cells}


def _models(census: Census, on: str) -> tuple[CensusModel, ...]:
    return census.models if on == "solved" else census.counted


def _halves(values: Sequence[Any]) -> list[object]:
    """Of many different numbers, in which half each is; of few, or of other values, each itself."""
    if len(set(map(repr, values))) <= MOST_APART or not all(type(value) in (int, float) for value in values):
        return list(map(repr, values))
    middle = statistics.median(values)
    return [value > middle for value in values]


def _found(model: CensusModel, on: str) -> object:
    return model.solved if on == "solved" else model.told.mechanism


def swept_document(swept: SweptCensus) -> Document:
    """The page: figures, what each choice does, each experiment, and its own census."""
    task = swept.cells[0][1].experiment.task
    seeds = len(swept.cells[0][1].models)
    subtitle = f"{len(swept.cells):,} experiments on {task}, {seeds:,} seeds each."
    folds = [Fold(_named(choices), census_document(census).parts) for choices, census in swept.cells]
    return Document(
        f"Census: {task}, swept",
        (
            Section("What each choice does", "effects", swept_screen(swept)),
            Section("Each experiment", "experiments", tuple(folds)),
        ),
        subtitle,
    )


def swept_screen(swept: SweptCensus) -> tuple[Part, ...]:
    """What a terminal shows of it."""
    counts = Counter(model.told.mechanism for _, census in swept.cells for model in census.counted)
    solved = sum(len(census.solved) for _, census in swept.cells)
    figures = Figures(
        (
            Figure(f"{len(swept.cells):,}", "experiments"),
            Figure(f"{solved:,} of {sum(len(census.models) for _, census in swept.cells):,}", "seeds solve the task"),
            Figure(f"{len(counts):,}", "mechanisms in all", f"of {sum(counts.values()):,} models that are counted"),
        )
    )
    sure = [effect for effect in swept.effects if effect.corrected <= SURE]
    said = "; ".join(f"{effect.choice} on {_on(effect)}" for effect in sure) or "none"
    doubt = f"at most {percent(SURE)} chance of one false alarm in all {len(swept.effects)} tests"
    note = Text(f"Choices that have to do with what was found, with {doubt}: {said}.")
    return figures, _cells(swept), _effects(swept), note, Text(swept.command, "command"), _most(swept, counts)


def _cells(swept: SweptCensus) -> Table:
    rows = []
    for choices, census in swept.cells:
        seeds, right = len(census.models), len(census.solved)
        low, high = clopper_pearson(right, seeds) if seeds else (0.0, 1.0)  # none: a cluster has set all aside
        cells = (Share(right / max(1, seeds), f"{right:,} of {seeds:,}"), f"{percent(low)} to {percent(high)}")
        rows.append((_named(choices), *cells, f"{len(census.counted):,}", f"{len(census.mechanisms):,}"))
    names = columns("choices", "solved", "interval", "counted", "mechanisms", numeric=(3, 4))
    return Table(names, tuple(rows), "Intervals are exact, 95 %.")


def _effects(swept: SweptCensus) -> Table:
    rows = tuple((e.choice, _on(e), f"{e.chance:.2g}", f"{e.corrected:.2g}") for e in swept.effects)
    among = "of whole experiments, many numbers by halves" if swept.is_of_points else "within equal other choices"
    caption = f"Chi-square over relabellings {among}; corrected for all tests after Holm."
    return Table(columns("choice", "on", "chance", "corrected", numeric=(2, 3)), rows, caption)


def _most(swept: SweptCensus, counts: Counter[str]) -> Table:
    rows = []
    for digest, count in counts.most_common(MOST_TOLD):
        where = [_named(choices) for choices, census in swept.cells if digest in {m.digest for m in census.mechanisms}]
        rows.append((digest, f"{count:,}", f"{len(where):,}"))
    names = columns("mechanism", "models", "experiments", numeric=(1, 2))
    return Table(names, tuple(rows), "The most frequent of all experiments together.")


def _on(effect: ChoiceEffect) -> str:
    return "whether it is solved" if effect.on == "solved" else "the mechanism"


def _named(choices: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in choices.items())
