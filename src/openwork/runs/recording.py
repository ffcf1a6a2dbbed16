"""Keeps what the training loop tells: wraps its events and writes them as they pass."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from openwork.engines import OptimiserState
from openwork.errors import Reason, StoreError
from openwork.models import Stack
from openwork.runs.database import Change
from openwork.runs.files import CHECKPOINTS, PROGRESS, STATES, WEIGHTS
from openwork.runs.store import Store, utc_now
from openwork.runs.tensors import read_stack, stack_bytes, state_bytes, weights_bytes
from openwork.training import EpochEnd, Experiment, Progress

WRITE_EVERY = 0.5
"""seconds of training that a killed process may lose; a write takes about a hundredth of it"""


def recorded(
    store: Store, experiment: Experiment, events: Iterator[EpochEnd], engine: str, every: float = WRITE_EVERY
) -> Iterator[EpochEnd]:
    """The same events, kept in the store: at least every `every` seconds, whenever a model ends, and when this stops.

    All models and epochs of one write become visible together. What another process has recorded meanwhile for the
    same seeds, which is the same to the bit, is left as it is.

    Args:
        store: where to; it is made if there is none.
        experiment: what the events are about.
        events: from the training loop, which was started from `store.state_of`.
        engine: name of the engine that trains.
        every: seconds between writes; 0 writes every event before it is given on.

    Raises:
        StoreNotWritable: before the first event where nothing can be written, or later where the disk is full; what was
            recorded before stays whole and can be resumed.
        StoreError: a run was removed while it was being trained.
    """
    store.database.tidy()
    pending: list[EpochEnd] = []
    written = -np.inf
    try:
        for event in events:
            pending.append(event)
            ended = any(p.status != "training" for p in event.progress)
            if ended or time.monotonic() - written >= every:
                record(store, experiment, pending, engine)
                pending.clear()
                written = time.monotonic()
            yield event
    except StoreError:
        pending.clear()
        raise
    finally:
        # Ctrl-C, an error in the loop, or a reader who wants no more: keep what there is.
        if pending:
            record(store, experiment, pending, engine)
    store.database.tidy()


@dataclass(frozen=True)
class _Moment:
    """One model at the end of one epoch that is not in the store yet, and the row it gets in the new checkpoint."""

    run: str
    progress: Progress
    event: EpochEnd
    model: int

    @property
    def row(self) -> tuple[str, int]:
        return self.run, self.progress.epoch

    @property
    def stack(self) -> Stack:
        return self.event.state.stack.take([self.model])

    @property
    def optimiser(self) -> OptimiserState:
        return self.event.state.optimiser.take([self.model])


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
        replaced = _files_of(change, latest)
        stack = Stack(experiment.spec, np.concatenate([m.stack.flat for m in moments]))
        checkpoint = change.put(PROGRESS, stack_bytes(stack, [m.row for m in moments]))
        for moment in latest.values():
            _put_run(change, experiment, moment, engine)
        for row, moment in enumerate(moments):
            _put_epoch(change, moment, checkpoint, row)
        _put_states(change, experiment, [m for m in latest.values() if m.progress.status == "training"])
        for moment in latest.values():
            if moment.progress.status != "training":
                _put_end(store, change, experiment, moment, {m.row: m.stack for m in moments})
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
            if progress.epoch != epoch + 1:
                mend = "train it again: it starts from what the store has"
                what = f"was removed while it was being trained: epoch {epoch + 1} is missing before {progress.epoch}"
                raise StoreError("a run is gone", Reason(f"run {name}, seed {progress.seed}", what, mend))
            kept[name] = (progress.epoch, progress.status)
            moments.append(_Moment(name, progress, event, model))
    return moments


def _files_of(change: Change, runs: Sequence[str] | dict[str, _Moment]) -> set[str]:
    """Files of runs in training, which this change may leave without a row."""
    files = set()
    for run in runs:
        query = "SELECT state_file FROM runs WHERE name = ?1 UNION SELECT checkpoint FROM epochs WHERE run = ?1"
        files |= {file for (file,) in change.rows.execute(query, (run,)) if file is not None}
    return files


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
    p, models = moment.progress, len(moment.event.progress)
    change.rows.execute(
        "INSERT INTO epochs (run, epoch, lr, running_loss, step, seconds, checkpoint, checkpoint_row)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (moment.run, p.epoch, p.lr, p.running_loss, p.step, moment.event.seconds, checkpoint, row),
    )
    for split, measured in (("train", p.train), ("held_out", p.held_out)):
        if measured is not None:
            change.rows.execute(
                "INSERT INTO metrics (run, epoch, split, loss, accuracy, sequences, inputs) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (moment.run, p.epoch, split, *astuple(measured)),
            )


def _put_states(change: Change, experiment: Experiment, moments: Sequence[_Moment]) -> None:
    """The optimiser states of the models that are still in training."""
    if not moments:
        return
    states = [moment.optimiser for moment in moments]
    joined = OptimiserState(
        np.concatenate([s.exp_avg for s in states]),
        np.concatenate([s.exp_avg_sq for s in states]),
        np.concatenate([s.step for s in states]),
    )
    file = change.put(STATES, state_bytes(experiment.spec, joined, [moment.row for moment in moments]))
    for row, moment in enumerate(moments):
        change.rows.execute("UPDATE runs SET state_file = ?, state_row = ? WHERE name = ?", (file, row, moment.run))


def _put_end(
    store: Store,
    change: Change,
    experiment: Experiment,
    moment: _Moment,
    fresh: dict[tuple[str, int], Stack],
) -> None:
    """A run's own two files, once it has ended: its final weights, and those after every epoch.

    From here on the run shares no file with the seeds it was trained beside, and can be copied or removed by itself.
    """
    run, spec = moment.run, experiment.spec
    query = "SELECT epoch, checkpoint, checkpoint_row FROM epochs WHERE run = ? ORDER BY epoch"
    rows, models = [], []
    for epoch, file, number in change.rows.execute(query, (run,)).fetchall():
        row = (run, epoch)
        rows.append(row)
        models.append(fresh[row] if row in fresh else read_stack(store.home / file, spec, number, row))
    change.put(
        WEIGHTS,
        weights_bytes(moment.stack, run, experiment.as_json(), moment.progress.seed, moment.progress.epoch),
        run,
    )
    every = Stack(spec, np.concatenate([model.flat for model in models]))
    file = change.put(CHECKPOINTS, stack_bytes(every, rows), run)
    change.rows.execute("UPDATE epochs SET checkpoint = ?, checkpoint_row = epoch - 1 WHERE run = ?", (file, run))
