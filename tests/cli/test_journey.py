"""The commands one after another, on a model that takes a moment to train."""

from __future__ import annotations

import os
import re
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


@pytest.mark.parametrize(("threshold", "outcome", "code"), [(0.0, "VACUOUS", 1), (1.0, "REFUTED", 1)])
def test_check_says_yes_or_no_by_its_exit_code(openwork, small, threshold, outcome, code):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text(CLAIMS.format(threshold=threshold), encoding="utf-8")
    done = openwork("check", "mine.toml", name, "--engine", "torch", "--json")
    assert done.value["verdicts"][0]["outcome"] == outcome
    assert done.code == code


EXPECTING = """
[[claim]]
id = "perfect"
kind = "accuracy"
at_least = 1.0
expect = "{expected}"
"""


@pytest.mark.parametrize(("expected", "code"), [("REFUTED", 0), ("CONFIRMED", 1), ("MIXED", 1)])
def test_a_claims_file_can_be_a_test(openwork, small, expected, code):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text(EXPECTING.format(expected=expected), encoding="utf-8")
    done = openwork("check", "mine.toml", name, "--engine", "torch")
    assert done.code == code
    assert f"{1 - code} of 1 as expected" in done.out
    assert ("perfect should be" in done.out) is bool(code)
    again = openwork("check", "mine.toml", name, "--engine", "torch", "--json")
    assert again.code == code
    assert again.value["verdicts"][0]["met"] is not bool(code)


def test_a_claim_is_judged_once_and_then_answered_from_the_store(openwork, small, monkeypatch):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text(CLAIMS.format(threshold=0), encoding="utf-8")
    Path("other.toml").write_text(CLAIMS.format(threshold=0.5).replace("more", "other"), encoding="utf-8")
    first = openwork("check", "mine.toml", name, "--engine", "torch", "--json").value
    assert openwork("check", "mine.toml", name, "--plan", "--engine", "torch", "--json").value["forward_rows"] == 0
    assert openwork("check", "other.toml", name, "--plan", "--engine", "torch", "--json").value["forward_rows"] == 8
    renamed = CLAIMS.format(threshold=0).replace("more-than-chance", "better")
    Path("mine.toml").write_text(renamed + 'expect = "REFUTED"', encoding="utf-8")
    monkeypatch.setattr("openwork.claims.claim.Claim.check", lambda *_: pytest.fail("judged again"))
    again = openwork("check", "mine.toml", name, "--engine", "torch", "--json")
    [before], [after] = first["verdicts"], again.value["verdicts"]
    assert after == before | {"claim": before["claim"] | {"id": "better"}, "expect": "REFUTED", "met": False}
    assert again.code == 1


def test_the_cost_is_told_and_nothing_is_judged(openwork, small, monkeypatch):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    monkeypatch.setattr("openwork.claims.claim.Claim.check", lambda *_: pytest.fail("judged"))
    Path("mine.toml").write_text(CLAIMS.format(threshold=0), encoding="utf-8")
    planned = openwork("check", "mine.toml", name, "--plan", "--engine", "torch", "--json")
    assert planned.code == 0
    assert planned.value["claims"] == [{"id": "more-than-chance", "kind": "accuracy", "forward_rows": 8}]
    assert planned.value["seconds_without_training"] > 0
    said = openwork("check", "mine.toml", name, "--plan", "--engine", "torch").out
    assert "more-than-chance" in said and "8 inputs through the model" in said


PROGRAM = """
def digit(x):
    open("was run", "w")
    return x[::-1]

def y(digit):
    return [(d + 1) % 2 for d in digit]
"""
IMPLEMENTS = """
[[claim]]
kind = "implements"
program = "reverse.py"
alignment = { "digit[i]" = "blocks.0.attn @ predicts y[i]" }
for = { i = "outputs" }
"""


def test_a_program_runs_only_where_the_user_gives_it(openwork, small):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text(IMPLEMENTS, encoding="utf-8")
    Path("reverse.py").write_text(PROGRAM, encoding="utf-8")
    words = ["check", "mine.toml", name, "--engine", "torch", "--json"]
    [verdict] = openwork(*words).value["verdicts"]
    assert verdict["outcome"] == "UNDECIDED"
    assert "The program reverse.py was not given, so it was not run." in verdict["sentence"]
    assert not Path("was run").exists()
    [verdict] = openwork(*words, "--program", "reverse.py").value["verdicts"]
    assert Path("was run").exists()
    assert verdict["coverage"].startswith("all 64 pairs")


def test_a_program_that_cannot_be_used_is_refused(openwork, small):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text(IMPLEMENTS, encoding="utf-8")
    Path("reverse.py").write_text(PROGRAM.replace("x[::-1]", "x[1:]"), encoding="utf-8")
    Path("other.py").write_text(PROGRAM, encoding="utf-8")
    wrong = openwork("check", "mine.toml", name, "--program", "reverse.py", "--json")
    assert wrong.code == 2
    [reason] = wrong.value["error"]["reasons"]
    assert reason["what"] == "y gives 2 values for 3 outputs; on 8 of 8 questions, first question 0: 0 0 0"
    unused = openwork("check", "mine.toml", name, "--program", "other.py")
    assert unused.code == 2
    assert "no claim names other.py" in " ".join(unused.err.split())
    missing = openwork("check", "mine.toml", name, "--program", "none.py")
    assert missing.code == 2
    assert "the program cannot be read" in " ".join(missing.err.split())


