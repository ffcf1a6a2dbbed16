"""Stores damaged in twelve ways: every command tells the truth or what is damaged, and recover brings back the rest.

`OPENWORK_DAMAGED` says how many stores of each kind; some by default, with the same random choices each time.
"""

from __future__ import annotations

import os
import shutil
from random import Random

import pytest

from openwork.testing.damaged_stores import DAMAGES, answer, fault_of, whole_store

STORES = int(os.environ.get("OPENWORK_DAMAGED", "3"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return whole_store(tmp_path_factory.mktemp("damage"))


def damaged_copy(whole, kind, number):
    home = whole.home.parent / "store"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(whole.home, home)
    DAMAGES[kind](home, Random(f"{kind} {number}"))
    return home


def files(home):
    return {str(path.relative_to(home)) for path in home.rglob("*.safetensors")}


@pytest.mark.parametrize("kind", DAMAGES)
def test_every_command_tells_the_truth_or_what_is_damaged(whole, kind, record_property):
    faults, asked = [], 0
    for number in range(STORES):
        for command, truth in whole.answers.items():
            home = damaged_copy(whole, kind, number)
            before = files(home)
            fault = fault_of(answer(command, home), truth)
            if command[0] != "train" and not files(home) >= before:
                fault = fault or f"lost: {sorted(before - files(home))}"
            faults += [f"{number}: {' '.join(command[:3])}: {fault}"] if fault else []
            asked += 1
    record_property("stores", STORES)
    record_property("commands", asked)
    record_property("faults", len(faults))
    assert faults == []


@pytest.mark.parametrize("kind", DAMAGES)
def test_recover_deletes_nothing_and_leaves_a_whole_database(whole, kind, record_property):
    back = 0
    for number in range(STORES):
        home = damaged_copy(whole, kind, number)
        before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        recovered = answer(("runs", "recover"), home)
        assert (recovered.code, recovered.crash) == (0, "")
        for path, data in before.items():
            old = [path, *home.glob(f"before-recover-*/{path.name}")]
            assert path.name.endswith("-shm") or any(p.exists() and p.read_bytes() == data for p in old), path
        listed = answer(("runs", "list"), home)
        assert listed.code == 0, listed
        back += sum(name in listed.out for name in whole.runs)
        for command, truth in whole.answers.items():
            if command[0] in ("trace", "analyse", "check") and "file" not in kind:
                assert fault_of(answer(command, home), truth) == "", command
    record_property("stores", STORES)
    record_property("runs", 3 * STORES)
    record_property("back", back)
    if "file" not in kind:
        assert back == 3 * STORES, "every run of a damaged database is in its files"
