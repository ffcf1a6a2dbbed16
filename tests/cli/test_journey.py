"""The commands one after another, on a model that takes a moment to train."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CLAIMS = """
[[claim]]
id = "more-than-chance"
kind = "accuracy"
at_least = {threshold}
"""


def test_train_then_list_show_report_and_remove(openwork, small):
    trained = openwork("train", "reverse-increment", *small, "--seeds", "2", "--json")
    assert trained.code == 0, trained.err
    runs = trained.value
    assert [run["seed"] for run in runs] == [0, 1]
    assert all(run["epoch"] == 3 for run in runs)

    listed = openwork("runs", "list", "--json").value
    assert {run["name"] for run in listed} == {run["name"] for run in runs}
    assert runs[0]["name"] in openwork("runs", "list").out

    name = runs[0]["name"]
    shown = openwork("runs", "show", name[:8], "--json").value
    assert len(shown["history"]) == 3
    assert shown["experiment"]["recipe"]["batch_size"] == 4
    assert "reverse-increment(base=2, length=3)" in openwork("runs", "show", name).out

    reported = openwork("report", name, "-o", "page.html", "--engine", "torch", "--json")
    assert reported.code == 0, reported.err
    assert Path(reported.value["report"]).read_text(encoding="utf-8").lstrip().startswith("<!")

    assert openwork("runs", "remove", name, "--yes").code == 0
    assert [run["seed"] for run in openwork("runs", "list", "--json").value] == [1]


def test_training_again_answers_from_the_store(openwork, small):
    first = openwork("train", "reverse-increment", *small, "--json").value
    again = openwork("train", "reverse-increment", *small, "--json")
    assert again.value == first
    assert "epoch" not in again.err


@pytest.mark.parametrize(("threshold", "outcome", "code"), [(0.0, "CONFIRMED", 0), (1.0, "REFUTED", 1)])
def test_check_says_yes_or_no_by_its_exit_code(openwork, small, threshold, outcome, code):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text(CLAIMS.format(threshold=threshold), encoding="utf-8")
    done = openwork("check", "mine.toml", name, "--engine", "torch", "--json")
    assert done.value["verdicts"][0]["outcome"] == outcome
    assert done.code == code


def test_mistakes_in_a_claims_file_are_all_told_and_nothing_is_trained(openwork):
    Path("mine.toml").write_text('format = 9\nclam = 1\n[[claim]]\nkind = "acuracy"\n[[claim]]\n', encoding="utf-8")
    done = openwork("explain", "reverse-increment", "--claims", "mine.toml", "--json")
    assert done.code == 2
    assert len(done.value["error"]["reasons"]) == 4
    assert "'accuracy'" in done.err
    assert openwork("runs", "list", "--json").value == []


@pytest.mark.parametrize("words", [["check", "none.toml"], ["report"]])
def test_an_unknown_run_names_those_that_are_near(openwork, small, words):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("none.toml").write_text(CLAIMS.format(threshold=0), encoding="utf-8")
    misspelt = name[:-1] + ("0" if name[-1] != "0" else "1")
    done = openwork(*words, misspelt)
    assert done.code == 2
    assert name in done.err


def test_a_report_that_cannot_be_written_is_told_before_training(openwork):
    done = openwork("explain", "reverse-increment", "-o", "no such folder/page.html")
    assert done.code == 2
    assert "there is no such folder" in done.err
    assert openwork("runs", "list", "--json").value == []


def test_doctor_tells_where_it_stands(openwork):
    found = openwork("doctor", "--engine", "torch", "--threads", "1", "--json").value
    assert found["engine"] == {"name": "torch", "reason": "torch: asked for", "threads": 1}
    assert found["store"]["runs"] == 0
    assert found["store"]["free_bytes"] > 0
    assert found["versions"]["numpy"]
    text = openwork("doctor", "--engine", "torch").out
    for word in ("engine", "native", "torch", "versions", "store", "free disk"):
        assert word in text


def test_tasks_lists_every_task(openwork):
    [task] = [task for task in openwork("tasks", "--json").value if task["name"] == "reverse-increment"]
    assert task["domain"] == 65536
    assert task["parameters"] == {"base": 4, "length": 8}
    assert "65,536 inputs of 16 tokens" in openwork("tasks").out


def test_ctrl_c_leaves_a_run_that_the_same_command_finishes(openwork, small):
    words = ["train", "reverse-increment", *small[:-4], "--epochs", "100000", "--all-epochs", *small[-2:]]
    code = f"from openwork.cli.app import main; main({words!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=os.environ)
    until = time.monotonic() + 60
    while not openwork("runs", "list", "--json").value and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "run the same command again" in said
    assert "openwork train reverse-increment" in said
    assert "Traceback" not in said
    [run] = openwork("runs", "list", "--json").value
    assert run["status"] == "training"
    assert run["epoch"] >= 1
