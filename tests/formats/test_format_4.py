"""A store that openwork wrote at format 4 is read, listed and recovered for ever. See `make_format.py`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from openwork.engines import choose_engine
from openwork.runs import Store, condition, group_runs, list_runs, recorded, recover
from openwork.training import train

HERE = Path(__file__).parent
RESULT = {"version": 1, "routes": [{"output": "y[0]", "explained": 0.25}]}


@pytest.fixture(params=["as it was", "its database is gone"])
def store(request, tmp_path):
    home = tmp_path / "runs"
    shutil.copytree(HERE / "format_4", home)
    if request.param != "as it was":
        (home / "store.sqlite").unlink()
        recover(home)
    with Store.open(home) as opened:
        yield opened


@pytest.fixture
def kept(request):
    """Whether what only the database has is still there."""
    return request.node.callspec.params["store"] == "as it was"


def test_all_that_was_kept_is_there(store, kept):
    ended, training = store.runs()
    assert [(run.status, run.epoch, len(run.history)) for run in (ended, training)] == [
        ("finished", 3, 3),
        ("training", 2, 2),
    ]
    assert store.result(ended, "routes", "a" * 16) == (RESULT if kept else None)
    assert list(store.verdicts(ended)) == (["mlps-necessary"] if kept else [])
    state = store.state_of(training.experiment, [1])
    engine = choose_engine(training.spec, threads=1).engine
    list(recorded(store, training.experiment, train(engine, training.experiment, state), engine.name))
    assert store.find(training.name).status == "finished"


def test_its_lists_are_what_its_runs_say(store):
    listed = list_runs(store, condition("layers = 1 and param.base = 2 and status = training"))
    assert (listed.runs, listed.damage) == (tuple(store.runs(status="training")), ())
    [group], damage = group_runs(store)
    assert (group.runs, group.first_seed, group.last_seed, damage) == (2, 0, 1, ())
