"""What a store says when it cannot be read or written: what, where and how to mend; and nothing is half written."""

from __future__ import annotations

import errno
import multiprocessing
import os
import sqlite3
import stat
import tempfile
from itertools import islice
from pathlib import Path

import pytest
from safetensors.numpy import save_file

from openwork.errors import StoreError, StoreNotWritable, StoreTooNew
from openwork.runs import FORMAT, Store, recorded, schema
from openwork.runs.files import files_in
from openwork.training import train

NOBODY = 65534


def test_a_file_in_place_of_the_folder(tmp_path, go_on):
    (tmp_path / "runs").write_text("mine")
    store = Store.open(tmp_path / "runs")
    with pytest.raises(StoreNotWritable, match=r"runs.*OPENWORK_HOME"):
        next(go_on(store, [0]))
    assert (tmp_path / "runs").read_text() == "mine"


def test_nothing_is_trained_where_nothing_can_be_written(tmp_path, tiny):
    (tmp_path / "runs").write_text("mine")

    def must_not_start():
        raise AssertionError("training has started")
        yield

    with pytest.raises(StoreNotWritable):
        next(recorded(Store.open(tmp_path / "runs"), tiny, must_not_start(), "native"))


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("after", range(4))
def test_a_disk_that_fills_up(store, go_on, check, monkeypatch, call, after):
    list(islice(go_on(store, [0, 1]), 2))
    files = {path for path in store.home.rglob("*.safetensors*")}
    real, left = getattr(os, call), [after]

    def full(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments)

    events = go_on(store, [0, 1])
    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(StoreNotWritable, match=r"disk is full.*free some space"):
            list(events)
    reached = check(store)
    assert reached[0] == reached[1] in range(2, 10)
    if reached[0] == 2:
        assert {path for path in store.home.rglob("*.safetensors*")} == files
    list(go_on(store, [0, 1]))
    assert check(store) == {0: 10, 1: 10}


def test_a_change_that_fails_leaves_no_file(store, go_on, monkeypatch):
    list(islice(go_on(store, [0]), 1))
    before, real, left = files_in(store.home), os.fsync, [1]

    def full(handle):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreNotWritable), store.database.changing(files=True) as change:
        change.put(change.name("states"), b"renamed already, but its folder cannot be synced")
    assert files_in(store.home) == before


class CannotCommit:
    """A connection whose commit fails; whether SQLite's log has it all the same, nobody knows then."""

    def __init__(self, rows):
        self.rows = rows

    def __getattr__(self, name):
        return getattr(self.rows, name)

    def execute(self, text, *values):
        if text == "COMMIT" or "checkpoint" in text:
            raise sqlite3.OperationalError("disk I/O error")
        return self.rows.execute(text, *values)


def test_files_of_a_commit_that_failed_stay_until_one_has_succeeded(store, go_on):
    list(islice(go_on(store, [0]), 1))
    before, database = files_in(store.home), store.database
    with database.changing(files=True):
        pass
    database._connection = CannotCommit(database._connection)
    with pytest.raises(StoreError, match="disk I/O error"), database.changing(files=True) as change:
        change.put(name := change.name("states"), b"in the log or not")
    with pytest.raises(StoreError, match="disk I/O error"):
        database.tidy()
    assert files_in(store.home) == before | {name}
    database._connection = database._connection.rows
    database.tidy()
    assert files_in(store.home) == before


def test_a_database_that_cannot_grow(store, go_on, check):
    list(islice(go_on(store, [0]), 1))
    events = go_on(store, list(range(9)))
    with store.database.changing() as change:
        pages = change.rows.execute("PRAGMA page_count").fetchone()[0]
        change.rows.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreNotWritable, match="disk is full"):
        list(events)
    now = check(store)
    with store.database.changing() as change:
        change.rows.execute("PRAGMA max_page_count = 1000000")
    list(go_on(store, list(range(9))))
    assert now[0] < 10
    assert check(store) == dict.fromkeys(range(9), 10)


