"""WHAT WE KEEP: the folder of runs."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from openwork.errors import Reason, RecipeError, UnknownRun, suggestion
from openwork.models import Stack, initial_stack
from openwork.runs.database import Database
from openwork.runs.files import WEIGHTS
from openwork.runs.home import default_home
from openwork.runs.rows import load_runs
from openwork.runs.run import Run
from openwork.runs.schema import WITH_RESULTS, format_of
from openwork.runs.tensors import damaged, read_stack, read_state, read_weights
from openwork.training import Experiment, Status, TrainingState

T = TypeVar("T")
LARGEST_SEED = 2**63 - 1
READS = 5
"""how often to look again for a file that another process has just replaced"""


class Store:
    """Runs in a folder. A store that does not exist reads as empty and is made by the first write.

    One `Store` belongs to one thread; as many processes as like may have the same folder open.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database = Database(home)

    @classmethod
    def open(cls, home: Path | None = None) -> Store:
        """The store in `home`, or in `OPENWORK_HOME`, or in `openwork-runs` in the working directory.

        Raises:
            StoreTooNew: written by a newer openwork.
            StoreError: damaged, or another program's.
        """
        store = cls(default_home() if home is None else Path(home).expanduser().absolute())
        store.database.open()
        return store

    def close(self) -> None:
        """Gives the database back. The store may be used again."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def runs(
        self, *, task: str | None = None, status: Status | None = None, experiment_key: str | None = None
    ) -> list[Run]:
        """Every run, or those that match; oldest first."""
        wanted = {"json_extract(experiment, '$.task.name')": task, "status": status, "experiment_key": experiment_key}
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(f"{column} = ?{i}" for i, column in enumerate(given, 1)) or "TRUE"
        with self.database.reading() as rows:
            return load_runs(rows, where, tuple(given.values()))

    def runs_of(self, experiment: Experiment) -> list[Run]:
        """The runs of this experiment, which differ in their seed only, by seed."""
        return sorted(self.runs(experiment_key=experiment.key), key=lambda run: run.seed)

    def run(self, experiment: Experiment, seed: int) -> Run | None:
        """The run of this experiment and seed, if there is one."""
        return self._named(experiment.run_name(seed))

    def find(self, name: str) -> Run:
        """The run of this name, or the only one whose name begins so.

        Raises:
            UnknownRun: there is none, or there are several; with suggestions.
        """
        with self.database.reading() as rows:
            known = [row[0] for row in rows.execute("SELECT name FROM runs ORDER BY name")]
        matches = [k for k in known if k == name] or [k for k in known if name and k.startswith(name)]
        if len(matches) > 1:
            mend = "give more of the name: " + ", ".join(matches)
            raise UnknownRun("more than one run", Reason(name, f"{len(matches)} names begin so", mend))
        run = self._named(matches[0]) if matches else None
        if run is None:
            mend = suggestion(name, known) if known else f"there is no run in {self.home} yet: openwork train TASK"
            raise UnknownRun("unknown run", Reason(name or "(no name)", "no run has this name", mend))
        return run

    def state_of(self, experiment: Experiment, seeds: Sequence[int]) -> TrainingState:
        """Where to go on with these seeds: fresh, or as recorded last. Those whose run has ended are left out.

        Raises:
            RecipeError: seeds that cannot be, each named.
            StoreError: a file of a run in training is missing or damaged.
        """
        reasons = [
            Reason("seed", f"{seed!r} is not a whole number from 0 to {LARGEST_SEED}")
            for seed in seeds
            if type(seed) is not int or not 0 <= seed <= LARGEST_SEED
        ]
        if reasons:
            raise RecipeError("there are no such seeds", reasons)

        def read() -> list[TrainingState]:
            return [part for seed in dict.fromkeys(seeds) if (part := self._state(experiment, seed)) is not None]

        return TrainingState.joined(experiment.spec, self._steadily(read))

    def stack(self, run: Run) -> Stack:
        """The run's weights, `[1, param]`, after the epoch that `run` is at: the final ones once it has ended.

        Raises:
            UnknownRun: it has been removed.
            StoreError: the file is missing or damaged.
        """
        return self.stack_at(run, run.epoch)

    def stack_at(self, run: Run, epoch: int) -> Stack:
        """The run's weights after `epoch` epochs, `[1, param]`; 0 is before the first, or as they were imported.

        Raises:
            UnknownRun: no such epoch is recorded, or the run has been removed.
            StoreError: the file is missing or damaged.
        """
        spec = run.spec
        if epoch == 0 and not run.imported:
            return initial_stack(spec, [run.seed])

        def read() -> Stack:
            with self.database.reading() as rows:
                last = rows.execute(
                    "SELECT epoch, status <> 'training' FROM runs WHERE name = ?", (run.name,)
                ).fetchone()
                place = _checkpoint(rows, run.name, epoch)
            if place is None:
                what = f"has no epoch {epoch}" if last else "has been removed"
                mend = _recorded(rows, run.name, last[0]) if last else "train it again: openwork train"
                raise UnknownRun("no such epoch", Reason(f"run {run.name}", what, mend))
            if last == (epoch, 1):
                return read_weights(self.home / WEIGHTS / f"{run.name}.safetensors", spec, (run.name, epoch))
            return read_stack(self.home / place[0], spec, place[1], (run.name, epoch))

        return self._steadily(read)

    def remove(self, run: Run) -> None:
        """Removes the run, its verdicts and results, and its files.

        Raises:
            StoreNotWritable: read-only, full, or no permission.
        """
        with self.database.changing() as change:
            change.rows.execute("DELETE FROM runs WHERE name = ?", (run.name,))
        self.database.tidy()

    def save_verdicts(self, run: Run, verdicts: Mapping[str, Mapping[str, Any]]) -> None:
        """Keeps verdicts as JSON by the id of their claim; a claim judged before is replaced.

        Raises:
            UnknownRun: the run has been removed.
            StoreNotWritable: read-only, full, or no permission.
        """
        with self.database.changing() as change:
            _require_kept(change.rows, run)
            change.rows.executemany(
                "INSERT OR REPLACE INTO verdicts (run, claim, verdict, judged) VALUES (?, ?, ?, ?)",
                [(run.name, claim, json.dumps(verdict), utc_now()) for claim, verdict in verdicts.items()],
            )

    def verdicts(self, run: Run) -> dict[str, dict[str, Any]]:
        """The verdicts kept for this run by the id of their claim, in the order in which they were saved."""
        with self.database.reading() as rows:
            kept = rows.execute(
                "SELECT claim, verdict FROM verdicts WHERE run = ? ORDER BY rowid", (run.name,)
            ).fetchall()
        return {claim: json.loads(verdict) for claim, verdict in kept}

    def save_result(self, run: Run, name: str, digest: str, result: Mapping[str, Any]) -> None:
        """Keeps what a measurement of the run found, as JSON; `digest` stands for all that decides it.

        Raises:
            UnknownRun: the run has been removed.
            StoreNotWritable: read-only, full, or no permission.
        """
        with self.database.changing() as change:
            _require_kept(change.rows, run)
            change.rows.execute(
                "INSERT OR REPLACE INTO results (run, name, digest, result, found) VALUES (?, ?, ?, ?, ?)",
                (run.name, name, digest, json.dumps(result), utc_now()),
            )

    def result(self, run: Run, name: str, digest: str) -> dict[str, Any] | None:
        """What was kept under this name and digest; None where nothing was."""
        with self.database.reading() as rows:
            if format_of(rows) < WITH_RESULTS:
                return None
            query = "SELECT result FROM results WHERE run = ? AND name = ? AND digest = ?"
            kept = rows.execute(query, (run.name, name, digest)).fetchone()
        return None if kept is None else dict(json.loads(kept[0]))

    def _named(self, name: str) -> Run | None:
        with self.database.reading() as rows:
            return next(iter(load_runs(rows, "name = ?1", (name,))), None)

    def _state(self, experiment: Experiment, seed: int) -> TrainingState | None:
        """One seed's state; None where its run has ended."""
        name, spec = experiment.run_name(seed), experiment.spec
        with self.database.reading() as rows:
            query = "SELECT status, epoch, state_file, state_row FROM runs WHERE name = ?"
            kept = rows.execute(query, (name,)).fetchone()
            if kept is None:
                return TrainingState.fresh(spec, (seed,))
            status, epoch, file, number = kept
            place = _checkpoint(rows, name, epoch)
        if status != "training":
            return None
        if place is None:
            raise damaged(self.database.path, f"run {name} has no checkpoint of epoch {epoch}")
        stack = read_stack(self.home / place[0], spec, place[1], (name, epoch))
        optimiser = read_state(self.home / file, spec, number, (name, epoch))
        return TrainingState.resumed(seed, stack, optimiser, epoch)

    def _steadily(self, read: Callable[[], T]) -> T:
        """Reads rows and then the files that they name, again where another process has replaced a file in between."""
        for attempt in range(1, READS + 1):
            try:
                return read()
            except FileNotFoundError as error:
                if attempt == READS:
                    raise damaged(Path(error.filename), "is missing") from error
                time.sleep(0.02 * attempt)
        raise AssertionError("unreachable")


def _require_kept(rows: sqlite3.Connection, run: Run) -> None:
    if not rows.execute("SELECT 1 FROM runs WHERE name = ?", (run.name,)).fetchone():
        raise UnknownRun("unknown run", Reason(run.name, "has been removed"))


def _recorded(rows: sqlite3.Connection, run: str, last: int) -> str:
    """Which epochs there are; where they are apart, how far."""
    found = rows.execute("SELECT min(epoch), count(*) FROM epochs WHERE run = ?", (run,)).fetchone()
    apart = "" if found[1] in (last, last + 1) else f", every {found[0]}th"
    return f"epochs 0 to {last}{apart} are recorded"


def _checkpoint(rows: sqlite3.Connection, run: str, epoch: int) -> tuple[str, int] | None:
    query = "SELECT checkpoint, checkpoint_row FROM epochs WHERE run = ? AND epoch = ?"
    found: tuple[str, int] | None = rows.execute(query, (run, epoch)).fetchone()
    return found


def utc_now() -> str:
    """ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
