"""A row that is not what was written is told by name, and hides no other."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from openwork.api import open_run
from openwork.cli.app import run as openwork
from openwork.errors import SpecError, StoreError
from openwork.models import initial_stack
from openwork.runs import Imported, Origin, keep_import
from openwork.training import Measured

CHANGES = [
    "UPDATE runs SET status = 'solved' WHERE seed = 1",
    "UPDATE runs SET experiment = 'nothing' WHERE seed = 1",
    "UPDATE runs SET engine = CAST(x'ff' AS TEXT) WHERE seed = 1",
    "UPDATE runs SET checksum = '' WHERE seed = 1",
    "UPDATE epochs SET lr = 2 * lr WHERE epoch = 3 AND run = (SELECT name FROM runs WHERE seed = 1)",
    "UPDATE epochs SET weights = NULL WHERE epoch = 3 AND run = (SELECT name FROM runs WHERE seed = 1)",
    "UPDATE metrics SET accuracy = 1 WHERE epoch = 10 AND run = (SELECT name FROM runs WHERE seed = 1)",
    "DELETE FROM metrics WHERE epoch = 3 AND run = (SELECT name FROM runs WHERE seed = 1)",
    "DELETE FROM epochs WHERE run = (SELECT name FROM runs WHERE seed = 1)",
    "DELETE FROM epochs WHERE epoch = 10 AND run = (SELECT name FROM runs WHERE seed = 1)",
]

CLAIMS = """format = 1
task = "reverse-increment"
[[claim]]
kind = "accuracy"
at_least = 0.01
expect = "VACUOUS"
"""


@pytest.fixture
def change(store, go_on):
    """Changes the database of a store with two ended runs, as another program does."""
    list(go_on(store, [0, 1]))
    store.close()

    def with_sql(statement):
        with closing(sqlite3.connect(store.home / "store.sqlite", isolation_level=None)) as rows:
            rows.execute("PRAGMA ignore_check_constraints = ON")
            rows.execute(statement)

    return with_sql


@pytest.mark.parametrize("statement", CHANGES)
def test_a_damaged_run_is_named_and_the_other_is_there(store, change, tiny, statement):
    change(statement)
    found = store.contents()
    assert [run.seed for run in found.runs] == [0]
    [reason] = found.damage
    assert f"run {tiny.run_name(1)}" in reason.where
    assert "openwork runs recover" in reason.mend
    assert store.find(tiny.run_name(0)).seed == 0
    for ask in (store.runs, lambda: store.find(tiny.run_name(1)), lambda: store.state_of(tiny, [1])):
        with pytest.raises(StoreError, match=tiny.run_name(1)):
            ask()


@pytest.mark.parametrize("statement", [*CHANGES, "DELETE FROM runs WHERE seed = 1"])
def test_damage_to_one_run_stops_no_job_on_another(store, change, tiny, statement, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    name, claims = tiny.run_name(0), tmp_path / "claims.toml"
    claims.write_text(CLAIMS)
    asked = (("check", str(claims), name), ("trace", name, "1"), ("analyse", name, "accuracy"), ("report", name))

    def answers():
        said = []
        for command in asked:
            code = openwork([*command, "--json", "--store", str(store.home)])
            said.append((code, *capsys.readouterr()))
        return said

    change("UPDATE runs SET seed = seed")
    whole = answers()
    change(statement)
    for (code, out, told), (before, was, _) in zip(answers(), whole, strict=True):
        assert code == before == 0
        assert out == was or "bytes" in out
        assert "Warning: something else in this store is damaged" in told
        assert tiny.run_name(1) in told or "2 runs were written" in told
        assert "openwork runs recover" in told
    assert "damaged in the store are not counted" in (tmp_path / f"openwork-{name}.html").read_text()


def test_a_warning_tells_python_of_other_damage(store, change, tiny):
    change(CHANGES[0])
    with pytest.warns(UserWarning, match=tiny.run_name(1)):
        opened = open_run(tiny.run_name(0), store=store.home, progress=False)
    assert [run.seed for run in opened.siblings] == [0]
    assert opened.subject.scores.inputs == 16


def test_the_list_has_the_others_and_names_the_damaged(store, change, tiny, capsys):
    change(CHANGES[0])
    assert openwork(["runs", "list", "--store", str(store.home)]) == 2
    said = capsys.readouterr()
    assert tiny.run_name(0) in said.out
    assert tiny.run_name(1) not in said.out
    assert tiny.run_name(1) in said.err.replace("\n", "")
    assert openwork(["runs", "list", "--store", str(store.home), "--json"]) == 2
    value = json.loads(capsys.readouterr().out)
    assert [run["name"] for run in value["runs"]] == [tiny.run_name(0)]
    assert value["error"]["kind"] == "StoreError"


def test_a_run_that_is_lost_is_told(store, change, tiny):
    change("DELETE FROM runs WHERE seed = 1")
    assert "2 runs were written, and 1" in store.contents().damage[0].what
    assert store.find(tiny.run_name(0)).seed == 0
    for ask in (lambda: store.find(tiny.run_name(1)), lambda: store.state_of(tiny, [1]), store.database.tidy):
        with pytest.raises(StoreError, match="2 runs were written"):
            ask()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE verdicts SET verdict = '{}'",
        "UPDATE verdicts SET claim = 'another'",
        "DELETE FROM verdicts",
        "UPDATE results SET result = '{}'",
        "UPDATE results SET name = 'others'",
        "UPDATE results SET digest = 'abd'",
        "UPDATE results SET run = (SELECT name FROM runs WHERE seed = 1)",
    ],
)
def test_what_was_measured_is_told(store, change, tiny, statement):
    run = store.run(tiny, 0)
    store.save_verdicts(run, {"a": {"verdict": "CONFIRMED"}})
    store.save_result(run, "routes", "abc", {"routes": []})
    store.close()
    change(statement)
    with pytest.raises(StoreError, match=run.name):
        assert store.verdicts(run)
        assert store.result(run, "routes", "abc")
    with pytest.raises(StoreError, match=run.name):
        store.save_verdicts(run, {"b": {}})
        store.save_result(run, "routes", "def", {})


def test_weights_that_the_database_does_not_know(store, change, tiny, go_on):
    """A file that is whole, and says that it is this run's, with other numbers."""
    run = store.run(tiny, 0)
    path = store.home / "weights" / f"{run.name}.safetensors"
    store.remove(run)
    list(go_on(store, [0]))
    other = path.read_bytes()
    change(f"UPDATE epochs SET weights = '{'0' * 64}' WHERE epoch = 10")
    with pytest.raises(StoreError, match="not those that the database knows"):
        store.stack(replace(run))
    assert path.read_bytes() == other


def test_what_is_not_finite_is_refused_at_the_door(store, tiny):
    spec = tiny.spec.model_copy(update={"eps": math.inf})
    imported = Imported(tiny.task, spec, Origin("a.pt", "f" * 64, "mine", (), ()))
    with pytest.raises(SpecError, match=r"eps: is inf"):
        keep_import(store, imported, initial_stack(tiny.spec, [0]), Measured(1.0, 0.5, 8, 16), "native")
    assert store.runs() == []


def test_one_bad_row_hides_no_other_by_task(store, change, tiny):
    """As an older openwork could keep it: JSON that SQLite does not read."""
    change("UPDATE runs SET experiment = replace(experiment, '1e-05', 'Infinity') WHERE seed = 1")
    assert [run.seed for run in store.contents().runs if run.task_name == "reverse-increment"] == [0]
    assert openwork(["runs", "list", "--task", "reverse-increment", "--store", str(store.home)]) == 2
