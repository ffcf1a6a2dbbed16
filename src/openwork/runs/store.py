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

from openwork.errors import Reason, RecipeError, StoreError, UnknownRun, suggestion
from openwork.models import Stack, initial_stack
from openwork.runs.checksums import DAMAGED
from openwork.runs.checksums import damaged as damaged_row
from openwork.runs.database import Change, Database
from openwork.runs.files import WEIGHTS, named
from openwork.runs.home import default_home
from openwork.runs.journal import require_ours
from openwork.runs.kept_rows import keep, kept
from openwork.runs.manifest import names_like, require_all, require_part, run_names
from openwork.runs.rows import NOT_KEPT, Contents, contents, load_run
from openwork.runs.run import Run
from openwork.runs.schema import WITH_CHECKSUMS, format_of
from openwork.runs.sealing import seal_run
from openwork.runs.tensors import damaged, read_stack, read_state, read_weights
from openwork.training import Experiment, Status, TrainingState

T = TypeVar("T")
LARGEST_SEED = 2**63 - 1
MOST_NAMES = 5_000
"""that are looked through for one that is meant"""
MOST_TOLD = 20
READS = 5
"""how often to look again for a file that another process has just replaced"""


class Store:
    """Runs in a folder. A store that does not exist reads as empty and is made by the first write.

    One `Store` belongs to one thread; as many processes as like may have the same folder open.
    """

    def __init__(self, home: Path, writes_as: str = "", durable: bool = True) -> None:
        self.home = home
        self.database = Database(home, writes_as, durable)

    @classmethod
    def open(cls, home: Path | None = None, writes_as: str = "", durable: bool = True) -> Store:
        """The store in `home`, or in `OPENWORK_HOME`, or in `openwork-runs` in the working directory.

        Args:
            home: its folder.
            writes_as: the process that its files are signed by, where another one than this will keep them
                (`parcels.py`).
            durable: whether what is written outlives a power cut; not where the folder is thrown away.

        Raises:
            StoreTooNew: written by a newer openwork.
            StoreError: damaged, or another program's.
        """
        store = cls(default_home() if home is None else Path(home).expanduser().absolute(), writes_as, durable)
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
        """Every run, or those that match; oldest first.

        Raises:
            StoreError: something is damaged, all of it told; `contents` gives the rest.
        """
        found = self.contents()
        if found.damage:
            raise StoreError(DAMAGED, found.damage)
        wanted = {"task_name": task, "status": status, "experiment_key": experiment_key}
        given = {name: value for name, value in wanted.items() if value is not None}
        return [run for run in found.runs if all(getattr(run, name) == value for name, value in given.items())]

    def contents(self) -> Contents:
        """Every run that is whole, and what is damaged, by name.

        Raises:
            StoreError: nothing of the database can be read.
        """
        with self.database.reading() as rows:
            return contents(rows, self.database.path)

    def runs_of(self, experiment: Experiment) -> list[Run]:
        """The runs of this experiment, which differ in their seed only, by seed.

        Raises:
            StoreError: something is damaged; `siblings_of` gives the rest.
        """
        return sorted(self.runs(experiment_key=experiment.key), key=lambda run: run.seed)

    def siblings_of(self, run: Run) -> Contents:
        """The whole runs of this run's experiment, by seed, itself included, and what else of the store is damaged.

        Raises:
            StoreError: nothing of the database can be read.
        """
        found = self.contents()
        same = (other for other in found.runs if other.experiment_key == run.experiment_key)
        return Contents(tuple(sorted(same, key=lambda other: other.seed)), found.damage)

    def run(self, experiment: Experiment, seed: int) -> Run | None:
        """The run of this experiment and seed, if there is one."""
        return self._named(experiment.run_name(seed))

    def find(self, name: str) -> Run:
        """The run of this name, or the only one whose name begins so.

        Raises:
            UnknownRun: there is none, or there are several; with suggestions.
        """
        with self.database.reading() as rows:
            matches = _matching(rows, name)
        if len(matches) > 1:
            several = f"{len(matches)}" if len(matches) < MOST_NAMES else "very many"
            mend = "give more of the name: " + ", ".join(matches[:MOST_TOLD]) + ("…" if matches[MOST_TOLD:] else "")
            raise UnknownRun("more than one run", Reason(name, f"{several} names begin so", mend))
        run = self._named(matches[0]) if matches else None
        if run is None:
            with self.database.reading() as rows:
                require_all(rows, self.database.path)
                known = names_like(rows, "", MOST_NAMES)
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
                if place is None and last:
                    load_run(rows, run.name)
            if place is None:
                what = f"has no epoch {epoch}" if last else "has been removed"
                mend = _recorded(rows, run.name, last[0]) if last else "train it again: openwork train"
                raise UnknownRun("no such epoch", Reason(f"run {run.name}", what, mend))
            file, number, digest = place
            if file == NOT_KEPT:
                mend = "train it again into another store: the same seed gives the same bits"
                raise UnknownRun(
                    "no such weights", Reason(f"run {run.name}", f"those after epoch {epoch} were pruned", mend)
                )
            if last == (epoch, 1):
                return read_weights(self.home / named(WEIGHTS, run.name), spec, (run.name, epoch), digest)
            return read_stack(self.home / file, spec, number, (run.name, epoch), digest)

        return self._steadily(read)

    def has_checkpoints(self, run: Run) -> bool:
        """Whether the weights after every recorded epoch are there, and not the final ones alone."""
        with self.database.reading() as rows:
            pruned = rows.execute("SELECT 1 FROM epochs WHERE run = ? AND checkpoint = ?", (run.name, NOT_KEPT))
            return pruned.fetchone() is None

    def remove(self, run: Run) -> None:
        """Removes the run, its verdicts and results, and its files.

        Raises:
            StoreNotWritable: read-only, full, or no permission.
        """
        with self.database.changing() as change:
            files = {
                file for (file,) in change.rows.execute("SELECT checkpoint FROM epochs WHERE run = ?", (run.name,))
            }
            for file, status in change.rows.execute("SELECT state_file, status FROM runs WHERE name = ?", (run.name,)):
                files.add(named(WEIGHTS, run.name) if status != "training" else file)
            change.discard(files)
            if change.rows.execute("SELECT 1 FROM runs WHERE name = ?", (run.name,)).fetchone():
                change.removed.add(run.name)
            change.rows.execute("DELETE FROM runs WHERE name = ?", (run.name,))
        self.database.tidy()

    def save_verdicts(self, run: Run, verdicts: Mapping[str, Mapping[str, Any]]) -> None:
        """Keeps verdicts as JSON by the id of their claim; a claim judged before is replaced.

        Raises:
            UnknownRun: the run has been removed.
            StoreNotWritable: read-only, full, or no permission.
        """
        with self.database.changing() as change:
            self._require(change, run, "verdicts")
            for claim, verdict in verdicts.items():
                keep(change.rows, "verdicts", run.name, claim, json.dumps(verdict), utc_now())
            seal_run(change.rows, run.name)

    def verdicts(self, run: Run) -> dict[str, dict[str, Any]]:
        """The verdicts kept for this run by the id of their claim, in the order in which they were saved.

        Raises:
            StoreError: one is not what was written.
        """
        with self.database.reading() as rows:
            found = kept(rows, self.database.path, "verdicts", run.name)
        return {claim: self._value("verdicts", run, claim, verdict) for _, claim, verdict, _ in found}

    def save_result(self, run: Run, name: str, digest: str, result: Mapping[str, Any]) -> None:
        """Keeps what a measurement of the run found, as JSON; `digest` stands for all that decides it.

        Raises:
            UnknownRun: the run has been removed.
            StoreNotWritable: read-only, full, or no permission.
        """
        with self.database.changing() as change:
            self._require(change, run, "results")
            keep(change.rows, "results", run.name, name, digest, json.dumps(result), utc_now())
            seal_run(change.rows, run.name)

    def result(self, run: Run, name: str, digest: str) -> dict[str, Any] | None:
        """What was kept under this name and digest; None where nothing was.

        Raises:
            StoreError: it is not what was written.
        """
        with self.database.reading() as rows:
            found = kept(rows, self.database.path, "results", run.name, name, digest)
        return self._value("results", run, name, found[0][3]) if found else None

    def _require(self, change: Change, run: Run, table: str) -> None:
        """Nothing where the run's row and what was kept of it are whole."""
        if change.run(run.name) is None:
            raise UnknownRun("unknown run", Reason(run.name, "has been removed"))
        kept(change.rows, self.database.path, table, run.name)

    def _value(self, table: str, run: Run, name: str, text: str) -> dict[str, Any]:
        try:
            return dict(json.loads(text))
        except (ValueError, TypeError) as error:  # of a format without checksums
            raise damaged_row(self.database.path, f"{name} cannot be read", f"{table} of run {run.name}") from error

    def _named(self, name: str) -> Run | None:
        with self.database.reading() as rows:
            return self._whole(rows, name)

    def _whole(self, rows: sqlite3.Connection, name: str) -> Run | None:
        """The run of this name; None where there is none, and all others have a row."""
        try:
            return load_run(rows, name)
        except KeyError:
            require_part(rows, self.database.path, name)
            return None
        except (ValueError, TypeError) as error:
            raise damaged_row(self.database.path, str(error), f"run {name}") from error

    def _state(self, experiment: Experiment, seed: int) -> TrainingState | None:
        """One seed's state; None where its run has ended."""
        name, spec = experiment.run_name(seed), experiment.spec
        with self.database.reading() as rows:
            run = self._whole(rows, name)
            if run is None:
                require_ours(rows, self.home, named(WEIGHTS, name), name)
                return TrainingState.fresh(spec, (seed,), experiment.recipe.initializer_range)
            if run.ended:
                return None
            file, number = rows.execute("SELECT state_file, state_row FROM runs WHERE name = ?", (name,)).fetchone()
            place = _checkpoint(rows, name, run.epoch)
        if place is None or file is None:
            raise damaged_row(self.database.path, f"has no checkpoint of epoch {run.epoch}", f"run {name}")
        row = (name, run.epoch)
        stack = read_stack(self.home / place[0], spec, place[1], row, place[2])
        return TrainingState.resumed(seed, stack, read_state(self.home / file, spec, number, row), run.epoch)

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


