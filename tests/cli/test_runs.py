"""What is stored, as `openwork runs` tells it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

TINY = ("--param", "base=2", "--param", "length=3", "--engine", "torch", "--n-layers", "1")


def test_a_list_says_what_was_trained_on_and_how_and_when_in_80_columns(openwork):
    trained = openwork("train", "reverse-increment", *TINY, "--epochs", "2", "--seeds", "2", "--json").value
    openwork("train", "modular-addition", "--param", "p=3", "--epochs", "1", "--engine", "torch")
    lines = openwork("runs", "list").out.splitlines()
    assert lines[0].split() == ["run", "seed", "epoch", "status", "trained", "on", "held", "out", "date", "(UTC)"]
    assert "modular-addition, p=3: experiment modular-addition with epochs 1" in lines
    about = "reverse-increment, base=2, length=3: experiment reverse-increment with n_layers 1, epochs 2"
    rows = lines[lines.index(about) + 1 :][:2]
    assert {row.split()[0] for row in rows} == {run["name"] for run in trained}
    assert all(trained[0]["created"][:10] in row and len(row) <= 80 for row in rows)
    listed = {run["name"]: run for run in openwork("runs", "list", "--json").value}[trained[0]["name"]]
    assert (listed["params"], listed["origin"]) == ({"base": 2, "length": 3}, about.partition(": ")[2])
    assert "with n_layers 1, epochs 2" in openwork("runs", "show", trained[0]["name"]).out


def test_a_named_experiment_is_told_by_its_name_and_many_changes_are_counted(openwork):
    small = ("--param", "base=2", "--param", "length=2", "--engine", "torch")
    openwork("train", "reverse-increment", *small, "--experiment", "notebook")
    openwork("train", "reverse-increment", *small, "--epochs", "1", "--lr", "0.1", "--d-mlp", "8", "--batch-size", "2")
    listed = {line.partition(": ")[2] for line in openwork("runs", "list").out.splitlines() if ": " in line}
    changed = "experiment reverse-increment with d_mlp 8, epochs 1, batch_size 2 and 1 more"
    assert listed == {"experiment notebook", changed}


def test_a_filter_without_hits_does_not_say_that_the_store_is_empty(openwork, small):
    assert "yet. Make one: openwork train sort" in openwork("runs", "list", "--task", "sort").out
    openwork("train", "reverse-increment", *small)
    said = openwork("runs", "list", "--task", "sort").out
    assert "No runs of sort" in said and said.endswith("which has runs of reverse-increment (1).\n")


def test_neurons_may_be_given_to_a_model_that_has_none_of_its_own(openwork):
    small = ("--param", "length=3", "--epochs", "1")
    changed = openwork("train", "majority", *small, "--d-mlp", "4", "--json").value[0]["name"]
    assert "d_mlp 4" in openwork("runs", "show", changed).out


def test_pages_conditions_and_groups_in_80_columns(openwork, small):
    openwork("train", "reverse-increment", *small, "--seeds", "3")
    page = openwork("runs", "list", "--limit", "2", "--newest").out.splitlines()
    assert page[-1] == "Runs 1 to 2 of 3; --page or --limit shows others."
    assert openwork("runs", "list", "--limit", "2", "--page", "2").out.splitlines()[-1] == "Runs 3 to 3 of 3."
    assert [run["seed"] for run in openwork("runs", "list", "--where", "seed > 0", "--json").value] == [1, 2]
    assert (
        "meets the condition; it has runs of reverse-increment (3)"
        in openwork("runs", "list", "--where", "seed = 9").out
    )
    grouped = openwork("runs", "list", "--group").out
    assert max(map(len, grouped.splitlines())) <= 80
    [group] = openwork("runs", "list", "--group", "--json").value
    assert (group["runs"], group["first_seed"], group["last_seed"]) == (3, 0, 2)


def test_mistakes_in_a_list_are_told(openwork):
    refused = openwork("runs", "list", "--where", "layer = 2 and seeds = 1")
    assert refused.code == 2
    assert "did you mean 'layers'" in refused.err
    assert "did you mean 'seed'" in refused.err
    assert openwork("runs", "list", "--group", "--newest", "--page", "2").err.count("is of a list of runs") == 2
    assert "give --limit too" in openwork("runs", "list", "--json", "--page", "2").err


def test_what_no_store_can_hold_is_told(openwork, small):
    openwork("train", "reverse-increment", *small)
    assert len(openwork("runs", "list", "--limit", "9" * 30, "--json").value) == 1
    for given in (("--task", "\udcff"), ("--where", "run = '\udcff'")):
        refused = openwork("runs", "list", *given)
        assert refused.code == 2 and "is not in UTF-8" in refused.err


def test_pruning_says_what_it_frees_and_does_it_only_when_told(openwork, small):
    openwork("train", "reverse-increment", *small, "--seeds", "2")
    would = openwork("runs", "prune", "--keep", "last", "--json").value
    assert (len(would["runs"]), would["done"]) == (2, False)
    assert openwork("runs", "prune", "--keep", "last", "--json").value == would
    assert openwork("runs", "prune", "--keep", "last", "--yes", "--json").value == would | {"done": True}
    assert "0.0 MB, the checkpoints of 0 of 2 runs" in openwork("runs", "prune", "--keep", "last").out
    assert openwork("runs", "prune", "--keep", "lst").code == 2
    assert openwork("runs", "prune", "--yes").code == 2
    listed = openwork("runs", "list", "--json").value
    assert openwork("trace", listed[0]["name"], "1").code == 0
    assert openwork("report", listed[0]["name"], "--static").code == 0


def test_a_pdf_without_a_browser_is_refused_before_anything_is_measured(openwork, small, tmp_path, monkeypatch):
    openwork("train", "reverse-increment", *small, "--seeds", "1")
    name = openwork("runs", "list", "--json").value[0]["name"]
    monkeypatch.delenv("OPENWORK_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    refused = openwork("report", name, "--pdf", "-o", str(tmp_path / "page.pdf"))
    assert refused.code == 2 and "OPENWORK_CHROMIUM" in refused.err and "Traceback" not in refused.err
    assert not (tmp_path / "page.pdf").exists()


def test_of_a_store_that_is_damaged_nothing_is_pruned(openwork, small, tmp_path):
    home = tmp_path / "kept runs"
    openwork("train", "reverse-increment", *small, "--seeds", "2")
    with closing(sqlite3.connect(home / "store.sqlite", isolation_level=None)) as rows:
        rows.execute("UPDATE summaries SET seed = 7 WHERE seed = 1")
    before = {path: path.stat().st_size for path in home.rglob("*.safetensors")}
    refused = openwork("runs", "prune", "--keep", "last", "--where", "seed = 7", "--yes")
    assert refused.code == 2 and "its summary is not what its row says" in " ".join(refused.err.split())
    assert refused.out.startswith("Would free")
    assert {path: path.stat().st_size for path in home.rglob("*.safetensors")} == before


def test_a_shuffled_task_is_trained_as_its_task_is_and_listed_so(openwork):
    openwork("train", "shuffled-copy", "--param", "base=2", "--param", "length=2", "--epochs", "2")
    listed = openwork("runs", "list")
    assert "shuffled-copy, base=2, length=2, shuffle=0: experiment shuffled-copy with epochs 2" in " ".join(
        listed.out.split()
    )
