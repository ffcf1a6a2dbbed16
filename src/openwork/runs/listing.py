"""Stored runs that meet a condition, a page at a time, and counted by experiment: a million are asked in a second.

What is listed is read in full and verified, and so is the list of all runs. Which runs a condition takes rests on
`summaries`. Its rows are compared with those of runs that are listed, and in a store that is not large with all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from openwork.errors import Reason, StoreError, suggestion
from openwork.runs.checksums import damage
from openwork.runs.columns import EXPERIMENT
from openwork.runs.database import Database
from openwork.runs.manifest import names_and_damage, require_all
from openwork.runs.rows import UNREADABLE, load_run, told_of
from openwork.runs.run import Run
from openwork.runs.store import Store
from openwork.runs.summaries import lacking, make_temporary, stored_summary, summarise, summary_of
from openwork.runs.where import EVERY, Condition

Watch = Callable[[str, float], None]
T = TypeVar("T")
BATCH = 1_000
"""runs that are summarised in one change, which is what a kill may lose"""
COMPARED = 4_000
"""runs up to which all summaries are compared with their rows whenever a list is asked for: a third of a second"""
_FROM = "FROM summaries s INDEXED BY sqlite_autoindex_summaries_2 CROSS JOIN experiments e ON e.id = s.number WHERE"
"""has SQLite walk through summaries as they lie, which is the order of the list: by their other index, of names, it
would jump, which takes thirty times as long in a large store"""


@dataclass(frozen=True)
class Listing:
    """A page of runs, in order.

    Attributes:
        runs: those on this page that are whole.
        found: how many runs meet the condition, on all pages.
        last: how many of them this page and those before it have, damaged ones among them.
        stored: how many runs the store has, by task.
        damage: what is damaged among what was read, by name.
    """

    runs: tuple[Run, ...]
    found: int
    last: int
    stored: dict[str, int]
    damage: tuple[Reason, ...]


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seed only.

    Attributes:
        about: what they share, by the names of columns.
        runs, solved, training: how many there are, that are right on the whole domain, and that have not ended.
        first_seed, last_seed: the least and the greatest.
        example: the name of one, a solved one where there is one.
    """

    about: dict[str, Any]
    runs: int
    solved: int
    training: int
    first_seed: int
    last_seed: int
    example: str


def list_runs(
    store: Store,
    condition: Condition = EVERY,
    *,
    most: int | None = None,
    skip: int = 0,
    newest: bool = False,
    watch: Watch = lambda what, share: None,
) -> Listing:
    """The runs that meet a condition, oldest first.

    Args:
        store: where they are.
        condition: what they must meet.
        most: how many of them at most; None for all.
        skip: how many come before.
        newest: newest first instead.
        watch: is told how far it is where a store of an older format is looked through first.

    Raises:
        StoreError: a parameter that no task of the store has; or nothing of the database can be read.
    """
    order = ", ".join(f"s.{column} {'DESC' if newest else 'ASC'}" for column in ("created", "number", "seed"))
    path = store.database.path

    def ask(rows: sqlite3.Connection, reasons: list[Reason]) -> Listing:
        _require_params(rows, condition)
        [(every,)] = rows.execute("SELECT count(*) FROM summaries")
        found = every
        if condition != EVERY:
            [(found,)] = rows.execute(f"SELECT count(*) {_FROM} {condition.sql}", condition.values)
        page = f"SELECT s.run {_FROM} {condition.sql} ORDER BY {order} LIMIT ? OFFSET ?"
        values = (*condition.values, found if most is None else min(most, found), skip)
        runs, unreadable, told = [], set(), []
        names = [str(name) for (name,) in rows.execute(page, values)] if found > skip else []
        for name in names:
            try:
                runs.append(load_run(rows, name))
            except UNREADABLE as error:
                unreadable.add(name)
                told.append(damage(path, told_of(error), f"run {name}"))
            else:
                told += _differing(rows, path, [name]) if every > COMPARED else []
        reasons += _strayed(rows, path, every, unreadable) + told
        by_task = """SELECT e.task, sum(g.runs) FROM (SELECT number, count(*) AS runs FROM summaries GROUP BY number) g
            JOIN experiments e ON e.id = g.number GROUP BY e.task ORDER BY e.task"""
        stored = {} if found else dict(rows.execute(by_task).fetchall())
        return Listing(tuple(runs), found, skip + len(names), stored, tuple(reasons))

    return _asked(store, watch, ask)


