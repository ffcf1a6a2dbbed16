"""One write fails, or all from one on, of every job that writes: nothing crashes, is lost, or is half there.

A broken disk (EIO) and a full one (ENOSPC), at every write of Python, SQLite and safetensors: `failing_disk.c` stands
between them and the system. `OPENWORK_FULL_DISKS=all` takes every write, else some.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.runs.jobs import Jobs

from openwork.testing.damaged_stores import whole_store
from openwork.testing.damaged_stores.asked import CLAIMS, MODEL, TINY

HERE = Path(__file__).parent
POINTS = 10**9 if os.environ.get("OPENWORK_FULL_DISKS") == "all" else 2
"""writes of a job that fail, evenly spread, in each way"""
WAYS = [(errno.EIO, True), (errno.ENOSPC, True), (errno.ENOSPC, False)]
"""why, and whether it is one write alone or all from it on"""
SECONDS = re.compile(rb"[\d.]+ s\b")


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    library = tmp_path_factory.mktemp("disk") / "failing_disk.so"
    compiler = os.environ.get("CC") or shutil.which("gcc") or "cc"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, HERE / "failing_disk.c", "-ldl"], check=True)
    made = Jobs({"LD_PRELOAD": str(library)})
    yield made
    made.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory, jobs):
    """Stores to begin with, by name, and the names of the runs of the whole one."""
    folder = tmp_path_factory.mktemp("whole")
    found = whole_store(folder)
    (folder / "empty").mkdir()
    shutil.copytree(found.home, folder / "unjudged")
    done(jobs(["runs", "remove", found.runs[0], "--yes"], folder / "unjudged"))
    done(jobs(["train", *TINY, *MODEL, "--seeds", "0..0"], folder / "unjudged"))
    shutil.copytree(found.home, folder / "damaged")
    database = folder / "damaged" / "store.sqlite"
    database.write_bytes(database.read_bytes()[:9000])
    (folder / "model").mkdir()
    done(jobs(["export", found.runs[1], "--to", "transformer-lens-3", "-o", "model/m.safetensors"], found.home))
    return folder, found.runs


def done(said):
    assert (said["code"], said["crash"]) == (0, ""), said
    return said


def commands(runs):
    """Every job that writes: the store to begin with, and the command."""
    first, second, third = runs
    imported = ("import", "model/m.safetensors", "--task", "reverse-increment")
    sizes = ("--param", "base=2", "--param", "length=2", "--act-fn", "relu", "--normalization-type", "LN")
    return {
        "train": ("empty", ["train", *TINY, *MODEL, "--seeds", "0,1"]),
        "train on": ("whole", ["train", *TINY, *MODEL, "--seeds", "2..2"]),
        "import": ("whole", [*imported, *sizes]),
        "check": ("unjudged", ["check", "claims.toml", first, "--json"]),
        "routes": ("unjudged", ["routes", first, "--json"]),
        "remove": ("whole", ["runs", "remove", second, "--yes"]),
        "recover": ("damaged", ["runs", "recover"]),
        "export": ("whole", ["export", second, "--to", "safetensors", "-o", "out.safetensors"]),
        "report": ("whole", ["report", third, "--static", "-o", "out.html"]),
    }


KINDS = ("train", "train on", "import", "check", "routes", "remove", "recover", "export", "report")


@pytest.mark.parametrize("kind", KINDS)
def test_a_write_fails(tmp_path, jobs, whole, kind, record_property):
    folder, runs = whole
    start, command = commands(runs)[kind]

    def fresh():
        place = tmp_path / "place"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        shutil.copytree(folder / start, place / "store")
        shutil.copytree(folder / "model", place / "model")
        (place / "claims.toml").write_text(CLAIMS)
        for name in ("out.safetensors", "out.html"):
            (place / name).write_text("an older file")
        return place / "store"

    home = fresh()
    truth = jobs(command, home, fail=[str(home.parent), 0, 0, False])
    assert truth["code"] in (0, 1) and not truth["crash"], truth
    after = left(home), outputs(home)
    faults, failed = [], 0
    for number in range(1, truth["writes"] + 1, max(1, truth["writes"] // POINTS)):
        for error, alone in WAYS:
            home = fresh()
            fault = one(jobs, command, home, (number, error, alone), truth, after)
            failed += 1
            faults += [f"{number} of {truth['writes']}, {errno.errorcode[error]}, {alone}: {fault}"] if fault else []
    record_property("failed writes", failed)
    record_property("faults", len(faults))
    assert failed >= len(WAYS)
    assert faults == []


def one(jobs, command, home, way, truth, after):
    """What is wrong with how a job takes a write that fails; empty where nothing is. `after`: what it should leave."""
    old = outputs(home)
    said = jobs(command, home, fail=[str(home.parent), *way])
    if said["crash"] or said["code"] not in (truth["code"], 2):
        return f"crash: {said['crash'] or said}"
    if said["code"] == 2 and not ("Error: " in said["told"] and "-> " in said["told"]):
        return f"no clear error: {said['told']}"
    if said["code"] == truth["code"] and "{" in said["out"] and said["out"] != truth["out"]:
        return f"another answer: {said['out'][:300]}"
    if outputs(home) != (old if said["code"] == 2 else after[1]):
        return "a file was half written"
    again = jobs(command, home)
    gone = command[:2] == ["runs", "remove"] and "no run has this name" in again["told"]
    if not gone and (again["crash"] or again["code"] != truth["code"]):
        return f"the same command then: {again}"
    listed = jobs(["runs", "list"], home)
    if listed["code"] or listed["crash"]:
        return f"damage: {listed['told']}{listed['crash']}"
    found = left(home)
    return "" if found == after[0] else f"left: {sorted(found ^ after[0])}"


def outputs(home):
    """What was written outside the store, but what depends on the clock."""
    return {path.name: SECONDS.sub(b"#", path.read_bytes()) for path in home.parent.glob("out.*")}


def left(home):
    """The files of weights that there are, and whose runs."""
    return {f"{path.parent.name}/{path.name}" for path in home.glob("*/*") if path.parent.name in ("weights", "model")}
