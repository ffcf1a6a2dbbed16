"""How a task is learned, as the task says it: what differs from a usual small model and its usual training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Learned = Mapping[str, Mapping[str, Any]]


def learned_with(
    *,
    model: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    split: Mapping[str, Any] | None = None,
) -> Learned:
    """A value for `Task.learned`; the rest is as usual (`openwork.training.experiments.default`).

    Args:
        model: fields of `ModelSpec` that differ from the usual, such as `{"n_layers": 1}`.
        training: fields of `Recipe` that differ, such as `{"epochs": 50}`.
        split: fields of `Split` that differ, such as `{"held_out": 0.0}`.
    """
    return {"model": dict(model or {}), "training": dict(training or {}), "split": dict(split or {})}
