"""Writes epochs of some runs in one change: rows, checkpoints, optimiser states, and the files of runs that end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.engines import OptimiserState
from openwork.errors import Reason, StoreError
from openwork.models import Stack
from openwork.runs.checksums import of_numbers
from openwork.runs.database import Change
from openwork.runs.files import CHECKPOINTS, PROGRESS, STATES, WEIGHTS
from openwork.runs.rows import NO_EPOCH, epoch_rows
from openwork.runs.sealing import seal_history, seal_run
from openwork.runs.store import Store, utc_now
from openwork.runs.tensors import Record, Row, read_rows, stack_bytes, state_bytes, weights_bytes
from openwork.training import EpochEnd, Experiment, Progress

Floats = NDArray[np.floating]
ABOUT = ("experiment_key", "status", "engine", "created", "updated", "history")
"""columns of a run's row that its files tell too"""


@dataclass(frozen=True)
class _Moment:
    """One model at the end of one epoch that is not in the store yet, and the row it gets in the new checkpoint."""

    run: str
    progress: Progress
    event: EpochEnd
    model: int

    @property
    def row(self) -> Row:
        return self.run, self.progress.epoch

    @property
    def weights(self) -> Floats:
        weights: Floats = self.event.state.stack.flat[self.model]
        return weights

    @property
    def ended(self) -> bool:
        return self.progress.status != "training"


def record(store: Store, experiment: Experiment, events: Sequence[EpochEnd], engine: str) -> None:
    """Writes these events, which follow each other, in one change; epochs that are there already are passed over.

    Raises:
        StoreNotWritable: nothing has been written.
        StoreError: a run was removed while it was being trained, or its row is damaged; nothing has been written.
    """
    with store.database.changing(files=True) as change:
        moments = _new_moments(change, experiment, events)
        if not moments:
            return
        latest = {moment.run: moment for moment in moments}
        ended = [moment for moment in latest.values() if moment.ended]
        replaced = _files_to_replace(change, list(latest), [moment.run for moment in ended])
        checkpoint = change.name(PROGRESS)
        for moment in latest.values():
            _put_run(change, experiment, moment, engine)
        for number, moment in enumerate(moments):
            _put_epoch(change, moment, checkpoint, number)
        before = {run: min(m.progress.epoch for m in moments if m.run == run) - 1 for run in latest}
        records = {row: record for run in latest for row, record in _records(change, run, before[run])}
        fresh = {moment.row: moment.weights for moment in moments}
        change.put(checkpoint, _stacked(experiment, fresh, records, {}))
        for run in latest:
            seal_history(change.rows, run, before[run] if before[run] else NO_EPOCH)
        _put_states(change, experiment, [moment for moment in latest.values() if not moment.ended])
        shared = lru_cache(maxsize=None)(lambda file: read_rows(store.home / file, experiment.spec))
        for moment in ended:
            every = {row: fresh[row] if row in fresh else shared(file)[row] for row, file in _epochs_of(change, moment)}
            _put_end(change, experiment, moment, every)
        for run in latest:
            seal_run(change.rows, run)
        change.discard(replaced | {checkpoint})


def _new_moments(change: Change, experiment: Experiment, events: Sequence[EpochEnd]) -> list[_Moment]:
    """What the store does not know yet, in order."""
    names = {seed: experiment.run_name(seed) for event in events for seed in event.state.seeds}
    kept = {}
    for name in names.values():
        found = change.rows.execute("SELECT epoch, status FROM runs WHERE name = ?", (name,)).fetchone()
        kept[name] = found or (0, "training")
    moments = []
    for event in events:
        for model, progress in enumerate(event.progress):
            name = names[progress.seed]
            epoch, status = kept[name]
            if status != "training" or progress.epoch <= epoch:
                continue
            if progress.epoch > epoch + experiment.recipe.record_every:
                mend = "train it again: it starts from what the store has"
                missing = epoch + experiment.recipe.record_every
                what = f"was removed while it was being trained: epoch {missing} is missing before {progress.epoch}"
                raise StoreError("a run is gone", Reason(f"run {name}, seed {progress.seed}", what, mend))
            kept[name] = (progress.epoch, progress.status)
            moments.append(_Moment(name, progress, event, model))
    return moments


def _files_to_replace(change: Change, runs: Sequence[str], ended: Sequence[str]) -> set[str]:
    """Files that may have no row after this change: states of these runs, and shared checkpoints of those that end."""
    states = [change.rows.execute("SELECT state_file FROM runs WHERE name = ?", (run,)) for run in runs]
    shared = [change.rows.execute("SELECT checkpoint FROM epochs WHERE run = ?", (run,)) for run in ended]
    return {file for found in states + shared for (file,) in found if file is not None}


