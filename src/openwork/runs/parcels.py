"""Runs that travel from store to store: packed as bytes where they were trained, received where they are kept.

What is received is held to the checksums in its files, as `recover` holds a store's own, before a row is written. The
store that packs signs its files as the one that receives (`Store.open`, `writes_as`), so that one which is killed
between a file and its row finds it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from openwork.errors import CheckpointError, Reason, StoreError
from openwork.runs.database import Change
from openwork.runs.filed import Found, ended_run, read_files
from openwork.runs.files import CHECKPOINTS, WEIGHTS, named
from openwork.runs.inserting import insert_run
from openwork.runs.kept_rows import keep, kept
from openwork.runs.run import Run
from openwork.runs.sealing import seal_history, seal_run
from openwork.runs.store import Store, utc_now


@dataclass(frozen=True)
class Parcel:
    """A run that has ended.

    Attributes:
        run: its name.
        weights: the file of its final weights.
        checkpoints: that of its weights after every epoch; None where they were pruned, or are not needed.
    """

    run: str
    weights: bytes
    checkpoints: bytes | None = None

    @property
    def bytes(self) -> int:
        """How much travels."""
        return len(self.weights) + len(self.checkpoints or b"")


@dataclass(frozen=True)
class KeptResult:
    """What a measurement of a run found, as it lies in a store: `result` is JSON."""

    run: str
    name: str
    digest: str
    result: str


def pack(store: Store, run: Run, checkpoints: bool = True) -> Parcel:
    """The files of a run that has ended; without `checkpoints` its final weights alone.

    Raises:
        StoreError: a file of it is missing.
    """
    with store.database.reading() as rows:
        query = "SELECT 1 FROM epochs WHERE run = ? AND checkpoint = ?"
        used = checkpoints and rows.execute(query, (run.name, named(CHECKPOINTS, run.name))).fetchone()
    folders = (WEIGHTS, CHECKPOINTS) if used else (WEIGHTS,)
    try:
        return Parcel(run.name, *((store.home / named(folder, run.name)).read_bytes() for folder in folders))
    except FileNotFoundError as error:
        mend = "openwork runs recover tells what else is missing"
        raise StoreError("the run cannot be sent", Reason(str(error.filename), "is missing", mend)) from error


def pack_results(store: Store, run: Run) -> tuple[KeptResult, ...]:
    """All that was measured of a run.

    Raises:
        StoreError: some of it is damaged.
    """
    with store.database.reading() as rows:
        found = kept(rows, store.database.path, "results", run.name)
    return tuple(KeptResult(*values[:4]) for values in found)


def receive(store: Store, parcels: Sequence[Parcel], whole: bool = True) -> None:
    """Keeps these runs in one change. One that the store has to its end is left as it is; one in training is replaced,
    whose bits are the same.

    Args:
        store: where to.
        parcels: from `pack`.
        whole: whether a run of which a part of its history did not come is refused.

    Raises:
        CheckpointError: one is not what was packed; nothing is kept then.
        StoreNotWritable: read-only, full, or no permission; nothing is kept then.
    """
    found = _opened(parcels, whole)
    with store.database.changing(files=True) as change:
        for parcel in parcels:
            _put(change, parcel, found[parcel.run])


def receive_results(store: Store, results: Iterable[KeptResult]) -> None:
    """Keeps these results in one change; those of a run that was removed are passed over.

    Raises:
        StoreError: a run's row is damaged; nothing is kept then.
        StoreNotWritable: read-only, full, or no permission; nothing is kept then.
    """
    with store.database.changing() as change:
        runs = set()
        for each in results:
            if change.run(each.run) is not None:
                keep(change.rows, "results", each.run, each.name, each.digest, each.result, utc_now())
                runs.add(each.run)
        for run in runs:
            seal_run(change.rows, run)


def _opened(parcels: Sequence[Parcel], whole: bool) -> dict[str, Found]:
    """The rows that each run needs, by its name, as its files tell them."""
    with TemporaryDirectory(prefix="openwork-parcels-") as folder:
        home = Path(folder)
        for part in (WEIGHTS, CHECKPOINTS):
            (home / part).mkdir()
        for parcel in parcels:
            (home / named(WEIGHTS, parcel.run)).write_bytes(parcel.weights)
            if parcel.checkpoints is not None:
                (home / named(CHECKPOINTS, parcel.run)).write_bytes(parcel.checkpoints)
        files = read_files(home, lambda what, share: None)
        reasons = [Reason(f"run {Path(name).stem}", reason.what) for name, reason in files.damage.items()]
        found = {p.run: ended_run(home, p.run, files) for p in parcels if p.run in files.finals}
    reasons += [Reason(f"run {name}", run.lost) for name, run in found.items() if whole and run.lost]
    if reasons:
        raise CheckpointError("what was sent is not what arrived", reasons)
    return found


def _put(change: Change, parcel: Parcel, found: Found) -> None:
    row = change.run(parcel.run)
    if row is not None and row["status"] != "training":
        return
    if row is None:
        change.require_room(parcel.run)
        change.added.add(parcel.run)
    else:
        query = "SELECT checkpoint FROM epochs WHERE run = ?"
        files = {file for (file,) in change.rows.execute(query, (parcel.run,))} | {row["state_file"]}
        change.discard(file for file in files if file)
        change.rows.execute("DELETE FROM runs WHERE name = ?", (parcel.run,))
    change.put_named(WEIGHTS, parcel.run, parcel.weights)
    if parcel.checkpoints is not None:
        change.put_named(CHECKPOINTS, parcel.run, parcel.checkpoints)
    insert_run(change.rows, found)
    seal_history(change.rows, parcel.run)
    seal_run(change.rows, parcel.run)
