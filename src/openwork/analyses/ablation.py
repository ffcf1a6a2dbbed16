"""What is lost without a component: its output replaced by zero, by its mean, or by that of another input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from openwork.analyses.component import Component, components_named, layer_components
from openwork.analyses.performance import Performance
from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject
from openwork.engines import Scores
from openwork.errors import PlanError, Reason, suggestion
from openwork.interventions import Edit, Mean, Plan, Resample, Zero

By = Literal["zero", "mean", "resample"]
"""what takes the place of a component's output"""
PASSES: dict[By, int] = {"zero": 1, "mean": 2, "resample": 2}
"""Forward rows per input: the edited pass, and one more for the mean or for the inputs that are drawn."""
REPLACEMENT: dict[By, str] = {"zero": "zero", "mean": "its mean", "resample": "that of another input"}


@dataclass(frozen=True)
class Ablation(Result):
    """The model without some components, beside the whole model. Its weights are never changed.

    Attributes:
        components: names of what was replaced, all at once.
        by: `zero`, `mean` (over the inputs, position by position) or `resample` (from another input).
        positions: where; None means everywhere.
        outputs: the name of what each graded position predicts.
        clean: the whole model.
        without: the model without the components.
    """

    components: tuple[str, ...]
    by: By
    positions: tuple[int, ...] | None
    outputs: tuple[str, ...]
    clean: Performance
    without: Performance
    inputs: int
    forward_rows: int

    @property
    def accuracy(self) -> float:
        """Share of graded positions still right."""
        return self.without.accuracy

    @property
    def drop(self) -> float:
        """How much accuracy is lost; below 0 where the model does better without."""
        return self.clean.accuracy - self.without.accuracy

    @property
    def name(self) -> str:
        """The components in a word, with the positions where they were chosen."""
        where = "" if self.positions is None else f" at {', '.join(map(str, self.positions))}"
        return " + ".join(self.components) + where

    @property
    def title(self) -> str:
        return f"{self.name}, replaced by {REPLACEMENT[self.by]}"

    @property
    def summary(self) -> str:
        left = f"{percent(self.accuracy)} of graded positions are right, against {percent(self.clean.accuracy)}"
        return f"With {self.name} replaced by {REPLACEMENT[self.by]}, {left}."

    def records(self) -> list[Record]:
        same: Record = {"component": self.name, "by": self.by}
        rows: list[Record] = [
            same | {"output": o, "accuracy": a, "clean": c, "drop": c - a}
            for o, a, c in zip(self.outputs, self.without.per_position, self.clean.per_position, strict=True)
        ]
        both = (self.clean.sequences, self.without.sequences)
        return [
            *rows,
            same | {"output": "all", "accuracy": self.accuracy, "clean": self.clean.accuracy, "drop": self.drop},
            same | {"output": "whole sequence", "accuracy": both[1], "clean": both[0], "drop": both[0] - both[1]},
        ]


@dataclass(frozen=True)
class AblationTable(Result):
    """Every component by every replacement, one at a time."""

    rows: tuple[Ablation, ...]
    inputs: int
    forward_rows: int

    def row(self, component: str, by: By) -> Ablation:
        """One of the rows.

        Raises:
            PlanError: the table has no such row.
        """
        by_name = {(r.name, r.by): r for r in self.rows}
        if (component, by) not in by_name:
            known = suggestion(f"{component} {by}", (" ".join(key) for key in by_name))
            raise PlanError("no such row", Reason(f"{component}, {by}", "is not in the table", known))
        return by_name[component, by]

    @property
    def title(self) -> str:
        return f"Ablations, one at a time, on {self.inputs:,} inputs"

    @property
    def summary(self) -> str:
        if not self.rows:
            return "The model has no component to take away."
        worst = max(self.rows, key=lambda r: r.drop)
        least = min(self.rows, key=lambda r: r.drop)
        return (
            f"Most is lost without {worst.name} ({worst.by}: {percent(worst.accuracy)} right), "
            f"least without {least.name} ({least.by}: {percent(least.accuracy)})."
        )

    def records(self) -> list[Record]:
        return [
            {
                "component": r.name,
                "by": r.by,
                "accuracy": r.accuracy,
                "sequences": r.without.sequences,
                "loss": r.without.loss,
                "drop": r.drop,
            }
            for r in self.rows
        ]


def ablate(
    subject: Subject,
    components: str | Sequence[str],
    by: By = "mean",
    positions: Sequence[int] | None = None,
    seed: int = 0,
) -> Ablation:
    """The model with these components replaced, all at once.

    Costs two forward rows per input by `zero`, three by `mean` and `resample`, the baseline included.

    Args:
        subject: the model and inputs.
        components: `blocks.0.mlp`, `blocks.0.attn`, `blocks.0.attn.head.1`, or the hook name of any site.
        by: what replaces them.
        positions: where they are replaced; None means everywhere.
        seed: of the draw, for `resample`.

    Raises:
        PlanError: an unknown component or replacement, or a position that does not exist; with every reason.
    """
    if by not in get_args(By):
        reason = Reason("by", f"{by!r} is not a replacement", suggestion(str(by), get_args(By)))
        raise PlanError("cannot ablate", reason)
    named = components_named(subject.spec, components)
    places = None if positions is None else tuple(positions)
    plan = Plan(tuple(_edit(component, by, places, seed) for component in named))
    return _ablation(subject, named, by, places, subject.score(plan))


def ablation_table(subject: Subject, components: Sequence[str] | None = None) -> AblationTable:
    """Each component, by default every attention layer and MLP, by zero, mean and resample.

    Costs at most three forward rows per input and component, for an edited pass begins where its edit is; and one each
    for the baseline, all means, and the inputs that are drawn.

    Raises:
        PlanError: with every component that the model does not have.
    """
    named = layer_components(subject.spec) if components is None else components_named(subject.spec, components)
    asked: list[tuple[Component, By]] = [(component, by) for component in named for by in PASSES]
    scores = subject.sweep([Plan((_edit(component, by, None, 0),)) for component, by in asked])
    rows = tuple(_ablation(subject, (c,), by, None, found) for (c, by), found in zip(asked, scores, strict=True))
    n = len(subject.inputs)
    return AblationTable(rows, n, n * (len(rows) + (3 if rows else 1)))


def _ablation(
    subject: Subject, named: Sequence[Component], by: By, positions: tuple[int, ...] | None, scores: Scores
) -> Ablation:
    clean, n = Performance.of(subject.scores), len(subject.inputs)
    names = tuple(c.name for c in named)
    return Ablation(
        components=names,
        by=by,
        positions=positions,
        outputs=tuple(subject.task.outputs[output] for output in scores.wanted),
        clean=clean,
        without=Performance.of(scores),
        inputs=n,
        forward_rows=(1 + PASSES[by]) * n,
    )


def _edit(component: Component, by: By, positions: tuple[int, ...] | None, seed: int) -> Edit:
    where = (component.site, positions, component.heads)
    if by == "zero":
        return Zero(*where)
    return Mean(*where) if by == "mean" else Resample(*where, seed=seed)
