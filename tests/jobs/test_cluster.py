"""Work for a cluster, with workers that are functions called here: what is sent, kept, tried again and set aside.

The same by real Ray clusters is in tests/cluster, which scripts/cluster runs in an environment of its own.
"""

from __future__ import annotations

import errno
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import replace

import pytest

from openwork.errors import CheckpointError, EngineError, StoreNotWritable, TaskError
from openwork.jobs.census import looking as census_module
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.counting import census, swept_census
from openwork.jobs.cluster.contract import Answer, Failure
from openwork.jobs.cluster.dispatch import AHEAD, TARGET, Dispatch, Kind
from openwork.jobs.cluster.fitness import Fitness, fitness, unfit
from openwork.jobs.cluster.on_cluster import census_on, train_on
from openwork.jobs.cluster.worker import PREFIX
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.report import census_document, swept_document
from openwork.report.lower_markdown import markdown
from openwork.runs import Store, database, list_runs
from openwork.runs.files import CHECKPOINTS, named, write_files
from openwork.tasks import TaskFile, make_task
from openwork.training import EpochEnd, named_experiment

EASY = named_experiment("copy", make_task("copy", {"base": 2, "length": 2}))
HERE = Fitness("3.12.1", "0.1.0", "abc", ("sse", "avx2", "avx512"))


class Called:
    """A cluster whose batches are worked on when they are asked for, the oldest first."""

    def __init__(self, slots=2, fails=lambda batch, given: None, seconds=1.0):
        self._slots, self._fails, self._seconds = slots, fails, seconds
        self._under_way, self._numbers = {}, itertools.count()
        self.sent, self.given_up, self.shared, self.most = [], [], 0, 0

    def slots(self):
        return self._slots

    def share(self, value):
        self.shared += 1
        return value

    def send(self, job, *given):
        ticket = next(self._numbers)
        self._under_way[ticket] = job, given
        self.sent.append(given)
        self.most = max(self.most, len(self._under_way))
        return ticket

    def ended(self, seconds):
        for ticket, (job, given) in self._under_way.items():
            failure = self._fails(ticket, given)
            if failure != "hangs":
                del self._under_way[ticket]
                return [(ticket, failure or Answer(job(*given), self._seconds))]
        return []

    def give_up(self, ticket):
        self.given_up.append(ticket)
        self._under_way.pop(ticket, None)


def doubling(kept, **fields):
    """Work that doubles numbers."""

    def receive(items, value):
        kept.extend(value)
        return ()

    return Kind("numbers", lambda items: [2 * n for n in items], lambda items: (tuple(items),), receive, **fields)


def ran(cluster, kind, items, patience=100.0):
    dispatch = Dispatch(cluster, patience, lambda what, share: None)
    dispatch.run((kind, item) for item in items)
    return dispatch


def weights(store):
    return {run.name: store.stack(run).flat.tobytes() for run in store.runs()}


def test_a_census_by_a_cluster_is_that_of_one_process(tmp_path):
    asked = CensusAsked(EASY, range(5), 20.0, proves=True, null=2, shuffled=2)
    with Store.open(tmp_path / "one") as one, Store.open(tmp_path / "many") as many:
        whole = census(asked, Setting(one, threads=1), "")
        setting, cluster = Setting(many, threads=1), Called()
        aside = census_on(cluster, [asked], setting, 100.0)
        assert aside == {}
        before = many.contents()
        made = census(asked, setting, "", aside)
        assert many.contents() == before  # all that it needed was there
        assert weights(one) == weights(many)
        rows = [{key: value for key, value in row.items() if key != "seconds"} for row in whole.rows()]
        assert [{key: value for key, value in row.items() if key != "seconds"} for row in made.rows()] == rows
        assert made.null == whole.null and made.shuffled == whole.shuffled
        sent = len(cluster.sent)
        assert census_on(cluster, [asked], setting, 100.0) == {}
        assert len(cluster.sent) == sent


def test_programs_that_are_known_are_proved_and_not_looked_for_again(tmp_path, monkeypatch):
    asked = CensusAsked(EASY, range(2), 20.0)
    with Store.open(tmp_path) as store:
        setting = Setting(store, threads=1)
        before = census(asked, setting, "").rows()
        monkeypatch.setattr(census_module, "decompile_kept", lambda *given: pytest.fail("it was looked for again"))
        proving = replace(asked, proves=True)
        assert census_on(Called(), [proving], setting, 100.0) == {}
        assert census(proving, setting, "").rows() == [{**row, "proved": True} for row in before]


@pytest.mark.parametrize("keep", ["all", "last", "none"])
def test_checkpoints_that_are_not_kept_do_not_travel(tmp_path, keep):
    hard = replace(EASY, recipe=EASY.recipe.model_copy(update={"epochs": 1, "lr": 1e-9}))
    with Store.open(tmp_path / "one") as one, Store.open(tmp_path / "many") as many:
        for experiment in (EASY, hard):
            train_on(Called(), experiment, range(3), Setting(many, threads=1, keep=keep), 100.0)
            train_on(Called(), experiment, range(3), Setting(one, threads=1), 100.0)
        assert {run.name for run in many.runs()} == {run.name for run in one.runs()}
        assert [(many.home / named(CHECKPOINTS, run.name)).exists() for run in many.runs()] == [keep == "all"] * 6
        left = [path.parent.name for path in many.home.rglob("*.safetensors")]
        assert left.count("weights") == (3 if keep == "none" else 6)