def _matching(rows: sqlite3.Connection, name: str) -> list[str]:
    """The run of this name, or those whose names begin so."""
    try:
        found = names_like(rows, name, MOST_NAMES) if name else []
    except (sqlite3.DatabaseError, UnicodeEncodeError):  # what cannot be written as UTF-8 is no run's name
        found = []
    if not found:  # damage may hide a name from the index
        found = [known for known in run_names(rows) if name and known.startswith(name)]
    return [known for known in found if known == name] or found


def _recorded(rows: sqlite3.Connection, run: str, last: int) -> str:
    """Which epochs there are; where they are apart, how far."""
    found = rows.execute("SELECT min(epoch), count(*) FROM epochs WHERE run = ?", (run,)).fetchone()
    apart = "" if found[1] in (last, last + 1) else f", every {found[0]}th"
    return f"epochs 0 to {last}{apart} are recorded"


def _checkpoint(rows: sqlite3.Connection, run: str, epoch: int) -> tuple[str, int, str | None] | None:
    """The file with the weights after this epoch, which of its rows, and the checksum of their numbers where known."""
    weights = "weights" if format_of(rows) >= WITH_CHECKSUMS else "NULL"
    query = f"SELECT checkpoint, checkpoint_row, {weights} FROM epochs WHERE run = ? AND epoch = ?"
    found: tuple[str, int, str | None] | None = rows.execute(query, (run, epoch)).fetchone()
    return found


def utc_now() -> str:
    """ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
