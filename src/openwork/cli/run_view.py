"""A stored run in one row, for people and for machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table

from openwork.cli.output import table
from openwork.cli.run_origin import origin_line, params_of_run, task_line
from openwork.report.terminal.quantities import share_text
from openwork.runs import Run

COLUMNS = ("run", "task", "seed", "epoch", "status", "trained on", "held out")
LISTED = ("run", "seed", "epoch", "status", "trained on", "held out", "date (UTC)")
RIGHT = ("seed", "epoch", "trained on", "held out")
ABOUT = ("name", "seed", "status", "epoch", "solved", "first_solved_epoch", "engine", "created", "updated")


def run_table(runs: Iterable[Run]) -> Table:
    """One row for each run."""
    rows = [[run.name, run.task_name, *_training(run), *accuracies(run)] for run in runs]
    return table(COLUMNS, rows, right=RIGHT)


def run_lines(runs: Sequence[Run]) -> Iterator[tuple[str, list[str]]]:
    """Stored runs in their order, for 80 columns: what one or several in a row are, and then a line for each of them.

    The first is no group but the names of the columns.
    """
    cells = [[run.name, *map(str, _training(run)), *accuracies(run), moment(run.created)] for run in runs]
    widths = [max(map(len, column)) for column in zip(LISTED, *cells, strict=True)]
    lines = iter([_aligned(row, widths) for row in cells])
    yield _aligned(LISTED, widths), []
    for about, group in groupby(runs, _about_runs()):
        yield about, [next(lines) for _ in group]


def _about_runs() -> Callable[[Run], str]:
    """Says of a run what it shares with those of its experiment; asked once for each."""
    known: dict[str, str] = {}

    def about(run: Run) -> str:
        if run.experiment_key not in known:
            known[run.experiment_key] = f"{task_line(run)}: {origin_line(run)}"
        return known[run.experiment_key]

    return about


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    placed = zip(LISTED, cells, widths, strict=True)
    return "  ".join(cell.rjust(width) if name in RIGHT else cell.ljust(width) for name, cell, width in placed).rstrip()


def moment(text: str) -> str:
    """A stored time to the minute, in UTC."""
    return text[:16].replace("T", " ")


def _training(run: Run) -> tuple[object, object, str]:
    """Seed, epoch and status; an imported model has none of them."""
    return ("-", "-", "imported") if run.imported else (run.seed, run.epoch, run.status)


def run_summary(run: Run) -> dict[str, Any]:
    """A run in plain values, its latest epoch included, the rest of its history not."""
    about = {"task": run.task_name, "params": params_of_run(run), "origin": origin_line(run), "last": run.last}
    return {field: getattr(run, field) for field in ABOUT} | about


def accuracies(run: Run) -> tuple[str, str]:
    """After the latest epoch: on what was trained on, and on what was held out."""
    held_out = run.last.held_out
    return share_text(run.last.train.accuracy), "-" if held_out is None else share_text(held_out.accuracy)
