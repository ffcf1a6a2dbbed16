"""What was judged before answers only where the task still answers so and a program still computes so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from openwork.claims.verdict import JUDGE
from openwork.runs import Store
from openwork.tasks import ReverseIncrement

CLAIMS = """format = 1
task = "reverse-increment"
[[claim]]
id = "right"
kind = "accuracy"
at_least = 0.5
[[claim]]
id = "as-the-program"
kind = "implements"
program = "mine.py"
alignment = { "digit[0]" = "blocks.0.attn @ predicts y[0]" }
"""
PROGRAM = """import openwork_test_helper
def digit(x):
    return x[::-1]
def y(digit):
    return openwork_test_helper.incremented(digit)
"""
HELPER = """def incremented(digit):
    return [(d + {}) % 2 for d in digit]
"""


@pytest.fixture
def judged(openwork, small, tmp_path, monkeypatch):
    """Judges claims on a run; says how many inputs each took, and how each came out."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    Path("claims.toml").write_text(CLAIMS)
    Path("mine.py").write_text(PROGRAM)
    Path("openwork_test_helper.py").write_text(HELPER.format(1))
    [run] = openwork("train", "reverse-increment", *small, "--json").value

    def judge(*options):
        sys.modules.pop("openwork_test_helper", None)
        found = openwork("check", "claims.toml", run["name"], "--program", "mine.py", "--json", *options)
        return {verdict["claim"]["id"]: verdict for verdict in found.value["verdicts"]}

    judge.run = run["name"]
    return judge


def cost(openwork, run):
    sys.modules.pop("openwork_test_helper", None)
    plan = openwork("check", "claims.toml", run, "--program", "mine.py", "--plan", "--json").value
    return {claim["id"]: claim["forward_rows"] for claim in plan["claims"]}


def test_what_has_not_changed_is_not_judged_again(openwork, judged):
    first = judged()
    assert cost(openwork, judged.run) == {"right": 0, "as-the-program": 0}
    assert judged() == first


def test_a_program_whose_module_changed_is_judged_again(openwork, judged):
    first = judged()
    Path("openwork_test_helper.py").write_text(HELPER.format(0))
    assert cost(openwork, judged.run)["right"] == 0
    assert cost(openwork, judged.run)["as-the-program"] > 0
    again = judged()
    assert again["right"] == first["right"]
    assert again["as-the-program"]["sentence"] != first["as-the-program"]["sentence"]


def test_a_task_that_answers_otherwise_is_judged_again(openwork, judged, monkeypatch):
    judged()
    answers = ReverseIncrement.answers
    monkeypatch.setattr(ReverseIncrement, "answers", lambda task, questions: 1 - answers(task, questions))
    assert cost(openwork, judged.run)["right"] > 0
    judged()
    shown = openwork("runs", "show", judged.run).out
    assert "[judged by an older openwork, or on other answers: check judges it again]" not in shown


def test_a_run_is_not_shown_with_verdicts_on_other_answers(openwork, judged, monkeypatch):
    judged()
    answers = ReverseIncrement.answers
    monkeypatch.setattr(ReverseIncrement, "answers", lambda task, questions: 1 - answers(task, questions))
    assert "on other answers: check judges it again]" in openwork("runs", "show", judged.run).out
    missing = openwork("trace", judged.run, "--claim", "right")
    assert (missing.code, "no verdict on 'right' is kept" in missing.err) == (2, True)


def test_routes_and_judgements_over_training_too(openwork, judged, monkeypatch):
    def told():
        routes = openwork("routes", judged.run, "--json").value
        over = openwork("check", "claims.toml", judged.run, "--over-training", "--program", "mine.py", "--json").value
        return routes, [claim["judged"] for claim in over["claims"]]

    before = told()
    assert told() == before
    answers = ReverseIncrement.answers
    monkeypatch.setattr(ReverseIncrement, "answers", lambda task, questions: 1 - answers(task, questions))
    assert told()[1] != before[1]


def test_what_an_older_judge_said_is_told_to_be_so(openwork, judged):
    first = judged()["right"]
    with Store.open() as store:
        [run] = store.runs()
        key = next(key for key in store.verdicts(run) if key.startswith("right "))
        old = first | {"judge": JUDGE - 1, "sentence": "an old sentence"}
        store.save_verdicts(run, {key: old, "right": old})
    shown = [line for line in openwork("runs", "show", run.name).out.splitlines() if "an old sentence" in line]
    assert len(shown) == 2 and all("judged by an older openwork" in line for line in shown)
    kept = openwork("runs", "show", run.name, "--json").value["verdicts"]
    assert {key: value["current"] for key, value in kept.items() if key.startswith("right")} == {
        key: False,
        "right": False,
    }
    assert "no verdict on 'right'" in openwork("trace", run.name, "--claim", "right").err
    assert judged()["right"] == first
    again = openwork("runs", "show", run.name, "--json").value["verdicts"]
    assert again[key]["current"] and not again["right"]["current"]
