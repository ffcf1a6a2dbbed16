"""The database of a store: its tables, and the number of its format.

==========  ==============================================================================================
`runs`      one row per run; `state_file` and `state_row` point at its optimiser state while it is training
`epochs`    one row per run and finished epoch; `checkpoint` and `checkpoint_row` point at the weights, and
            `weights` is the SHA-256 of their numbers
`metrics`   how right the model was after that epoch, one row per part of the split
`verdicts`  what a run's claims came to, as JSON
`results`   what long measurements of a run found, as JSON, by their name and a digest of what decides them
`manifest`  how many runs there are, and the checksum of their names: a row per beginning of a name, and one of all
`journal`   what tidying up may remove: files that rows have left, and the processes that were about to write
`experiments`  what runs share that differ in their seed only, in columns that can be asked (`columns.py`)
`summaries`    one narrow row per run, for the same; both follow from the rows above and are made again at any time
==========  ==============================================================================================

What a result rests on has a checksum, which is verified whenever it is read: `runs.checksum` of the run's row,
`runs.history` of all its epochs, `runs.kept` of all that was measured of it, and one in each row of `verdicts`,
`results` and `journal` (`checksums.py`).

A number that is not finite is NULL. The format's number is SQLite's `user_version`. To change the tables, raise
`FORMAT`, say in `UPGRADES` how the one before is brought up, and freeze a sample of the new one in `tests/formats/`.
An older store is brought up by the first change to it; until then it is read as it is.

======  =============================
format  what is new
======  =============================
1
2       `results`
3       checksums, `manifest`, `journal`
4       `experiments`, `summaries`, views, `manifest` in parts
======  =============================

A store of format 1 or 2 has no checksums, and its rows are read as they are. The first change to it gives every row
one: damage that came before cannot be seen, damage that comes after is. Of its epochs, `weights` stays NULL: their
numbers are held to the digest in their file, as they always were.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from openwork.errors import Reason, StoreError, StoreTooNew
from openwork.runs.checksums import damaged, of_names
from openwork.runs.columns import SUMMARIES, VIEWS

FORMAT = 4
WITH_RESULTS = 2
"""the first format with `results`"""
WITH_CHECKSUMS = 3
"""the first format whose rows have checksums, and that has a manifest and a journal"""
WITH_PARTS = 4
"""the first format whose manifest has a row for every beginning of a name, and that has summaries"""
BEGINNING = 3
"""characters of a name that say in which part of the manifest it is told"""
WHOLE = ""
"""the part that is all of them"""
APPLICATION = 0x6F77_6B31
"""SQLite's `application_id` of our databases: "owk1" """

RESULTS = """CREATE TABLE results (
        run TEXT NOT NULL REFERENCES runs (name) ON DELETE CASCADE,
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        result TEXT NOT NULL,
        found TEXT NOT NULL,
        PRIMARY KEY (run, name, digest)
    )"""
MANIFEST = "CREATE TABLE manifest (runs INTEGER NOT NULL, names TEXT NOT NULL)"
PARTS = "CREATE TABLE manifest (part TEXT PRIMARY KEY, runs INTEGER NOT NULL, names TEXT NOT NULL)"
JOURNAL = "CREATE TABLE journal (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)"
CHECKSUM = "checksum TEXT NOT NULL DEFAULT ''"
ADDED = (
    ("runs", "history TEXT NOT NULL DEFAULT ''"),
    ("runs", "kept TEXT NOT NULL DEFAULT ''"),
    ("runs", CHECKSUM),
    ("epochs", "weights TEXT"),
    ("verdicts", CHECKSUM),
    ("results", CHECKSUM),
)
"""columns that format 3 has and the ones before had not"""