def test_folders_of_killed_workers_of_this_machine_go_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    own, other = (tmp_path / f"{PREFIX}{ended.pid}-{node}-x_1" for node in (platform.node(), "an-other"))
    alive = tmp_path / f"{PREFIX}{os.getpid()}-{platform.node()}-x_2"
    for folder in (own, other, alive):
        folder.mkdir()
    with Store.open(tmp_path / "runs") as store:
        assert train_on(Called(), EASY, [0], Setting(store, threads=1), 100.0) == {}
    assert {path.name for path in tmp_path.glob(f"{PREFIX}*")} == {other.name, alive.name}


def test_batches_take_the_seconds_they_should_and_get_smaller_at_the_end():
    kept = []
    cluster = Called(slots=2, seconds=1.0)
    ran(cluster, doubling(kept, first=4), range(400))
    sizes = [len(given[0]) for given in cluster.sent]
    assert sorted(kept) == [2 * n for n in range(400)]
    assert cluster.most == 2 + AHEAD
    assert sizes[:4] == [4] * 4 and max(sizes) <= 4 * TARGET * 4
    assert sizes[-1] < max(sizes)


def test_costly_items_go_one_by_one():
    kept = []
    cluster = Called(seconds=40.0)
    ran(cluster, doubling(kept), range(10))
    assert {len(given[0]) for given in cluster.sent} == {1}


def test_what_a_lost_worker_had_is_sent_again_and_shared_once():
    kept = []
    lost = {0, 3, 4}
    cluster = Called(fails=lambda ticket, given: Failure("lost", "killed") if ticket in lost else None)
    dispatch = ran(cluster, doubling(kept, first=2, most=2), range(8))
    assert sorted(kept) == [2 * n for n in range(8)]
    assert dispatch.aside == {}
    assert cluster.shared == len(cluster.sent) - len(lost)


@pytest.mark.parametrize("kind", ["error", "lost", "late"])
def test_a_poisoned_item_is_set_aside_by_itself(kind):
    kept = []
    cluster = Called(fails=lambda ticket, given: Failure(kind, "poison") if 5 in given[0] else None)
    dispatch = ran(cluster, doubling(kept, first=4, most=4), range(8))
    assert sorted(kept) == [2 * n for n in range(8) if n != 5]
    assert [(item, why) for (_, item), why in dispatch.aside.items()] == [(5, "poison")]


def test_an_endless_item_is_given_up(monkeypatch):
    kept, clock = [], itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    cluster = Called(fails=lambda ticket, given: "hangs" if 5 in given[0] else None)
    dispatch = ran(cluster, doubling(kept, first=2, most=2), range(8), patience=200.0)
    assert sorted(kept) == [2 * n for n in range(8) if n != 5]
    assert [item for _, item in dispatch.aside] == [5]
    assert "has not ended after 200 s" in str(dispatch.aside)
    assert len(cluster.given_up) == 2  # its batch, and itself


def test_where_nothing_comes_back_it_is_the_cluster_that_is_told():
    cluster = Called(fails=lambda ticket, given: Failure("error", "no room"))
    with pytest.raises(EngineError, match=r"nothing comes back(.|\n)*no room"):
        ran(cluster, doubling([]), range(100))


def test_what_arrives_damaged_is_asked_for_again():
    kept, damage = [], deque([True, False, False, False])

    def receive(items, value):
        if damage.popleft():
            raise CheckpointError("what was sent is not what arrived")
        kept.extend(value)
        return ()

    ran(Called(), replace(doubling(kept), receive=receive), range(3))
    assert sorted(kept) == [0, 2, 4]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StoreNotWritable("full")])
def test_an_end_in_the_middle_ends_what_is_under_way(error):
    def receive(items, value):
        raise error

    cluster = Called()
    with pytest.raises(type(error)):
        ran(cluster, replace(doubling([]), receive=receive), range(50))
    assert len(cluster.given_up) == 2 + AHEAD - 1


def test_a_census_goes_on_where_its_driver_was_stopped(tmp_path):
    asked = CensusAsked(EASY, range(6), 20.0)

    def stopped(ticket, given):
        if ticket == 4:
            raise KeyboardInterrupt
        return None

    with Store.open(tmp_path / "a") as store:
        setting, first = Setting(store, threads=1), Called(fails=stopped)
        with pytest.raises(KeyboardInterrupt):
            census_on(first, [asked], setting, 100.0)
        kept = len(store.runs())
        assert kept
        again = Called()
        census_on(again, [asked], setting, 100.0)
        trained = [seed for _, given, *_ in again.sent for seed in given if isinstance(seed, int)]
        assert len(trained) == 6 - kept
        assert len(census(asked, setting, "").models) == 6


