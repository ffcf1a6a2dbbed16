"""SIGKILL at random moments, and several processes at once: nothing is lost, nothing is half there.

`OPENWORK_KILLS` says how often.
"""

from __future__ import annotations

import os
from itertools import count

import numpy as np
import pytest

from openwork.runs import Store

KILLS = int(os.environ.get("OPENWORK_KILLS", "30"))
SEEDS = list(range(9))
DONE = dict.fromkeys(SEEDS, 10)
WRITE = 7
"""syncs and renamings of one write while all seeds are in training: two files, their folders and the home"""


def folders(home):
    return {path.parent.name for path in home.rglob("*.safetensors*")}


def test_killed_at_random_moments(tmp_path, nursery, check, record_property):
    entropy = np.random.SeedSequence().entropy
    print(f"random moments from seed {entropy}")
    random, processes, kills = np.random.default_rng(entropy), nursery(), 0
    for attempt in count():
        home, reached = tmp_path / str(attempt), {}
        while reached != DONE:
            processes.begin(home, SEEDS, seconds=random.uniform(0, 0.15) if kills < KILLS else "never")
            code = processes.exit_code()
            assert code in ((0, -9) if kills < KILLS else (0,))
            kills += code == -9
            with Store.open(home) as store:
                now = check(store)
            assert all(now[seed] >= epoch for seed, epoch in reached.items()), "an epoch that was recorded is lost"
            reached = now
        with Store.open(home) as store:
            store.database.tidy()
            assert {run.status for run in store.runs()} == {"finished"}
        assert folders(home) == {"weights", "checkpoints"}
        if kills >= KILLS:
            record_property("kills", kills)
            return


@pytest.mark.parametrize("operation", [*range(1, WRITE + 2), *range(9 * WRITE + 1, 9 * WRITE + 24, 4)])
def test_killed_before_each_step_of_a_write(tmp_path, nursery, check, operation):
    processes = nursery()
    processes.begin(tmp_path, SEEDS[:4], operations=operation)
    assert processes.exit_code() == -9
    with Store.open(tmp_path) as store:
        assert set(check(store).values()) <= {min((operation - 1) // WRITE, 9)}
    processes.begin(tmp_path, SEEDS[:4])
    assert processes.exit_code() == 0
    with Store.open(tmp_path) as store:
        assert check(store) == dict.fromkeys(SEEDS[:4], 10)
    assert folders(tmp_path) == {"weights", "checkpoints"}


def test_processes_train_overlapping_seeds_while_another_reads(tmp_path, nursery, check):
    parties = [(nursery(), seeds) for seeds in (SEEDS[:6], SEEDS[3:], SEEDS[::-1])]
    for processes, seeds in parties:
        processes.begin(tmp_path, seeds)
    with Store.open(tmp_path) as store:
        while any(processes.running() for processes, _ in parties):
            check(store, alone=False)
        assert [processes.exit_code() for processes, _ in parties] == [0, 0, 0]
        assert check(store) == DONE
    assert folders(tmp_path) == {"weights", "checkpoints"}


def test_processes_at_once_are_killed_at_random_moments(tmp_path, nursery, check, record_property):
    entropy = np.random.SeedSequence().entropy
    print(f"random moments from seed {entropy}")
    random, pair, kills = np.random.default_rng(entropy), [nursery(), nursery()], 0
    for attempt in count():
        home, reached = tmp_path / str(attempt), {}
        while reached != DONE:
            for processes, seeds in zip(pair, (SEEDS[:6], SEEDS[3:]), strict=True):
                processes.begin(home, seeds, seconds=random.uniform(0, 0.15) if kills < 2 * KILLS // 3 else "never")
            codes = [processes.exit_code() for processes in pair]
            kills += codes.count(-9)
            with Store.open(home) as store:
                now = check(store)
            assert all(now[seed] >= epoch for seed, epoch in reached.items())
            reached = now
        if kills >= 2 * KILLS // 3:
            record_property("kills of two", kills)
            return
