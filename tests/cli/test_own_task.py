"""A task of the user's own: from `openwork new task` to a judged model, and what may go wrong on the way."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from openwork.runs import Store
from openwork.training import experiment_from_json

QUICK = ("--seed", "0", "--engine", "native")
START = "import openwork\n\n\n"


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def write(text: str, name: str = "mine.py") -> str:
    Path(name).write_text(START + text, encoding="utf-8")
    return name


SMALL = (
    "@openwork.task(a=3, b=3, training={'epochs': 2}, model={'n_layers': 1})\n"
    "def add(a, b):\n"
    '    """add two numbers"""\n'
    "    return (a + b) % 3\n"
)


def test_the_start_that_is_written_works_and_is_not_overwritten(openwork):
    assert openwork("new", "task", "largest-of").code == 0
    assert openwork("new", "task", "largest-of").code == 2
    done = openwork("explain", "largest_of.py", "--param", "base=4", "--param", "length=2", "--json", *QUICK)
    claims = [verdict["claim"]["id"] for verdict in done.value["verdicts"]]
    assert claims == ["right", "needs-attention"]
    assert (done.value["run"]["task"], Path("largest-of.html").exists()) == ("largest-of", True)


def test_a_run_finds_its_file_again_unless_it_is_gone_changed_or_not_asked_for(openwork, tmp_path):
    file = write(SMALL)
    run = openwork("train", file, "--json", *QUICK).value[0]["name"]
    assert openwork("runs", "show", run).code == 0
    (tmp_path / "state" / "openwork" / "asked-for-tasks").unlink()
    # In this process the text is loaded already; that it is not executed shows in the refusal alone.
    refused = openwork("runs", "show", run)
    assert (refused.code, "you have not asked for it" in refused.err.replace("\n", " ")) == (2, True)
    assert openwork("tasks", file).code == 0
    assert openwork("report", run).code == 0
    write(SMALL + "# another text\n")
    changed = openwork("report", run)
    assert (changed.code, "has changed" in changed.err) == (2, True)
    Path(file).unlink()
    gone = openwork("report", run)
    assert (gone.code, "put the file back" in gone.err.replace("\n", " ")) == (2, True)


def test_where_the_file_lies_does_not_change_the_name_of_a_run(openwork):
    first = openwork("train", write(SMALL), "--json", *QUICK).value[0]["name"]
    assert openwork("train", write(SMALL, "moved.py"), "--json", *QUICK).value[0]["name"] == first
    other = SMALL.replace("% 3", "% 2")
    assert openwork("train", write(other), "--json", *QUICK).value[0]["name"] != first


BAD = {
    "not Python": ("def :\n", "not Python"),
    "raises when it is read": ("1 / 0\n", "raises ZeroDivisionError: division by zero (line 4)"),
    "no task": ("x = 3\n", "has no task"),
    "two tasks": (SMALL + SMALL.replace("add(", "sub("), "has 2: add, sub"),
    "a taken name": (SMALL.replace("def add", "def palindrome"), "openwork has a task palindrome"),
    "raises on a question": (SMALL.replace("% 3", "// b"), "a=0, b=0: raises ZeroDivisionError"),
    "raises in a library": (
        "import random\n" + SMALL.replace("(a + b) % 3", "random.choice([])"),
        "a=0, b=0: raises IndexError: Cannot choose from an empty sequence (line 8)",
    ),
    "is not a function": (
        "from itertools import count\nasked = count()\n" + SMALL.replace("(a + b) % 3", "next(asked)"),
        "a=0, b=0: is answered 0, and then 9",
    ),
    "no answer": (SMALL.replace("(a + b) % 3", "None"), "returns nothing: it needs a `return`"),
    "ends the program": (SMALL.replace("return (a", "exit((a").replace("% 3", "% 3)"), "a=0, b=0: raises SystemExit"),
    "answers of several lengths": (SMALL.replace("(a + b) % 3", "[0] * (a + 1)"), "has 2 answers, and a=0, b=0 has 1"),
    "always the same": (SMALL.replace("(a + b) % 3", "7"), "have the same answers"),
    "variables not declared": (SMALL.replace("a=3, ", "c=3, "), "a: its values are not declared"),
    "symbols that clash": (SMALL.replace("a=3", "a=['+', '+']"), "clash"),
    "a size that is no parameter": (SMALL.replace("a=3", "a='base'"), "there is no parameter 'base'"),
    "too many values": (SMALL.replace("a=3", "a=3_000_000"), "has 3,000,000 values"),
    "a recipe that cannot be": (SMALL.replace("'n_layers': 1", "'n_layer': 1"), "model, n_layer"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_with_a_task_is_told_before_anything_trains(openwork, what):
    text, told = BAD[what]
    done = openwork("explain", write(text), "--json", *QUICK)
    said = [done.value["error"]["title"], *(f"{r['where']}: {r['what']}" for r in done.value["error"]["reasons"])]
    assert done.code == 2
    assert told in "\n".join(said), said
    assert not Path("kept runs").exists()


def test_names_that_cannot_be_are_told(openwork):
    for name in ("My Task", "9th", "palindrome", "try", "openwork"):
        assert openwork("new", "task", name).code == 2
    assert not list(Path(".").glob("*.py"))


ON_OTHERS = {
    "an imported module": (
        "import openwork_test_helper\n" + SMALL.replace("(a + b) % 3", "openwork_test_helper.answer(a, b)"),
        "openwork_test_helper.py",
        "def answer(a, b):\n    return (a + {} * b) % 3\n",
    ),
    "a data file": (
        "from pathlib import Path\nBY = int(Path('by.txt').read_text())\n" + SMALL.replace("+ b", "+ BY * b"),
        "by.txt",
        "{}",
    ),
}


@pytest.mark.parametrize("what", ON_OTHERS)
def test_a_task_whose_answers_changed_under_the_same_text_is_trained_anew(openwork, what, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    text, other, says = ON_OTHERS[what]
    file = write(text)

    def answering(by: int) -> None:
        sys.modules.pop("openwork_test_helper", None)
        Path(other).write_text(says.format(by))

    def trained() -> str:
        return openwork("train", file, "--json", *QUICK).value[0]["name"]

    answering(1)
    first = trained()
    assert trained() == first
    answering(2)
    second = trained()
    assert second != first
    assert openwork("report", second).code == 0
    changed = openwork("report", first)
    said = " ".join(changed.err.split())
    assert (changed.code, "answers otherwise than when the run was made" in said) == (2, True)
    answering(1)
    assert openwork("tasks", file).code == 0
    assert openwork("report", first).code == 0


def test_a_run_of_before_answers_were_kept_opens(openwork):
    name = openwork("train", write(SMALL), "--json", *QUICK).value[0]["name"]
    with Store.open() as store:
        [run] = store.runs()
    told = json.loads(run.experiment_json)
    assert told["task"].pop("answers")
    assert experiment_from_json(told) == run.experiment
    assert run.name == name