def test_two_censuses_may_share_a_store(tmp_path):
    asked = CensusAsked(EASY, range(6), 20.0)

    def other(ticket, given):
        if ticket == 2:  # in the middle of the first, another does all of it
            with Store.open(tmp_path / "a") as store:
                assert census_on(Called(), [asked], Setting(store, threads=1), 100.0) == {}
        return None

    with Store.open(tmp_path / "a") as store, Store.open(tmp_path / "one") as one:
        assert census_on(Called(fails=other), [asked], Setting(store, threads=1), 100.0) == {}
        train_on(Called(), EASY, range(6), Setting(one, threads=1), 100.0)
        assert weights(store) == weights(one)
        assert list_runs(store).damage == ()


def test_a_disk_that_fills_up_leaves_what_came_before(tmp_path, monkeypatch):
    asked = CensusAsked(EASY, range(6), 20.0)
    with Store.open(tmp_path / "a") as store:
        setting, written = Setting(store, threads=1), []

        def full(home, files, writer, durable):
            written.append(1)
            if home == store.home and len(written) > 4:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write_files(home, files, writer, durable)

        monkeypatch.setattr(database, "write_files", full)
        with pytest.raises(StoreNotWritable, match="full"):
            census_on(Called(), [asked], setting, 100.0)
        monkeypatch.undo()
        kept = {run.seed for run in store.runs()}
        assert list_runs(store).damage == () and len(kept) < 6
        assert census_on(Called(), [asked], setting, 100.0) == {}
        assert len(store.runs()) == 6


def test_a_seed_that_was_set_aside_is_told_and_not_trained_here(tmp_path):
    asked = CensusAsked(EASY, range(4), 20.0)
    poison = Called(fails=lambda ticket, given: Failure("lost", "out of memory") if 2 in given[1] else None)
    with Store.open(tmp_path) as store:
        setting = Setting(store, threads=1)
        aside = census_on(poison, [asked], setting, 100.0)
        made = census(asked, setting, "", aside)
        assert [model.seed for model in made.models] == [0, 1, 3]
        assert made.as_json()["aside"] == [{"seed": 2, "why": "seeds: out of memory"}]


def test_a_seed_that_was_set_aside_in_training_is_not_trained_on_here(tmp_path):
    def stopped(event):
        if isinstance(event, EpochEnd):
            raise KeyboardInterrupt

    asked = CensusAsked(replace(EASY, recipe=EASY.recipe.model_copy(update={"lr": 1e-9})), range(2), 20.0)
    poison = Called(fails=lambda ticket, given: Failure("lost", "out of memory") if 0 in given[1] else None)
    with Store.open(tmp_path) as store:
        with pytest.raises(KeyboardInterrupt):
            train_seeds(asked.experiment, [0], Setting(store, threads=1, watch=stopped))
        setting = Setting(store, threads=1)
        made = census(asked, setting, "", census_on(poison, [asked], setting, 100.0))
        assert [model.seed for model in made.models] == [1]
        assert [(run.seed, run.status) for run in store.runs()] == [(0, "training"), (1, "finished")]


def test_a_census_of_which_every_seed_was_set_aside_says_so(tmp_path):
    asked = CensusAsked(EASY, range(2), 20.0, null=2)
    lost = Called(fails=lambda ticket, given: Failure("lost", "out of memory"))
    with Store.open(tmp_path) as store:
        setting = Setting(store, threads=1)
        aside = census_on(lost, [asked], setting, 100.0)
        page = markdown(census_document(census(asked, setting, "", aside)))
        assert "2 seeds were set aside" in page and "seeds: out of memory" in page
        made = swept_census([({"layers": 1}, asked), ({"layers": 2}, asked)], setting, "", aside)
        assert "set aside" in markdown(swept_document(made))


def test_a_task_of_ones_own_is_not_sent(tmp_path):
    own = replace(EASY, task=make_task("copy", {"base": 2, "length": 2}))
    object.__setattr__(own.task, "file", TaskFile(str(tmp_path / "own.py"), "0" * 64))
    with Store.open(tmp_path / "a") as store, pytest.raises(TaskError, match="cannot be sent"):
        train_on(Called(), own, [0], Setting(store), 100.0)


def test_machines_that_do_not_fit_are_told_with_all_that_differs():
    nodes = {
        "same": HERE,
        "old": replace(HERE, python="3.11.9", code="xyz", levels=("sse", "avx2")),
        "bare": "ModuleNotFoundError: No module named 'openwork'",
        "patch": replace(HERE, python="3.12.9"),
    }
    told = [str(reason) for reason in unfit(nodes, HERE, "avx512")]
    assert len(told) == 4
    assert [sum(f"machine {name}" in reason for reason in told) for name in nodes] == [0, 3, 1, 0]
    assert any("OPENWORK_SIMD=avx2" in reason for reason in told)
    assert unfit({"same": HERE}, HERE, "avx2") == []


def test_this_machine_fits_itself():
    assert unfit({"here": fitness()}, fitness(), fitness().levels[-1]) == []
