"""Real Ray clusters of several machines, all of them this one: bits, kills, poison, and clusters that do not fit.

`scripts/cluster` runs these in an environment of their own. What needs no Ray is in tests/jobs/test_cluster.py.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from openwork.errors import EngineError
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.counting import census
from openwork.jobs.cluster import dispatch as dispatching
from openwork.jobs.cluster.dispatch import Dispatch, Kind
from openwork.jobs.cluster.on_cluster import census_on, train_on
from openwork.jobs.cluster.ray_cluster import ray_cluster
from openwork.jobs.cluster.worker import PREFIX
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.runs import Store
from openwork.tasks import make_task
from openwork.training import named_experiment

ray = pytest.importorskip("ray")
from ray.cluster_utils import Cluster  # noqa: E402

KILLS = int(os.environ.get("OPENWORK_KILLS", "50"))
"""of workers and machines"""
MACHINE_EVERY = 10
"""kills of which one is of a machine"""
PATIENCE = 600.0
EASY = named_experiment("copy", make_task("copy", {"base": 2, "length": 2}))
_LONG = named_experiment("copy", make_task("copy", {"base": 3, "length": 4}))
LONG = replace(
    _LONG, recipe=_LONG.recipe.model_copy(update={"epochs": 400, "record_every": 20, "stop_when_solved": False})
)
SERVER = (sys.executable, "-m", "ray.util.client.server", "--mode", "proxy")
TRAIN = (
    "train",
    "copy",
    "--param",
    "base=3",
    "--param",
    "length=4",
    "--epochs",
    "400",
    "--record-every",
    "20",
    "--all-epochs",
)


@pytest.fixture
def machines(monkeypatch):
    """A head without cores and two machines of one core each."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def weights(store):
    return {run.seed: (run.status, store.stack(run).flat.tobytes()) for run in store.runs()}


