"""What is stored, as `openwork runs` tells it."""

from __future__ import annotations

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
