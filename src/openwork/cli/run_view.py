"""A stored run in one row, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from openwork.cli.output import share_text, table
from openwork.runs import Run

COLUMNS = ("run", "task", "seed", "epoch", "status", "trained on", "held out")
ABOUT = ("name", "seed", "status", "epoch", "solved", "first_solved_epoch", "engine", "created", "updated")


def run_table(runs: Iterable[Run]) -> Table:
    """One row for each run."""
    rows = [[run.name, run.task_name, *_training(run), *accuracies(run)] for run in runs]
    return table(COLUMNS, rows, right=("seed", "epoch", "trained on", "held out"))


def _training(run: Run) -> tuple[object, object, str]:
    """Seed, epoch and status; an imported model has none of them."""
    return ("-", "-", "imported") if run.imported else (run.seed, run.epoch, run.status)


def run_summary(run: Run) -> dict[str, Any]:
    """A run in plain values, its latest epoch included, the rest of its history not."""
    return {field: getattr(run, field) for field in ABOUT} | {"task": run.task_name, "last": run.last}


def accuracies(run: Run) -> tuple[str, str]:
    """After the latest epoch: on what was trained on, and on what was held out."""
    held_out = run.last.held_out
    return share_text(run.last.train.accuracy), "-" if held_out is None else share_text(held_out.accuracy)