def as_nobody(work, *arguments):
    """What `work` returns in a process that may not write another's folder; permission bits do not bind root."""

    def child(sender):
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
        except OSError as error:
            sender.send(error)
            return
        try:
            sender.send(work(*arguments))
        except Exception as error:
            sender.send(error)

    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=child, args=(sender,))
    process.start()
    told = receiver.recv() if receiver.poll(30) else None
    process.join()
    if isinstance(told, OSError):
        pytest.skip(f"root cannot become another user here, and permissions do not bind root: {told}")
    return told


@pytest.fixture
def read_only(go_on):
    """A store with one run in a folder that nobody may write, closed."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        home = Path(folder) / "runs"
        with Store.open(home) as store:
            list(go_on(store, [0]))
        paths = [home, *home.rglob("*")]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield home
        for path in paths:
            path.chmod(stat.S_IRWXU)


def test_a_read_only_folder_can_be_read(read_only, tiny):
    def look(home):
        with Store.open(home) as store:
            run = store.find(tiny.run_name(0)[:6])
            return [r.seed for r in store.runs()], store.stack(run).flat.tobytes(), store.verdicts(run)

    before = look(read_only)
    assert as_nobody(look, read_only) == before


def test_a_read_only_folder_cannot_be_written(read_only, tiny, engine):
    def write(home):
        with Store.open(home) as store:
            state = store.state_of(tiny, [1])
            list(recorded(store, tiny, train(engine, tiny, state), engine.name))

    told = as_nobody(write, read_only)
    assert isinstance(told, StoreNotWritable)
    assert "store.sqlite: is read-only (give a folder that you may write to in OPENWORK_HOME)" in str(told)


def test_no_folder_can_be_made_in_a_read_only_one(read_only, tiny):
    def write(home):
        with Store.open(home / "deeper") as store:
            store.database.tidy()

    told = as_nobody(write, read_only)
    assert isinstance(told, StoreNotWritable)
    assert "permission denied" in str(told)


def test_a_newer_format_is_refused_and_left_alone(store, go_on):
    list(islice(go_on(store, [0]), 1))
    store.close()
    with sqlite3.connect(store.database.path) as rows:
        rows.execute(f"PRAGMA user_version = {FORMAT + 1}")
    rows.close()
    before = store.database.path.read_bytes()
    with pytest.raises(StoreTooNew, match=rf"store.sqlite.*format {FORMAT + 1}.*up to {FORMAT}.*upgrade openwork"):
        Store.open(store.home)
    assert store.database.path.read_bytes() == before


def test_another_programs_database(tmp_path):
    with sqlite3.connect(tmp_path / "store.sqlite") as rows:
        rows.execute("CREATE TABLE mine (x)")
    rows.close()
    with pytest.raises(StoreError, match="another program's database"):
        Store.open(tmp_path)


def test_another_process_makes_the_store_while_it_is_opened(tmp_path, monkeypatch):
    other = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    made = []

    def format_of_a_moment_ago(connection):
        version = format_of(connection)
        if not made:
            made.append(True)
            other.execute("BEGIN")
            schema.create_tables(other)
            other.execute("COMMIT")
        return version

    format_of = schema.format_of
    monkeypatch.setattr(schema, "format_of", format_of_a_moment_ago)
    with Store.open(tmp_path) as store:
        assert made
        assert store.runs() == []
    other.close()


@pytest.mark.parametrize("where", ["start", "middle"])
def test_a_damaged_database(store, go_on, where):
    list(islice(go_on(store, [0, 1, 2]), 5))
    store.close()
    path = store.database.path
    data = bytearray(path.read_bytes())
    if where == "start":
        data[:4096] = os.urandom(4096)
    else:
        data[4096:] = bytes([0xA5]) * (len(data) - 4096)
    path.write_bytes(data)
    with (
        pytest.raises(StoreError, match=r"damaged(.|\n)*store.sqlite.*(openwork runs recover)") as error,
        Store.open(store.home) as s,
    ):
        s.runs()
    assert not isinstance(error.value, StoreNotWritable)


@pytest.mark.parametrize("how", ["gone", "cut", "random", "another run's", "one bit", "empty"])
def test_a_damaged_file(store, go_on, tiny, how):
    list(go_on(store, [0, 1]))
    run, other = store.runs_of(tiny)
    for folder in ("weights", "checkpoints"):
        path = store.home / folder / f"{run.name}.safetensors"
        if how == "gone":
            path.unlink()
        elif how == "cut":
            path.write_bytes(path.read_bytes()[:-7])
        elif how == "random":
            path.write_bytes(os.urandom(500))
        elif how == "empty":
            save_file({}, path)
        elif how == "one bit":
            flip(path)
        else:
            path.write_bytes((store.home / folder / f"{other.name}.safetensors").read_bytes())
    what = {"gone": "is missing", "another run's": "does not hold run", "one bit": "its numbers have changed"}
    for epoch in (10, 5):
        told = rf"{run.name}.safetensors: {what.get(how, '')}.*remove the run and train it again"
        with pytest.raises(StoreError, match=told):
            store.stack_at(run, epoch)
    assert store.stack(other).flat.size


def flip(path):
    """Changes the last bit of every kept number."""
    data = bytearray(path.read_bytes())
    for place in range(8 + int.from_bytes(data[:8], "little"), len(data), 4):
        data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("folder", ["states", "progress"])
def test_what_is_gone_on_from_has_changed(store, go_on, tiny, folder):
    list(islice(go_on(store, [0]), 2))
    for path in (store.home / folder).iterdir():
        flip(path)
    with pytest.raises(StoreError, match=rf"{folder}.*its numbers have changed.*remove the run"):
        store.state_of(tiny, [0])


def test_a_state_that_is_missing(store, go_on, tiny):
    list(islice(go_on(store, [0]), 2))
    for path in (store.home / "states").iterdir():
        path.unlink()
    with pytest.raises(StoreError, match=r"is missing.*remove the run"):
        store.state_of(tiny, [0])


def test_the_folder_is_removed_while_training(store, go_on):
    events = go_on(store, [0])
    list(islice(events, 2))
    for path in sorted(store.home.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    store.home.rmdir()
    with pytest.raises(StoreError):
        list(events)


def test_a_store_that_another_program_holds(store, go_on, monkeypatch):
    list(islice(go_on(store, [0]), 1))
    store.close()
    monkeypatch.setattr("openwork.runs.database.PATIENCE", 0.05)
    holder = sqlite3.connect(store.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"busy(.|\n)*another program holds it locked"):
        store.database.tidy()
    assert len(store.runs()) == 1
    holder.close()


def test_a_folder_of_another_user_is_told(read_only, tiny):
    read_only.chmod(0o700)
    if os.geteuid():
        pytest.skip("only root can make a folder that this user may not enter")

    def look(home):
        with Store.open(home) as store:
            return store.runs()

    told = as_nobody(look, read_only)
    assert isinstance(told, StoreNotWritable)
    assert "the store cannot be read" in str(told)
    assert "permission denied (give a folder that you may" in str(told)


@pytest.mark.parametrize("write", [False, True])
def test_a_path_that_is_too_long_is_told(tmp_path, go_on, write):
    home = tmp_path / ("a" * 300) / ("b" * 4000)
    with pytest.raises(StoreNotWritable, match="is longer than the system allows"):
        list(go_on(Store(home), [0])) if write else Store.open(home)


def test_links_in_a_circle_are_told(tmp_path):
    (tmp_path / "runs").symlink_to(tmp_path / "runs")
    with pytest.raises(StoreError, match=r"link that leads in a circle|cannot be") as error:
        Store.open(tmp_path / "runs").database.tidy()
    assert "OPENWORK_HOME" in str(error.value)