def group_runs(
    store: Store, condition: Condition = EVERY, watch: Watch = lambda what, share: None
) -> tuple[tuple[Group, ...], tuple[Reason, ...]]:
    """The runs that meet a condition, counted by experiment, in the order of their first; and what is damaged.

    Raises:
        StoreError: a parameter that no task of the store has; or nothing of the database can be read.
    """
    columns = [column.name for column in EXPERIMENT]
    counted = f"""SELECT s.number, min(s.created) AS created,
        count(*), sum(s.solved), sum(s.status = 'training'), min(s.seed), max(s.seed),
        coalesce(max(CASE WHEN s.solved THEN s.run END), max(s.run))
        {_FROM} {condition.sql} GROUP BY s.number"""
    query = f"""SELECT {", ".join(f"e.{name}" for name in columns)}, g.*
        FROM ({counted}) g JOIN experiments e ON e.id = g.number ORDER BY g.created, g.number"""
    width = len(columns)

    def ask(rows: sqlite3.Connection, reasons: list[Reason]) -> tuple[tuple[Group, ...], tuple[Reason, ...]]:
        _require_params(rows, condition)
        [(every,)] = rows.execute("SELECT count(*) FROM summaries")
        reasons += _strayed(rows, store.database.path, every)
        found = rows.execute(query, condition.values).fetchall()
        groups = [Group(dict(zip(columns, row[:width], strict=True)), *row[width + 2 :]) for row in found]
        return tuple(groups), tuple(reasons)

    return _asked(store, watch, ask)


def _asked(store: Store, watch: Watch, ask: Callable[[sqlite3.Connection, list[Reason]], T]) -> T:
    """What is asked of a store in which every run that can be read has a summary; `ask` is told what is damaged.

    Where the store lacks summaries, they are written; where they cannot be, or cannot be read, they are made for this
    reading.
    """
    database, broken = store.database, ""
    database.open()
    if _filled(database, watch):
        with database.reading() as rows:
            try:
                return ask(rows, _lost(rows, database))
            except sqlite3.DatabaseError as error:
                broken = str(error)
    with database.reading() as rows:
        make_temporary(rows)
        reasons = [damage(database.path, f"its summaries cannot be read: {broken}")] if broken else []
        return ask(rows, reasons + _summarised(rows, database, watch))


def _filled(database: Database, watch: Watch) -> bool:
    """Writes the summaries that the store lacks, some in each change; whether it has all of them then."""
    try:
        every = left = _lacks(database)
        while left:
            watch("summarising runs for lists", 1 - left / every)
            with database.changing() as change:
                for name in lacking(change.rows, BATCH):
                    summarise(change.rows, name)
            before, left = left, _lacks(database)
            if left == before:  # what is damaged has none
                return False
    except StoreError:
        return False
    return True


def _lacks(database: Database) -> int:
    with database.reading() as rows:
        return len(lacking(rows))


def _summarised(rows: sqlite3.Connection, database: Database, watch: Watch) -> list[Reason]:
    """Writes a summary of every run; what is damaged."""
    reasons = _lost(rows, database)
    names, _ = names_and_damage(rows)
    for number, name in enumerate(names):
        if number % BATCH == 0:
            watch("summarising runs for this list", number / len(names))
        try:
            summarise(rows, name)
            if stored_summary(rows, name) is None:
                load_run(rows, name)
        except UNREADABLE as error:
            reasons.append(damage(database.path, told_of(error), f"run {name}"))
    return reasons


def _lost(rows: sqlite3.Connection, database: Database) -> list[Reason]:
    """What is told where not every run that was written can be found."""
    try:
        require_all(rows, database.path)
    except StoreError as error:
        return list(error.reasons)
    return []


def _strayed(rows: sqlite3.Connection, path: Path, every: int, told: Collection[str] = ()) -> list[Reason]:
    """What is told where runs are missed in lists, but for `told`: all are looked at where they are not too many."""
    reasons = []
    [(runs,)] = rows.execute("SELECT count(*) FROM runs")
    if runs != every:
        reasons = [damage(path, f"{runs:,} runs have rows, and {every:,} have summaries")]
    if every <= COMPARED:
        reasons += _differing(rows, path, [name for name in names_and_damage(rows)[0] if name not in told])
    return reasons


def _differing(rows: sqlite3.Connection, path: Path, names: Sequence[str]) -> list[Reason]:
    """Of runs with these names, those whose summary is not what their row says."""
    return [
        damage(path, "its summary is not what its row says", f"run {name}")
        for name in names
        if stored_summary(rows, name) != summary_of(rows, name)
    ]


def _require_params(rows: sqlite3.Connection, condition: Condition) -> None:
    """Nothing where some task in the store has each parameter that the condition names."""
    if not condition.params:
        return
    found = rows.execute("SELECT DISTINCT j.key FROM experiments e, json_each(e.params) j")
    known = [str(name) for (name,) in found]
    reasons = [
        Reason(f"param.{name}", "no task in this store has such a parameter", suggestion(name, known))
        for name in sorted(condition.params - set(known))
    ]
    if reasons and known:
        raise StoreError("the condition cannot be met", reasons)
