"""Writes epochs of some runs in one change: rows, checkpoints, optimiser states, and the files of runs that end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from openwork.engines import OptimiserState
from openwork.errors import Reason, StoreError
from openwork.models import Stack
from openwork.runs.database import Change
from openwork.runs.files import CHECKPOINTS, PROGRESS, STATES, WEIGHTS
from openwork.runs.store import Store, utc_now
from openwork.runs.tensors import Row, read_rows, stack_bytes, state_bytes, weights_bytes
from openwork.training import EpochEnd, Experiment, Progress

Floats = NDArray[np.floating]


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
        StoreError: a run was removed while it was being trained.
    """
    with store.database.changing() as change:
        moments = _new_moments(change, experiment, events)
        if not moments:
            return
        latest = {moment.run: moment for moment in moments}
        ended = [moment for moment in latest.values() if moment.ended]
        replaced = _files_to_replace(change, list(latest), [moment.run for moment in ended])
        fresh = {moment.row: moment.weights for moment in moments}
        checkpoint = change.put(PROGRESS, _stacked(experiment, fresh))
        for moment in latest.values():
            _put_run(change, experiment, moment, engine)
        for number, moment in enumerate(moments):
            _put_epoch(change, moment, checkpoint, number)
        _put_states(change, experiment, [moment for moment in latest.values() if not moment.ended])
        shared = lru_cache(maxsize=None)(lambda file: read_rows(store.home / file, experiment.spec))
        for moment in ended:
            every = {row: fresh[row] if row in fresh else shared(file)[row] for row, file in _epochs_of(change, moment)}
            _put_end(change, experiment, moment, every)
    store.database.doubt(replaced | {checkpoint})


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
    found = change.rows.execute("SELECT engine FROM runs WHERE name = ?", (moment.run,)).fetchone()
    if found is None:
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
    engines = found[0].split(", ")
    change.rows.execute(
        "UPDATE runs SET status = ?, epoch = ?, engine = ?, updated = ?, state_file = NULL, state_row = NULL"
        " WHERE name = ?",
        (progress.status, progress.epoch, ", ".join(dict.fromkeys([*engines, engine])), now, moment.run),
    )


def _put_epoch(change: Change, moment: _Moment, checkpoint: str, row: int) -> None:
    p = moment.progress
    change.rows.execute(
        "INSERT INTO epochs (run, epoch, lr, running_loss, step, seconds, checkpoint, checkpoint_row)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (moment.run, p.epoch, p.lr, p.running_loss, p.step, moment.event.seconds, checkpoint, row),
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
    file = change.put(STATES, state_bytes(experiment.spec, joined, [moment.row for moment in moments]))
    for row, moment in enumerate(moments):
        change.rows.execute("UPDATE runs SET state_file = ?, state_row = ? WHERE name = ?", (file, row, moment.run))


def _epochs_of(change: Change, moment: _Moment) -> list[tuple[Row, str]]:
    """Every epoch of a run, in order, with the file that has its weights."""
    query = "SELECT epoch, checkpoint FROM epochs WHERE run = ? ORDER BY epoch"
    return [((moment.run, epoch), file) for epoch, file in change.rows.execute(query, (moment.run,)).fetchall()]


def _put_end(change: Change, experiment: Experiment, moment: _Moment, every: Mapping[Row, Floats]) -> None:
    """A run's own two files, once it has ended: its final weights, and those after every recorded epoch.

    From here on the run shares no file with the seeds it was trained beside, and can be copied or removed by itself.
    """
    run, progress = moment.run, moment.progress
    final = Stack(experiment.spec, moment.weights[None])
    change.put(WEIGHTS, weights_bytes(final, run, experiment.as_json(), progress.seed, progress.epoch), run)
    file = change.put(CHECKPOINTS, _stacked(experiment, every), run)
    change.rows.executemany(
        "UPDATE epochs SET checkpoint = ?, checkpoint_row = ? WHERE run = ? AND epoch = ?",
        [(file, row, run, epoch) for row, (_, epoch) in enumerate(every)],
    )


def _stacked(experiment: Experiment, models: Mapping[Row, Floats]) -> bytes:
    return stack_bytes(Stack(experiment.spec, np.stack(list(models.values()))), list(models))
