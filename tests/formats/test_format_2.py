"""A store that openwork wrote at format 2 is read for ever, and one of format 1 becomes one. See `make_format_2.py`."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from openwork.runs import FORMAT, Store

HERE = Path(__file__).parent
RESULT = {"version": 1, "routes": [{"output": "y[0]", "explained": 0.25}]}


@pytest.fixture(params=["format_1", "format_2"])
def home(request, tmp_path):
    shutil.copytree(HERE / request.param, tmp_path / request.param)
    return tmp_path / request.param


def format_of(home):
    rows = sqlite3.connect(home / "store.sqlite")
    number = rows.execute("PRAGMA user_version").fetchone()[0]
    rows.close()
    return number


@pytest.mark.parametrize("home", ["format_2"], indirect=True)
def test_what_was_kept_is_there(home):
    with Store.open(home) as store:
        [run] = store.runs()
        assert store.result(run, "routes", "a" * 16) == RESULT
        assert list(store.verdicts(run)) == ["mlps-necessary"]
        assert store.stack(run).flat.shape == store.stack_at(run, 0).flat.shape


def test_reading_leaves_the_format_and_a_change_brings_it_up(home):
    before = format_of(home)
    with Store.open(home) as store:
        run = store.runs()[0]
        assert store.result(run, "attention", "b") is None
        assert format_of(home) == before
        store.save_result(run, "attention", "b", {"found": 1})
        assert store.result(run, "attention", "b") == {"found": 1}
        assert store.runs()[0] == run
    assert format_of(home) == FORMAT


@pytest.mark.parametrize("home", ["format_1"], indirect=True)
def test_a_change_that_fails_leaves_the_older_format(home):
    with Store.open(home) as store:
        with pytest.raises(ZeroDivisionError), store.database.changing():
            raise ZeroDivisionError
        assert store.result(store.runs()[0], "routes", "a") is None
    assert format_of(home) == 1
