"""Ways in which a store is damaged: by a disk that forgets or mixes up, or by a careless hand.

Each takes a store's folder and random choices, and changes files; what was a store before need not be one after.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

PAGE = 4096
FOLDERS = ("weights", "checkpoints", "progress", "states")
TABLES = ("runs", "epochs", "metrics", "verdicts", "results", "summaries")
Damage = Callable[[Path, Random], None]


def flip_bytes_of_a_page(home: Path, random: Random) -> None:
    """A few bytes of one page of the database are others."""
    with database(home) as data:
        page = random.randrange(len(data) // PAGE)
        for _ in range(random.choice((1, 1, 2, 8, 64))):
            data[PAGE * page + random.randrange(PAGE)] = random.randrange(256)


def flip_bits_in_use(home: Path, random: Random) -> None:
    """A few bits where the database is not zero are others: there rows are."""
    with database(home) as data:
        used = [place for place, byte in enumerate(data) if byte]
        for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
            data[random.choice(used)] ^= 1 << random.randrange(8)


def zero_a_page(home: Path, random: Random) -> None:
    """One page of the database is empty."""
    with database(home) as data:
        page = random.randrange(len(data) // PAGE)
        data[PAGE * page : PAGE * page + PAGE] = bytes(PAGE)


def swap_pages(home: Path, random: Random) -> None:
    """Two pages of the database are in each other's place."""
    with database(home) as data:
        one, other = (slice(PAGE * n, PAGE * n + PAGE) for n in random.sample(range(len(data) // PAGE), 2))
        data[one], data[other] = data[other], data[one]


def cut_the_database(home: Path, random: Random) -> None:
    """The database ends too early."""
    with database(home) as data:
        del data[random.randrange(1, len(data)) :]


def flip_bits_of_a_file(home: Path, random: Random) -> None:
    """A few bits of one file of arrays are others."""
    path = some_file(home, random)
    data = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 1, 2, 8))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


def cut_a_file(home: Path, random: Random) -> None:
    """One file of arrays ends too early."""
    path = some_file(home, random)
    data = path.read_bytes()
    path.write_bytes(data[: random.randrange(len(data))])


def lose_a_file(home: Path, random: Random) -> None:
    """One file of arrays is gone."""
    some_file(home, random).unlink()


def swap_files(home: Path, random: Random) -> None:
    """The files of two runs are in each other's place."""
    folder = home / random.choice(("weights", "checkpoints"))
    one, other = random.sample(sorted(folder.iterdir()), 2)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def swap_rows(home: Path, random: Random) -> None:
    """What the database has of two runs, or some of it, is in each other's place."""
    with rows_of(home) as rows:
        one, other = random.sample([n for (n,) in rows.execute("SELECT name FROM runs ORDER BY seed LIMIT 2")], 2)
        table = random.choice(TABLES)
        if table != "runs":
            for new, old in (("between", one), (one, other), (other, "between")):
                rows.execute(f"UPDATE {table} SET run = ? WHERE run = ?", (new, old))
            return
        free = [column for column in columns_of(rows, table) if column not in ("name", "experiment_key", "seed")]
        chosen = random.sample(free, random.randrange(1, len(free)))
        query = f"SELECT {', '.join(chosen)} FROM runs WHERE name = ?"
        values = {name: rows.execute(query, (name,)).fetchone() for name in (one, other)}
        told = ", ".join(f"{column} = ?" for column in chosen)
        for name, partner in ((one, other), (other, one)):
            rows.execute(f"UPDATE runs SET {told} WHERE name = ?", (*values[partner], name))


def change_a_value(home: Path, random: Random) -> None:
    """One value of one row is another, in a way that SQLite finds nothing wrong with."""
    with rows_of(home) as rows:
        table = random.choice(TABLES)
        columns = columns_of(rows, table)
        row = random.choice(rows.execute(f"SELECT * FROM {table}").fetchall())
        column = random.choice(columns)
        old = row[columns.index(column)]
        new = old + random.choice((1, -1, 7)) if isinstance(old, int | float) else other_text(str(old), random)
        where = " AND ".join(f"{name} IS ?" for name in columns)
        rows.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}", (new, *row))


def lose_rows(home: Path, random: Random) -> None:
    """Some rows are gone."""
    with rows_of(home) as rows:
        table = random.choice(TABLES)
        name = random.choice([name for (name,) in rows.execute("SELECT name FROM runs ORDER BY seed")])
        key = "name" if table == "runs" else "run"
        some = f" AND epoch >= {random.randrange(1, 4)}" if table in ("epochs", "metrics") else ""
        rows.execute(f"DELETE FROM {table} WHERE {key} = ?{some}", (name,))


DAMAGES: dict[str, Damage] = {
    damage.__name__.replace("_", " "): damage
    for damage in (
        flip_bytes_of_a_page,
        flip_bits_in_use,
        zero_a_page,
        swap_pages,
        cut_the_database,
        flip_bits_of_a_file,
        cut_a_file,
        lose_a_file,
        swap_files,
        swap_rows,
        change_a_value,
        lose_rows,
    )
}


@contextmanager
def database(home: Path) -> Iterator[bytearray]:
    """The bytes of the database, written back."""
    path = home / "store.sqlite"
    data = bytearray(path.read_bytes())
    yield data
    path.write_bytes(data)


@contextmanager
def rows_of(home: Path) -> Iterator[sqlite3.Connection]:
    """The database as another program writes to it."""
    with closing(sqlite3.connect(home / "store.sqlite", isolation_level=None)) as rows:
        rows.execute("PRAGMA ignore_check_constraints = ON")
        yield rows
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def columns_of(rows: sqlite3.Connection, table: str) -> list[str]:
    """Names of a table's columns."""
    return [column[1] for column in rows.execute(f"PRAGMA table_info({table})")]


def some_file(home: Path, random: Random) -> Path:
    """One file of arrays of the store."""
    return random.choice([path for folder in FOLDERS for path in sorted((home / folder).glob("*.safetensors"))])


def other_text(text: str, random: Random) -> str:
    """The text, cut, doubled, or with another character; of JSON sometimes another number."""
    if not text:
        return "x"
    kind, place = random.choice(("change", "cut", "twice")), random.randrange(len(text))
    if kind == "cut":
        return text[:place]
    if kind == "twice":
        return text + text
    return text[:place] + random.choice("0123456789abcdef{}[],x") + text[place + 1 :]
