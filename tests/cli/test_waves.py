"""`openwork analyse RUN fourier` and `progress-measures`: of modular runs, and what is said of others."""

from __future__ import annotations

from pathlib import Path

import pytest

SMALL = ("--experiment", "grokking", "--param", "p=11", "--epochs", "6", "--record-every", "3", "--engine", "native")


@pytest.fixture
def adding(openwork):
    return openwork("train", "modular-addition", *SMALL, "--json").value[0]["name"]


def test_both_of_a_run_that_adds(openwork, adding):
    assert [row["epoch"] for row in openwork("runs", "show", adding, "--json").value["history"]] == [3, 6]
    found = openwork("analyse", adding, "fourier", "--with", "keys=2", "--json")
    assert found.code == 0, found.err
    assert [row["frequency"] for row in found.value["records"] if row["key"]] == [2]
    done = openwork("analyse", adding, "progress-measures", "--with", "keys=2", "-o", "progress.html")
    assert done.code == 0, done.err
    page = Path("progress.html").read_text(encoding="utf-8")
    assert "restricted" in page and "excluded" in page and "Sum of squared weights" in page


@pytest.mark.parametrize("analysis", ["fourier", "progress-measures"])
def test_a_task_that_is_not_modular(openwork, small, analysis):
    other = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    done = openwork("analyse", other, analysis)
    said = " ".join(done.err.split())
    assert done.code == 2 and "two variables" in said and "take a run of modular-addition" in said


def test_a_task_that_has_pairs_but_does_not_add(openwork):
    options = ("--param", "p=11", "--epochs", "1", "--engine", "native")
    other = openwork("train", "modular-polynomial", *options, "--json").value[0]["name"]
    assert openwork("analyse", other, "fourier", "--with", "keys=1").code == 0
    done = openwork("analyse", other, "progress-measures", "--with", "keys=1")
    assert done.code == 2 and "does not add" in done.err and "--experiment grokking" in " ".join(done.err.split())


def test_a_run_without_checkpoints_a_sample_and_frequencies_that_are_not(openwork, adding):
    sent = openwork("export", adding, "--to", "safetensors", "-o", "model.safetensors")
    assert sent.code == 0, sent.err
    brought = openwork("import", "model.safetensors", "--task", "modular-addition", "--param", "p=11", "--json")
    assert brought.code == 0, brought.err
    name = brought.value["name"]
    for words, why in (
        ((name, "progress-measures", "--with", "keys=2"), "was imported"),
        ((adding, "progress-measures", "--with", "keys=2", "--inputs", "20"), "leave out --inputs"),
        ((adding, "fourier", "--with", "keys=9"), "give 1 to 5"),
        ((adding, "fourier", "--with", "layer=4"), "layers are 0 to 0"),
        ((adding, "progress-measures", "--with", "keys=2", "--with", "points=1"), "points"),
    ):
        done = openwork("analyse", *words)
        assert done.code == 2 and why in " ".join(done.err.split()), done.err


def test_what_cannot_be_recorded(openwork):
    done = openwork("train", "modular-addition", "--record-every", "0")
    assert done.code == 2 and "--record-every" in done.err
