"""A store that openwork wrote at format 3 is read and recovered for ever, and older ones become one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from openwork.engines import choose_engine
from openwork.errors import StoreError
from openwork.runs import Store, recorded, recover
from openwork.training import train

HERE = Path(__file__).parent
RESULT = {"version": 1, "routes": [{"output": "y[0]", "explained": 0.25}]}


@pytest.fixture(params=["format_1", "format_2", "format_3"])
def home(request, tmp_path):
    shutil.copytree(HERE / request.param, tmp_path / request.param)
    return tmp_path / request.param


def sql(home, statement):
    with closing(sqlite3.connect(home / "store.sqlite", isolation_level=None)) as rows:
        return rows.execute(statement).fetchall()


@pytest.mark.parametrize("home", ["format_3"], indirect=True)
@pytest.mark.parametrize("database", ["as it was", "gone"])
def test_all_that_was_kept_is_there(home, database):
    if database == "gone":
        (home / "store.sqlite").unlink()
        recover(home)
    with Store.open(home) as store:
        ended, training = store.runs()
        assert [(run.status, run.epoch, len(run.history)) for run in (ended, training)] == [
            ("finished", 3, 3),
            ("training", 2, 2),
        ]
        assert store.result(ended, "routes", "a" * 16) == (RESULT if database == "as it was" else None)
        assert list(store.verdicts(ended)) == (["mlps-necessary"] if database == "as it was" else [])
        state = store.state_of(training.experiment, [1])
        engine = choose_engine(training.spec, threads=1).engine
        list(recorded(store, training.experiment, train(engine, training.experiment, state), engine.name))
        assert store.find(training.name).status == "finished"


def test_a_change_gives_every_row_of_an_older_store_a_checksum(home):
    """Damage from before cannot be seen, damage from then on is."""
    with Store.open(home) as store:
        before = store.runs()
        store.database.tidy()
        assert store.runs() == before
    for table in ("runs", "verdicts", "results"):
        assert all(len(told) == 64 for (told,) in sql(home, f"SELECT checksum FROM {table}"))
    sql(home, "UPDATE metrics SET accuracy = 0.125 WHERE epoch = 2")
    with Store.open(home) as store, pytest.raises(StoreError, match="its epochs are not those that were written"):
        store.runs()


@pytest.mark.parametrize("home", ["format_1", "format_2"], indirect=True)
def test_a_row_of_an_older_store_that_makes_no_sense_is_told(home):
    sql(home, "UPDATE runs SET experiment = '{' WHERE status = 'finished'")
    with Store.open(home) as store:
        assert len(store.contents().damage) == 1
        assert all(run.status != "finished" for run in store.contents().runs)


@pytest.mark.parametrize("home", ["format_1", "format_2"], indirect=True)
def test_a_number_of_the_format_that_is_not_that_of_the_tables(home):
    sql(home, "PRAGMA user_version = 3")
    with pytest.raises(StoreError, match="its tables are not of that format"):
        Store.open(home)
