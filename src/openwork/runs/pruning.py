"""Frees the room that checkpoints take, by a rule: what goes is weights after epochs, and never a row.

Of a run that is pruned the end stays: its row, its whole history, and its final weights with what was measured of them.
Its checkpoints go, which show how it came about. Runs in training, imported ones, and those whose training was judged
are left as they are. Each run is pruned in one change, and its history is in the file of its final weights first, so
that it is rebuilt without a database all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from openwork.errors import Reason, StoreError, suggestion
from openwork.models import Stack
from openwork.runs.database import Change
from openwork.runs.files import CHECKPOINTS, WEIGHTS, named
from openwork.runs.rows import NOT_KEPT, epoch_rows
from openwork.runs.run import Run
from openwork.runs.store import Store
from openwork.runs.tensors import read_about, weights_bytes

Keep = Literal["all", "last", "solved", "none"]
"""what is kept of ended runs: the weights after every epoch; the final ones; every epoch of solved runs and the final
ones of others; the final ones of runs that are solved or of which something was measured, and none of others"""
RESTS_ON_EPOCHS = ("over training",)
"""results that rest on a run's checkpoints, by the names they are kept under"""
Watch = Callable[[str, float], None]


@dataclass(frozen=True)
class Prunable:
    """A run of which something can go.

    Attributes:
        run: which.
        files: that go, by their path in the store.
        bytes: that this frees.
    """

    run: Run
    files: tuple[str, ...]
    bytes: int


def keep_rule(text: str) -> Keep:
    """The rule of this name.

    Raises:
        StoreError: there is none.
    """
    for rule in get_args(Keep):
        if rule == text:
            found: Keep = rule
            return found
    what = f"{text!r} is none of {', '.join(get_args(Keep))}"
    raise StoreError("there is no such rule", Reason("--keep", what, suggestion(text, get_args(Keep))))


def prunable(store: Store, runs: Sequence[Run], keep: Keep) -> tuple[Prunable, ...]:
    """What the rule frees of these runs. Nothing is changed."""
    found = []
    with store.database.reading() as rows:
        for run in runs:
            if run.imported or not run.ended or keep == "all" or (keep == "solved" and run.solved):
                continue
            query = "SELECT count(*), sum(name IN (?)) FROM results WHERE run = ?"
            results, over_training = rows.execute(query, (*RESTS_ON_EPOCHS, run.name)).fetchone()
            [(verdicts,)] = rows.execute("SELECT count(*) FROM verdicts WHERE run = ?", (run.name,))
            if over_training:
                continue
            wanted = [named(CHECKPOINTS, run.name)]
            if keep == "none" and not (run.solved or results or verdicts):
                wanted.append(named(WEIGHTS, run.name))
            sizes = {name: size for name in wanted if (size := _size(store.home / name)) is not None}
            if sizes:
                found.append(Prunable(run, tuple(sizes), sum(sizes.values())))
    return tuple(found)


def prune(store: Store, chosen: Sequence[Prunable], watch: Watch = lambda what, share: None) -> None:
    """Frees it, a run at a time; stopped at any moment, the rest is left as it was.

    Raises:
        StoreNotWritable: read-only, full, or no permission; the run at hand is as it was.
        StoreError: a run, or the file of its final weights, is damaged; it is as it was.
    """
    try:
        for number, each in enumerate(chosen):
            watch(f"pruning run {each.run.name}", number / len(chosen))
            final = store.stack(each.run)
            with store.database.changing(files=True) as change:
                row = change.run(each.run.name)
                if row is not None and row["status"] == each.run.status and row["epoch"] == each.run.epoch:
                    _prune(store, change, each, final)
    finally:
        if chosen:
            store.database.tidy()  # which looks through all files: once, and not for each run


def _prune(store: Store, change: Change, each: Prunable, final: Stack) -> None:
    run, name = each.run, each.run.name
    weights = named(WEIGHTS, name)
    end = weights
    if weights in each.files:
        end = NOT_KEPT
    else:
        epochs = [epoch[1:] for epoch in epoch_rows(change.rows, name)]
        told = read_about(store.home / weights).told
        about: dict[str, Any] = {key: told[key] for key in ("experiment", "seed", "run") if key in told}
        about |= {"writer": change.writer, "epochs": epochs}
        change.put_named(WEIGHTS, name, weights_bytes(final, (name, run.epoch), epochs[-1][:-1], about))
    change.rows.execute("UPDATE epochs SET checkpoint = ?, checkpoint_row = 0 WHERE run = ?", (NOT_KEPT, name))
    change.rows.execute("UPDATE epochs SET checkpoint = ? WHERE run = ? AND epoch = ?", (end, name, run.epoch))
    change.discard(each.files)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
