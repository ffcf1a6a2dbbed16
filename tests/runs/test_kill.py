"""SIGKILL at random moments, and several processes at once: nothing is lost, nothing is half there."""

from __future__ import annotations

import time
from itertools import count

import numpy as np

from openwork.runs import Store

KILLS = 30
SEEDS = list(range(9))


def test_killed_at_thirty_random_moments(tmp_path, start, check):
    random = np.random.default_rng()
    seed = int(random.integers(2**31))
    print(f"random seed {seed}")
    random = np.random.default_rng(seed)
    kills = 0
    for attempt in count():
        home, reached = tmp_path / str(attempt), {}
        while reached != dict.fromkeys(SEEDS, 10):
            process = start(home, SEEDS)
            time.sleep(random.uniform(0, 0.08) if kills < KILLS else 30)
            killed = process.poll() is None
            process.kill()
            assert process.wait() == (-9 if killed else 0)
            kills += killed
            with Store.open(home) as store:
                now = check(store)
            assert all(now[s] >= epoch for s, epoch in reached.items()), "an epoch that was recorded is lost"
            reached = now
        with Store.open(home) as store:
            assert all(run.status == "finished" for run in store.runs())
            list_of_files = {path.parent.name for path in home.rglob("*.safetensors*")}
            store.database.tidy()
            assert {path.parent.name for path in home.rglob("*.safetensors*")} == {"weights", "checkpoints"}, list_of_files
        if kills >= KILLS:
            break
    assert kills >= KILLS


def test_two_processes_train_overlapping_seeds_while_a_third_reads(tmp_path, start, check):
    home = tmp_path / "shared"
    processes = [start(home, SEEDS[:6]), start(home, SEEDS[3:]), start(home, SEEDS[::-1])]
    with Store.open(home) as store:
        while any(process.poll() is None for process in processes):
            check(store)
        assert [process.wait() for process in processes] == [0, 0, 0]
        assert check(store) == dict.fromkeys(SEEDS, 10)


def test_two_processes_of_which_one_is_killed(tmp_path, start, check):
    home = tmp_path / "shared"
    survivor, victim = start(home, SEEDS), start(home, SEEDS)
    time.sleep(0.05)
    victim.kill()
    assert survivor.wait(60) == 0
    with Store.open(home) as store:
        assert check(store) == dict.fromkeys(SEEDS, 10)