def left_by_workers():
    return list(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def test_a_census_by_two_machines_has_the_bits_and_rows_of_one_process(machines, tmp_path):
    asked = CensusAsked(EASY, range(10), 20.0, proves=True, null=2)
    with Store.open(tmp_path / "one") as one, Store.open(tmp_path / "two") as two:
        alone = census(asked, Setting(one, threads=1), "")
        with ray_cluster("ray") as cluster:
            assert cluster.slots() == 2
            aside = census_on(cluster, [asked], Setting(two), PATIENCE)
        before = two.contents()
        made = census(asked, Setting(two, threads=1), "", aside)
        assert two.contents() == before and aside == {}
        assert weights(two) == weights(one)
        rows = [[{**row, "seconds": 0} for row in found.rows()] for found in (alone, made)]
        assert rows[0] == rows[1] and made.null == alone.null
    assert left_by_workers() == []


def busy():
    """Processes of workers that are at a batch now, of clusters that this process has started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            title = (process.cmdline() or [""])[0]
            if title.startswith("ray::timed"):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


class Killer:
    """Kills a worker, or now and then a machine, at random moments of work, in the main thread, where Ray starts
    machines."""

    def __init__(self, machines, seed):
        self.machines, self.random = machines, random.Random(seed)
        self.workers = self.whole = 0

    @property
    def kills(self):
        return self.workers + self.whole

    def until(self, over):
        """Goes on until this is set."""
        while not over.wait(self.random.uniform(0.2, 5.0)):
            found = busy()
            if found and self.kills % MACHINE_EVERY == MACHINE_EVERY - 1:
                self.machines.remove_node(self.random.choice(self.machines.list_all_nodes()[1:]), allow_graceful=False)
                self.machines.add_node(num_cpus=1, wait=False)
                self.whole += 1
            elif found:
                try:
                    self.random.choice(found).kill()
                    self.workers += 1
                except psutil.NoSuchProcess:
                    continue


def trained(home, cluster, seeds, over):
    """Weights of seeds that a cluster has trained, and what it set aside; `over` is set at the end, however it is."""
    try:
        with Store.open(home) as store:
            return train_on(cluster, LONG, seeds, Setting(store), PATIENCE), weights(store)
    finally:
        over.set()


def test_workers_and_machines_killed_at_random_lose_nothing(machines, tmp_path, monkeypatch):
    monkeypatch.setattr(dispatching, "TARGET", 0.5)
    monkeypatch.setitem(dispatching.TRIES, "lost", 100)  # no seed is poisoned, and on a busy machine many kills hit one
    killer, seeds, rounds = Killer(machines, 0), range(100), 0
    with Store.open(tmp_path / "one") as one:
        train_seeds(LONG, seeds, Setting(one, threads=1))
        expected = weights(one)
    with ThreadPoolExecutor(1) as thread:
        while killer.kills < KILLS:
            rounds += 1
            with ray_cluster("ray") as cluster:
                over = threading.Event()
                work = thread.submit(trained, tmp_path / f"round-{rounds}", cluster, seeds, over)
                killer.until(over)
                aside, found = work.result()
            assert aside == {}
            assert found == expected
            print(
                f"{killer.workers} workers and {killer.whole} machines killed in {rounds} rounds of {len(seeds)} seeds"
            )


def test_a_driver_that_is_killed_goes_on_from_its_store(machines, tmp_path):
    run = [sys.executable, "-c", "from openwork.cli.app import main; main()"]
    command = [*run, *TRAIN, "--seeds", "60", "--on", "ray", "--store", str(tmp_path / "a")]
    killed = 0
    for _ in range(5):
        driver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until = time.monotonic() + 120
        with Store.open(tmp_path / "a") as store:
            before = len(store.runs())
            while len(store.runs()) == before and driver.poll() is None and time.monotonic() < until:
                time.sleep(0.1)
        if driver.poll() is None:
            driver.send_signal(signal.SIGKILL)
            killed += 1
        driver.communicate()
    ended = subprocess.run(command, capture_output=True, text=True, timeout=500)
    assert ended.returncode == 0, ended.stderr
    assert killed > 0
    with Store.open(tmp_path / "a") as store, Store.open(tmp_path / "one") as one:
        train_seeds(LONG, range(60), Setting(one, threads=1))
        assert weights(store) == weights(one)


def test_poisoned_seeds_are_set_aside_with_their_reasons(machines, monkeypatch):
    monkeypatch.setitem(dispatching.TRIES, "lost", 2)
    kept = []

    def poisoned(items):
        for item in items:
            if item == 3:
                raise ValueError("a loss that is no number")
            if item == 7:
                os._exit(9)
            if item == 11:
                time.sleep(10_000)
        return [2 * item for item in items]

    def receive(items, value):
        kept.extend(value)
        return ()

    kind = Kind("numbers", poisoned, lambda items: (items,), receive, first=4, most=4)
    with ray_cluster("ray") as cluster:
        dispatch = Dispatch(cluster, 20.0, lambda what, share: None)
        dispatch.run((kind, item) for item in range(16))
    assert sorted(kept) == [2 * item for item in range(16) if item not in (3, 7, 11)]
    told = {item: why for (_, item), why in dispatch.aside.items()}
    assert set(told) == {3, 7, 11}
    assert "ValueError: a loss that is no number" in told[3]
    assert "Crash" in told[7] or "Died" in told[7]
    assert "has not ended after 20 s" in told[11]


def test_a_machine_with_another_openwork_is_told_before_anything_is_sent(machines, tmp_path):
    (tmp_path / "bare" / "openwork").mkdir(parents=True)
    (tmp_path / "bare" / "openwork" / "__init__.py").write_text("")
    other = tmp_path / "other" / "openwork" / "jobs" / "cluster"
    other.mkdir(parents=True)
    for folder in (other, other.parent, other.parent.parent):
        (folder / "__init__.py").write_text("")
    (other / "fitness.py").write_text(
        "import dataclasses\n@dataclasses.dataclass\nclass Fitness:\n    python: str\n    openwork: str\n"
        "    code: str\n    levels: tuple\n"
        "def fitness():\n    return Fitness('3.9.1', '0.0.9', 'old', ('sse2',))\n"
    )
    for name in ("bare", "other"):
        machines.add_node(num_cpus=1, env_vars={"PYTHONPATH": str(tmp_path / name)})
    with pytest.raises(EngineError, match="the cluster cannot be used") as refused, ray_cluster("ray"):
        pytest.fail("it was used")
    told = str(refused.value)
    assert "No module named 'openwork.jobs'" in told
    assert "has Python 3.9.1" in told and "has openwork 0.0.9 (old)" in told and "cannot run" in told


@pytest.mark.parametrize("speaks", ["not there", "says nothing"])
def test_an_address_that_does_not_answer_is_refused_in_seconds(speaks):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if speaks == "says nothing":
            listening.listen()
        begun = time.monotonic()
        with (
            pytest.raises(EngineError, match="does not answer"),
            ray_cluster(f"ray://127.0.0.1:{listening.getsockname()[1]}"),
        ):
            pytest.fail("it was used")
    assert time.monotonic() - begun < 15


def test_a_client_of_a_cluster_elsewhere_has_the_same_bits(machines, tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*SERVER, "--address", machines.address, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    monkeypatch.delenv("RAY_ADDRESS")
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        with Store.open(tmp_path / "one") as one, Store.open(tmp_path / "two") as two:
            train_seeds(EASY, range(6), Setting(one, threads=1))
            with ray_cluster(f"ray://127.0.0.1:{port}") as cluster:
                assert train_on(cluster, EASY, range(6), Setting(two), PATIENCE) == {}
            assert weights(two) == weights(one)
    finally:
        server.kill()
        server.wait()
