"""Random commands on one store, two at a time, some killed: no answer ever changes, and no run is lost.

`OPENWORK_JOBS` says how many, for a night as many as one likes.
"""

from __future__ import annotations

import json
import os
import re
from random import Random

import pytest
from tests.runs.jobs import Jobs

from openwork.testing.damaged_stores.asked import CLAIMS, MODEL, TINY

JOBS = int(os.environ.get("OPENWORK_JOBS", "20"))
SEEDS = range(4)
KILLED = 0.3
"""share of jobs that are killed, at a random moment of the first `SOON` seconds"""
SOON = 0.4
FREE = re.compile(r"no run has this name|has been removed|names begin so|is missing.*another process|was removed while")
"""what may be said of a run that the other process removes at the same time"""


@pytest.fixture
def pair():
    made = Jobs(), Jobs()
    yield made
    for jobs in made:
        jobs.close()


def asked(random, names, claims):
    """A random command, and whether its answer about a finished run is always the same."""
    seeds = f"{(first := random.choice(SEEDS))}..{random.randrange(first, len(SEEDS))}"
    train = ("train", *TINY, *MODEL, "--seeds", seeds)
    name = random.choice(names)
    page = f"page{random.randrange(9**9)}"
    return random.choice(
        (
            (train, False),
            (train, False),
            (("check", str(claims), name, "--json"), True),
            (("routes", name, "--json"), True),
            (("analyse", name, "accuracy", "--json"), True),
            (("trace", name, "1", "--json"), True),
            (("report", name, "--static", "-o", f"{page}.html"), False),
            (("export", name, "--to", "safetensors", "-o", f"{page}.safetensors"), False),
            (("runs", "list"), False),
            (("runs", "recover"), False),
            (("runs", "remove", name, "--yes"), False),
        )
    )


def test_random_jobs(tmp_path, pair, record_property):
    seed = Random().randrange(2**32)
    print(f"random jobs from seed {seed}")
    random, home, claims = Random(seed), tmp_path / "store", tmp_path / "claims.toml"
    claims.write_text(CLAIMS)
    names = trained(pair[0], home)
    truths, killed, refused = {}, 0, 0
    for number in range(JOBS):
        both = [asked(random, names, claims) for _ in pair]
        for jobs, (command, _) in zip(pair, both, strict=True):
            jobs.begin(command, home, kill=random.uniform(0, SOON) if random.random() < KILLED else None)
        removing = any(command[:2] == ("runs", "remove") for command, _ in both)
        for jobs, (command, same) in zip(pair, both, strict=True):
            said = jobs.end()
            about = f"job {number}, {' '.join(command)}: {said}"
            killed += said["code"] == -9
            assert said["code"] in (0, 1, 2, -9), about
            assert not said["crash"], about
            if said["code"] == 2:
                refused += 1
                assert "Error: " in said["told"], about
                assert "-> " in said["told"] or FREE.search(said["told"]), about
            elif same and said["code"] >= 0 and not removing:
                assert truths.setdefault(command, said["out"]) == said["out"], about
        if removing or number % 10 == 9:
            assert trained(pair[0], home) == names, "a run is not what it was"
    record_property("random jobs", 2 * JOBS)
    record_property("random jobs killed", killed)


def trained(jobs, home):
    """Trains every seed to its end, and says how the runs are called."""
    said = jobs(("train", *TINY, *MODEL, "--seeds", str(len(SEEDS))), home)
    assert (said["code"], said["crash"]) == (0, ""), said
    listed = jobs(("runs", "list", "--json"), home)
    assert (listed["code"], listed["crash"]) == (0, ""), listed
    runs = json.loads(listed["out"])
    assert all(run["status"] != "training" for run in runs), runs
    return sorted(run["name"] for run in runs)