def test_a_counterexample_is_run_again(openwork, small):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text(CLAIMS.format(threshold=1.0), encoding="utf-8")
    [verdict] = openwork("check", "mine.toml", name, "--engine", "torch", "--json").value["verdicts"]
    example = verdict["counterexamples"][1]
    traced = openwork("trace", name, "--claim", "more-than-chance", "--example", "2", "--json").value
    assert traced["counterexample"] == example["line"]
    number = traced["outputs"].index(example["replay"]["output"])
    assert example["line"].endswith(
        "should be {}, the model says {}".format(traced["right"][number], traced["unedited"][number]["symbol"])
    )
    said = openwork("trace", name, "--claim", "more-than-chance").out
    assert verdict["counterexamples"][0]["line"] in " ".join(said.split())


def test_a_question_is_run_with_edits_by_hand(openwork, small):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    words = ["trace", name, "0 1 1", "--patch", "hook_embed @ x[2]", "--from", "2", "--zero", "blocks.0.mlp"]
    traced = openwork(*words, "--json").value
    assert [edit["edit"] for edit in traced["replay"]["edits"]] == ["zero", "patch"]
    assert (traced["replay"]["question"], traced["replay"]["other"]) == (3, 2)
    assert traced["other_right"] == ["1", "0", "1"]
    text = openwork(*words).out
    assert "with edits" in text and "question 3, values from question 2" in text


@pytest.mark.parametrize(
    ("words", "complaints"),
    [
        (["0 1 2", "--zero", "blocks.7.mlp"], ["is no question of this task", "this model has no such site"]),
        (["0", "--patch", "hook_embed"], ["one is given without the other"]),
        ([], ["QUESTION: is missing"]),
        (["--claim", "nothing"], ["no verdict on 'nothing' is kept"]),
        (["9"], ["[9] are not in the domain"]),
    ],
)
def test_what_cannot_be_traced(openwork, small, words, complaints):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    done = openwork("trace", name, *words)
    assert done.code == 2
    assert all(complaint in " ".join(done.err.split()) for complaint in complaints), done.err


def test_claims_about_another_task_are_refused_in_one_line(openwork, small):
    name = openwork("train", "reverse-increment", *small, "--json").value[0]["name"]
    Path("mine.toml").write_text('task = "palindrome"\n' + IMPLEMENTS, encoding="utf-8")
    done = openwork("check", "mine.toml", name, "--json")
    assert done.code == 2
    [reason] = done.value["error"]["reasons"]
    assert reason["what"] == "these claims are about 'palindrome', and the model was trained on 'reverse-increment'"


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
    assert "65,536 inputs\n" in openwork("tasks").out


def test_ctrl_c_leaves_a_run_that_the_same_command_finishes(openwork, small):
    words = ["train", "reverse-increment", *small[:-4], "--epochs", "100000", "--all-epochs", *small[-2:]]
    code = f"from openwork.cli.app import main; main({words!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=os.environ)
    until = time.monotonic() + 60
    while not openwork("runs", "list", "--json").value and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "run the same command again" in said
    assert "openwork train reverse-increment" in said
    assert "Traceback" not in said
    [run] = openwork("runs", "list", "--json").value
    assert run["status"] == "training"
    assert run["epoch"] >= 1


TOO_MANY = ("palindrome", "--n-layers", "1", "--d-model", "4", "--n-heads", "1", "--d-head", "2", "--d-mlp", "4")


def test_a_task_with_too_many_questions_is_trained_judged_and_reported_on_drawn_ones(openwork):
    drawn = ("--train-inputs", "200", "--fresh", "--epochs", "2", "--engine", "torch")
    trained = openwork("train", *TOO_MANY, *drawn, "--json")
    assert trained.code == 0, trained.err
    name = trained.value[0]["name"]
    assert trained.value[0]["last"]["train"]["inputs"] == 183
    Path("mine.toml").write_text(CLAIMS.format(threshold=0.05), encoding="utf-8")
    asked = ("--inputs", "300", "--sample-seed", "4", "--engine", "torch")
    done = openwork("check", "mine.toml", name, *asked, "--json")
    verdict = done.value["verdicts"][0]
    assert (done.code, verdict["outcome"]) == (1, "VACUOUS")
    assert verdict["coverage"] == "300 inputs drawn with seed 4, of about 6.7e29"
    assert verdict["parts"][0]["low"] < verdict["parts"][0]["value"] < verdict["parts"][0]["high"]
    reported = openwork("report", name, *asked, "-o", "page.html", "--json")
    assert reported.code == 0, reported.err
    page = Path("page.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "300 inputs drawn" in page and "of all, with 95 % confidence" in page
    assert "300 inputs drawn with seed 4, of about 6.7e29; the second half mirrors the first" in page


def test_a_task_with_too_many_questions_says_how_to_train_it(openwork):
    done = openwork("train", *TOO_MANY)
    assert done.code == 2
    said = " ".join(done.err.split())
    assert "about 6.7e29" in said and "--train-inputs 60000" in said


def test_a_model_that_learned_from_drawn_inputs_is_explained_on_all_where_they_are_few(openwork):
    small = ("running-sum-sign", "--param", "largest=1", "--param", "length=3", "-o", "page.html")
    done = openwork("explain", *small)
    assert done.code == 0, done.err
    assert re.search(r"right on  27 of 27 inputs[\n;]", done.out)  # behind which a proof may stand
    [run] = {run["name"] for run in openwork("runs", "list", "--json").value if run["name"] in done.out}
    decompiled = "Found in the model and tested there" in " ".join(done.out.split())
    assert done.out.endswith(f"Next: openwork decompile {run}\n") is not decompiled
    assert "Whether the program is the whole of it" in Path("page.html").read_text(encoding="utf-8")
    done = openwork("explain", *small, "--inputs", "26")
    said = " ".join(done.out.split())
    assert "right on 26 of 26 inputs drawn with seed 0, of 27: 86.77 % to 100 % of all, with 95 % confidence" in said