def _put_run(change: Change, experiment: Experiment, moment: _Moment, engine: str) -> None:
    now, progress = utc_now(), moment.progress
    found = change.run(moment.run)
    if found is None:
        change.require_room(moment.run)
        change.added.add(moment.run)
        change.rows.execute(
            "INSERT INTO runs (name, experiment_key, experiment, seed, status, epoch, engine, created, updated)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                moment.run,
                experiment.key,
                json.dumps(experiment.as_json(), sort_keys=True),
                progress.seed,
                progress.status,
                progress.epoch,
                engine,
                now,
                now,
            ),
        )
        return
    engines = found["engine"].split(", ")
    change.rows.execute(
        "UPDATE runs SET status = ?, epoch = ?, engine = ?, updated = ?, state_file = NULL, state_row = NULL"
        " WHERE name = ?",
        (progress.status, progress.epoch, ", ".join(dict.fromkeys([*engines, engine])), now, moment.run),
    )


def _put_epoch(change: Change, moment: _Moment, checkpoint: str, row: int) -> None:
    p, digest = moment.progress, of_numbers(moment.weights)
    change.rows.execute(
        "INSERT INTO epochs (run, epoch, lr, running_loss, step, seconds, checkpoint, checkpoint_row, weights)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (moment.run, p.epoch, p.lr, p.running_loss, p.step, moment.event.seconds, checkpoint, row, digest),
    )
    for split, measured in (("train", p.train), ("held_out", p.held_out)):
        if measured is not None:
            change.rows.execute(
                "INSERT INTO metrics (run, epoch, split, loss, accuracy, sequences, inputs)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (moment.run, p.epoch, split, *astuple(measured)),
            )


def _put_states(change: Change, experiment: Experiment, moments: Sequence[_Moment]) -> None:
    """The optimiser states of the models that are still in training."""
    if not moments:
        return
    states = [(moment.event.state.optimiser, moment.model) for moment in moments]
    joined = OptimiserState(
        np.stack([state.exp_avg[model] for state, model in states]),
        np.stack([state.exp_avg_sq[model] for state, model in states]),
        np.stack([state.step[model] for state, model in states]),
    )
    about = {
        "experiment": experiment.as_json(),
        "seeds": [moment.progress.seed for moment in moments],
        "runs": [about_run(change.rows, moment.run) for moment in moments],
    }
    file = change.name(STATES)
    change.put(file, state_bytes(experiment.spec, joined, [moment.row for moment in moments], about))
    for row, moment in enumerate(moments):
        change.rows.execute("UPDATE runs SET state_file = ?, state_row = ? WHERE name = ?", (file, row, moment.run))


def about_run(rows: sqlite3.Connection, run: str) -> dict[str, Any]:
    """What a file says of a run, so that its row can be written again: all but what the experiment decides."""
    found = rows.execute(f"SELECT {', '.join(ABOUT)} FROM runs WHERE name = ?", (run,)).fetchone()
    return dict(zip(ABOUT, found, strict=True))


def _epochs_of(change: Change, moment: _Moment) -> list[tuple[Row, str]]:
    """Every epoch of a run, in order, with the file that has its weights."""
    query = "SELECT epoch, checkpoint FROM epochs WHERE run = ? ORDER BY epoch"
    return [((moment.run, epoch), file) for epoch, file in change.rows.execute(query, (moment.run,)).fetchall()]


def _put_end(change: Change, experiment: Experiment, moment: _Moment, every: Mapping[Row, Floats]) -> None:
    """A run's own two files, once it has ended: its final weights, and those after every recorded epoch.

    From here on the run shares no file with the seeds it was trained beside, and can be copied or removed by itself.
    """
    run, progress, spec = moment.run, moment.progress, experiment.spec
    about = {"experiment": experiment.as_json(), "seed": progress.seed, "writer": change.writer}
    about |= {"run": about_run(change.rows, run)}
    records = dict(_records(change, run, NO_EPOCH))
    final = Stack(spec, moment.weights[None])
    change.put_named(WEIGHTS, run, weights_bytes(final, moment.row, records[moment.row], about))
    file = change.put_named(CHECKPOINTS, run, _stacked(experiment, every, records, {"writer": change.writer}))
    change.rows.executemany(
        "UPDATE epochs SET checkpoint = ?, checkpoint_row = ? WHERE run = ? AND epoch = ?",
        [(file, row, run, epoch) for row, (_, epoch) in enumerate(every)],
    )


def _records(change: Change, run: str, after: int) -> list[tuple[Row, Record]]:
    """What was measured after each epoch of a run, as its history has it."""
    return [((run, epoch[1]), epoch[1:-1]) for epoch in epoch_rows(change.rows, run, after)]


def _stacked(
    experiment: Experiment, models: Mapping[Row, Floats], records: Mapping[Row, Record], about: Mapping[str, Any]
) -> bytes:
    stack = Stack(experiment.spec, np.stack(list(models.values())))
    return stack_bytes(stack, {row: records[row] for row in models}, about)
