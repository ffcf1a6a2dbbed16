"""Lists of stored runs: pages, conditions, groups, and a store that has no summaries yet or wrong ones."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from openwork.errors import StoreError, UnknownRun
from openwork.runs import FORMAT, Store, condition, equal, group_runs, list_runs, recover
from openwork.runs.summaries import lacking

FORMATS = Path(__file__).parents[1] / "formats"


def sql(home, statement):
    with closing(sqlite3.connect(home / "store.sqlite", isolation_level=None)) as rows:
        return rows.execute(statement).fetchall()


@pytest.fixture
def three(store, go_on):
    list(go_on(store, [0, 1]))
    training = go_on(store, [2])
    for _ in range(4):
        next(training)
    training.close()
    return store


def seeds(listing):
    return [run.seed for run in listing.runs]


def test_pages_are_the_list_in_its_order(three):
    whole = list_runs(three)
    assert whole.runs == tuple(three.runs())
    assert (whole.found, whole.damage) == (3, ())
    pages = [list_runs(three, most=2, skip=skip) for skip in (0, 2, 4)]
    assert sum((page.runs for page in pages), ()) == whole.runs
    assert {page.found for page in pages} == {3}
    assert list_runs(three, newest=True).runs == whole.runs[::-1]


def test_a_condition_takes_what_the_runs_themselves_say(three):
    for text, take in {
        "status = training": lambda run: run.status == "training",
        "epoch = 10 and not solved": lambda run: run.epoch == 10 and not run.solved,
        "accuracy >= 0.25": lambda run: run.last.train.accuracy >= 0.25,
        "held_out_loss < 1.5 or seed = 0": lambda run: run.last.held_out.loss < 1.5 or run.seed == 0,
        "solved_epoch = none": lambda run: run.first_solved_epoch is None,
        "param.length = 4 and d_mlp = 4": lambda run: True,
    }.items():
        found = list_runs(three, condition(text))
        assert found.runs == tuple(run for run in three.runs() if take(run)), text
        assert not found.damage
    nothing = list_runs(three, equal("task", "sort"))
    assert (nothing.runs, nothing.found, nothing.stored) == ((), 0, {"reverse-increment": 3})


def test_runs_that_differ_in_their_seed_are_counted_together(three):
    [group], damage = group_runs(three)
    assert (group.runs, group.training, group.first_seed, group.last_seed, damage) == (3, 1, 0, 2, ())
    assert (group.about["layers"], group.about["task"]) == (1, "reverse-increment")
    assert three.find(group.example)


def test_a_parameter_that_no_task_has_is_told(three):
    with pytest.raises(StoreError, match=r"param.lenght: no task in this store has such a parameter.*'length'"):
        list_runs(three, condition("param.lenght = 4"))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_store_of_an_older_format_is_listed_and_brought_up(number, tmp_path):
    home = tmp_path / "runs"
    shutil.copytree(FORMATS / f"format_{number}", home)
    with Store.open(home) as store:
        before = tuple(store.runs())
        listed = list_runs(store)
        assert (listed.runs, listed.damage) == (before, ())
    assert sql(home, "PRAGMA user_version") == [(FORMAT,)]
    assert len(sql(home, "SELECT * FROM all_runs")) == len(before)


@pytest.mark.parametrize("number", [1, 3])
def test_a_store_that_cannot_be_written_is_listed_and_left(number, tmp_path, monkeypatch):
    home = tmp_path / "runs"
    shutil.copytree(FORMATS / f"format_{number}", home)
    with Store.open(home) as store:
        before = tuple(store.runs())

        def refused(**_):
            raise StoreError("the store cannot be written")

        monkeypatch.setattr(store.database, "changing", refused)
        assert list_runs(store).runs == before
        assert list_runs(store, condition("status = finished")).found == sum(r.status == "finished" for r in before)
    assert sql(home, "PRAGMA user_version") == [(number,)]


def test_summaries_are_made_some_at_a_time_and_gone_on_with(three, monkeypatch):
    monkeypatch.setattr("openwork.runs.listing.BATCH", 1)
    three.close()
    sql(three.home, "DELETE FROM summaries")

    def stopped(what, share):
        if share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list_runs(three, watch=stopped)
    with three.database.reading() as rows:
        assert len(lacking(rows)) == 2
    assert list_runs(three).found == 3
    with three.database.reading() as rows:
        assert lacking(rows) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE summaries SET epoch = 99 WHERE seed = 1",
        "UPDATE summaries SET number = 99 WHERE seed = 1",
        "UPDATE summaries SET status = 'training', solved = 1 WHERE seed = 1",
        "UPDATE experiments SET layers = 9",
        "UPDATE manifest SET runs = 2 WHERE part = ''",
        "DELETE FROM manifest WHERE part <> ''",
    ],
)
def test_a_list_that_may_miss_a_run_says_so_and_recover_mends_it(three, statement):
    three.close()
    sql(three.home, statement)
    assert list_runs(three, condition("layers = 1 and epoch = 10")).damage
    three.close()
    assert recover(three.home) is not None
    assert list_runs(three, condition("layers = 1 and epoch = 10")).damage == ()
    assert seeds(list_runs(three)) == [0, 1, 2]


def test_what_is_no_text_is_no_runs_name(three):
    with pytest.raises(UnknownRun, match="no run has this name"):
        three.find("\udcff")


def test_removing_and_training_again_keep_lists_right(three, go_on):
    three.remove(list_runs(three).runs[0])
    assert seeds(list_runs(three)) == [1, 2]
    list(go_on(three, [0, 2]))
    listed = list_runs(three)
    assert sorted(seeds(listed)) == [0, 1, 2]
    assert (listed.damage, group_runs(three)[0][0].training) == ((), 0)


def test_the_views_say_what_runs_say(three):
    three.close()
    assert sql(three.home, "SELECT count(*) FROM all_epochs") == [(24,)]
    [told] = sql(three.home, "SELECT runs, training, first_seed, last_seed FROM all_experiments")
    assert told == (3, 1, 0, 2)
    assert sql(three.home, "SELECT * FROM all_verdicts") == []