TABLES = (
    """CREATE TABLE runs (
        name TEXT PRIMARY KEY,
        experiment_key TEXT NOT NULL,
        experiment TEXT NOT NULL,
        seed INTEGER NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('training', 'solved', 'finished', 'diverged')),
        epoch INTEGER NOT NULL,
        engine TEXT NOT NULL,
        created TEXT NOT NULL,
        updated TEXT NOT NULL,
        state_file TEXT,
        state_row INTEGER,
        UNIQUE (experiment_key, seed)
    )""",
    """CREATE TABLE epochs (
        run TEXT NOT NULL REFERENCES runs (name) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        lr REAL,
        running_loss REAL,
        step INTEGER NOT NULL,
        seconds REAL NOT NULL,
        checkpoint TEXT NOT NULL,
        checkpoint_row INTEGER NOT NULL,
        PRIMARY KEY (run, epoch)
    ) WITHOUT ROWID""",
    """CREATE TABLE metrics (
        run TEXT NOT NULL REFERENCES runs (name) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        split TEXT NOT NULL CHECK (split IN ('train', 'held_out')),
        loss REAL,
        accuracy REAL,
        sequences INTEGER NOT NULL,
        inputs INTEGER NOT NULL,
        PRIMARY KEY (run, epoch, split)
    ) WITHOUT ROWID""",
    """CREATE TABLE verdicts (
        run TEXT NOT NULL REFERENCES runs (name) ON DELETE CASCADE,
        claim TEXT NOT NULL,
        verdict TEXT NOT NULL,
        judged TEXT NOT NULL,
        PRIMARY KEY (run, claim)
    )""",
    RESULTS,
    PARTS,
    JOURNAL,
    *(f"ALTER TABLE {table} ADD COLUMN {column}" for table, column in ADDED),
    "CREATE INDEX runs_by_state ON runs (state_file)",
    "CREATE INDEX epochs_by_checkpoint ON epochs (checkpoint)",
    *SUMMARIES,
    *VIEWS,
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)

UPGRADES: dict[int, tuple[str, ...]] = {
    1: (RESULTS,),
    2: (MANIFEST, JOURNAL, *(f"ALTER TABLE {table} ADD COLUMN {column}" for table, column in ADDED)),
    3: ("DROP TABLE manifest", PARTS, *SUMMARIES, *VIEWS),
}
"""by format: what makes it the next"""


def create_tables(connection: sqlite3.Connection) -> None:
    """Makes an empty database ours, within the transaction that is open."""
    for statement in TABLES:
        connection.execute(statement)
    connection.execute("INSERT INTO manifest (part, runs, names) VALUES (?, 0, ?)", (WHOLE, of_names(())))


def bring_up(connection: sqlite3.Connection) -> int:
    """Makes a store of an older format one of this, within the transaction that is open; returns the format it had."""
    version = format_of(connection)
    for older in range(version, FORMAT):
        for statement in UPGRADES[older]:
            connection.execute(statement)
    if version < FORMAT:
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    return version


def format_of(connection: sqlite3.Connection) -> int:
    """The number of the format; 0 where there are no tables yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_made(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the tables are there; a database that nobody has written to yet has none.

    Raises:
        StoreTooNew: written by a newer openwork.
        StoreError: another program's database.
    """
    version = format_of(connection)
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if not (version or application or tables):
        return False
    if application != APPLICATION:
        mend = "give another folder in OPENWORK_HOME, or move that file away"
        raise StoreError("this is not a store of runs", Reason(str(path), "is another program's database", mend))
    if version > FORMAT:
        what = f"has format {version}, and this openwork reads formats up to {FORMAT}"
        mend = "upgrade openwork: pip install --upgrade openwork; or give another folder in OPENWORK_HOME"
        raise StoreTooNew("the store was written by a newer openwork", Reason(str(path), what, mend))
    has = any(column[1] == "checksum" for column in connection.execute("PRAGMA table_info(runs)"))
    if has != (version >= WITH_CHECKSUMS):
        raise damaged(path, f"says that it has format {version}, and its tables are not of that format")
    return True
