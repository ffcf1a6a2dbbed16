"""A store rebuilt from what is whole in its database and from its files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from openwork.errors import StoreError
from openwork.models import initial_stack
from openwork.runs import Imported, Origin, Store, keep_import, list_runs, recover
from openwork.runs.files import files_in
from openwork.testing.damaged_stores.power_cut import Disk, PowerCut, power_cut
from openwork.training import Measured

FORMATS = Path(__file__).parent.parent / "formats"


@pytest.fixture
def full(store, go_on, tiny):
    """Two runs that have ended, one with a verdict and a result; two in training; and an imported one. Closed."""
    list(go_on(store, [0, 1]))
    list(islice(go_on(store, [2, 3]), 4))
    store.save_verdicts(store.run(tiny, 0), {"a": {"verdict": "CONFIRMED"}})
    store.save_result(store.run(tiny, 0), "routes", "abc", {"routes": []})
    origin = Origin("theirs.pt", "f" * 64, "transformer_lens", (), ("nothing",))
    imported = Imported(tiny.task, tiny.spec, origin)
    keep_import(store, imported, initial_stack(tiny.spec, [7]), Measured(1.5, 0.25, 2, 16), "native")
    store.close()
    return store


def told(store, tiny):
    """All that is known of every run but what was measured of it."""
    with store:
        runs = store.runs()
        return runs, {run.name: store.stack(run).flat.tobytes() for run in runs}


@pytest.mark.parametrize("how", ["gone", "no database", "zeros", "cut"])
def test_every_run_comes_back_from_its_files(full, tiny, check, go_on, how):
    before, path = told(full, tiny), full.database.path
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes({"no database": b"this is no database", "zeros": bytes(9999), "cut": data[:5000]}[how])
    found = recover(full.home)
    assert told(full, tiny) == before
    assert set(found.rebuilt) == {run.name for run in before[0]}
    assert any("verdicts" in str(reason) for reason in found.lost)
    if how != "gone":
        assert (found.old / "store.sqlite").read_bytes() != data
    with full:
        check(full)
        list(go_on(full, [2, 3]))
        assert check(full) == dict.fromkeys(range(4), 10)


def test_what_is_whole_in_the_database_is_kept(full, tiny):
    before = told(full, tiny)
    with sqlite3.connect(full.database.path) as rows:
        rows.execute("UPDATE runs SET updated = 'yesterday' WHERE seed = 1")
        rows.execute("UPDATE results SET result = '{}'")
    rows.close()
    found = recover(full.home)
    assert (len(found.kept), found.rebuilt) == (4, (tiny.run_name(1),))
    assert (found.verdicts, found.results) == (1, 0)
    assert [reason.where for reason in found.lost] == ["results"]
    assert told(full, tiny) == before
    with full:
        assert full.verdicts(full.run(tiny, 0)) == {"a": {"verdict": "CONFIRMED"}}


def test_a_whole_store_is_left_as_it_is(full):
    before = full.database.path.read_bytes()
    assert recover(full.home) is None
    assert full.database.path.read_bytes() == before
    assert not list(full.home.glob("*recover*"))


MARKS = {
    "the summary of no run": "UPDATE summaries SET run = '20' WHERE run = (SELECT min(run) FROM summaries)",
    "bytes for names": "UPDATE manifest SET names = x'00' WHERE part = (SELECT max(part) FROM manifest)",
}


@pytest.mark.parametrize("mark", MARKS)
def test_what_a_list_rests_on_is_made_again(full, tiny, mark):
    before = told(full, tiny)
    with full:
        list_runs(full)  # which writes summaries that are not there yet
    with sqlite3.connect(full.database.path) as rows:
        rows.execute(MARKS[mark])
    with full:
        assert list_runs(full).damage
    assert recover(full.home) is not None
    with full:
        assert not list_runs(full).damage
    assert told(full, tiny) == before


@pytest.mark.parametrize(
    "change",
    [
        "checkpoint = CAST(x'636865636b706f696e74732f87' AS TEXT)",
        "checkpoint = 'checkpoints/another.safetensors'",
        "checkpoint_row = checkpoint_row + 1",
    ],
)
def test_places_of_weights_that_changed_are_those_of_the_files(full, tiny, change):
    before = told(full, tiny)
    with sqlite3.connect(full.database.path) as rows:
        rows.execute(f"UPDATE epochs SET {change} WHERE run = ? AND epoch = 3", (tiny.run_name(0),))
    rows.close()
    assert recover(full.home).rebuilt == (tiny.run_name(0),)
    assert told(full, tiny) == before
    with full:
        assert full.stack_at(full.run(tiny, 0), 3).flat.size
    assert recover(full.home) is None


def test_a_run_in_training_that_was_removed_does_not_come_back(full, tiny):
    with full:
        full.remove(full.run(tiny, 2))
    assert recover(full.home) is None


def test_a_file_that_is_damaged_is_told_and_left(full, tiny):
    full.database.path.unlink()
    path = full.home / "weights" / f"{tiny.run_name(0)}.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    found = recover(full.home)
    assert any(tiny.run_name(0) in reason.where for reason in found.lost)
    assert path.read_bytes() == data
    with full:
        assert {run.seed for run in full.runs_of(tiny)} == {1, 2, 3}


def test_checkpoints_that_are_gone_leave_the_end_of_the_history(full, tiny):
    full.database.path.unlink()
    (full.home / "checkpoints" / f"{tiny.run_name(1)}.safetensors").unlink()
    found = recover(full.home)
    assert any("of its history, 1 epochs are left" in reason.what for reason in found.lost)
    with full:
        run = full.run(tiny, 1)
        assert [record.epoch for record in run.history] == [10]
        assert full.stack(run).flat.size


def test_killed_at_any_moment_it_can_be_run_again(full, tiny, tmp_path):
    before = told(full, tiny)
    data = bytearray(full.database.path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    full.database.path.write_bytes(data)
    for operation in range(1, 100):
        home, after = tmp_path / f"{operation}", tmp_path / f"{operation} after"
        shutil.copytree(full.home, home)
        cut = power_cut(Disk(home), operation, lambda home=home, after=after: shutil.copytree(home, after))
        with suppress(PowerCut), cut:
            recover(home)
        if not after.exists():
            break
        recover(after)
        assert told(Store(after), tiny) == before
        assert recover(after) is None
    assert operation > 4


@pytest.mark.parametrize("name", ["format_1", "format_2"])
def test_files_of_older_formats(name, tmp_path):
    """They do not say how right their models are, so that is measured again; of the history, the end is left."""
    shutil.copytree(FORMATS / name, tmp_path / "runs")
    with Store.open(tmp_path / "runs") as store:
        ended = {run.name: (run, store.stack(run).flat.tobytes()) for run in store.runs() if run.ended}
    (tmp_path / "runs" / "store.sqlite").unlink()
    found = recover(tmp_path / "runs")
    assert set(found.rebuilt) == set(ended)
    with Store.open(tmp_path / "runs") as store:
        for run in store.runs():
            before, weights = ended[run.name]
            assert (run.seed, run.status, run.epoch, run.experiment) == (
                before.seed, before.status, before.epoch, before.experiment,
            )  # fmt: skip
            assert run.last.train.accuracy == pytest.approx(before.last.train.accuracy, nan_ok=True)
            assert store.stack(run).flat.tobytes() == weights


def test_our_own_advice_deletes_nothing(full, tiny, go_on):
    """The database is moved away, and something else is trained into the folder."""
    before, files = told(full, tiny), files_in(full.home)
    full.database.path.rename(full.home / "moved.sqlite")
    list(go_on(full, [5]))
    assert files <= files_in(full.home)
    with pytest.raises(StoreError, match=r"which the database does not know(.|\n)*openwork runs recover"):
        list(go_on(full, [0]))
    full.close()
    assert files <= files_in(full.home)
    recover(full.home)
    runs, weights = told(full, tiny)
    assert [run for run in runs if run.seed != 5 or run.imported] == before[0]
    assert before[1].items() <= weights.items()


def test_another_program_holds_it(full, monkeypatch):
    holder = sqlite3.connect(full.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("openwork.runs.recovery.PATIENCE", 0.05)
    with pytest.raises(StoreError, match="busy"):
        recover(full.home)
    holder.close()


def test_a_process_that_writes_meanwhile_goes_on_in_the_new_database(full, tiny, go_on, check):
    events = go_on(full, [2, 3])
    list(islice(events, 2))
    with sqlite3.connect(full.database.path) as rows:
        rows.execute("UPDATE runs SET updated = 'yesterday' WHERE seed = 1")
    rows.close()
    recover(full.home)
    list(events)
    assert check(full) == dict.fromkeys(range(4), 10)


def test_there_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="is no folder"):
        recover(tmp_path / "nothing")


def test_metadata_says_all_that_a_run_is(full, tiny):
    with safe_open(full.home / "weights" / f"{tiny.run_name(0)}.safetensors", framework="numpy") as file:
        about = json.loads(file.metadata()["openwork"])
    assert about["experiment"] == tiny.as_json()
    assert (about["seed"], about["format"], about["run"]["status"]) == (0, 3, "finished")
    assert len(about["run"]["history"]) == len(about["checksum"]) == len(about["rows"][0][2]) == 64
    assert np.isfinite(json.loads(about["records"])[0][1])
