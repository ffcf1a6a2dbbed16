"""Somebody else's model judged on a task of the user's own, and opened again later, wherever the task's file lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import openwork as ow
from openwork.errors import TaskError
from openwork.interop import export_model
from openwork.jobs.given_task import given_task
from openwork.models import Stack, n_params, spec_for

OWN = '''import openwork


@openwork.task(a=3, b=3)
def add(a, b):
    """add two numbers"""
    return (a + b) % 3
'''
CLAIMS = '[[claim]]\nkind = "accuracy"\nat_least = 0.0\nexpect = "VACUOUS"\n'


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(OWN)


@pytest.fixture
def file(tmp_path: Path) -> str:
    spec = spec_for(given_task("own.py"), n_layers=1, d_model=4, n_heads=1, d_head=2, attn_only=True)
    numbers = np.random.default_rng(0).normal(size=(1, n_params(spec))).astype(np.float32)
    export_model(Stack(spec, numbers), "safetensors", Path("theirs.safetensors"))
    return "theirs.safetensors"


def test_an_import_judged_by_a_task_of_ones_own_is_opened_again(openwork, file):
    done = openwork("import", file, "--task", "own.py", "--json")
    assert (done.code, done.value["task"]) == (0, "add"), done.err
    name = done.value["name"]
    Path("claims.toml").write_text(CLAIMS)
    commands = (
        "runs show RUN",
        "report RUN -o page.html",
        "analyse RUN logit-lens",
        "trace RUN 3",
        "check claims.toml RUN",
    )
    for words in commands:
        done = openwork(*words.replace("RUN", name).split())
        assert done.code == 0, done.err


def test_a_page_of_a_model_and_a_task_of_ones_own(openwork, file):
    Path("claims.toml").write_text('title = "Theirs"\n' + CLAIMS)
    done = openwork("gallery", file, "claims.toml", "--task", "own.py", "-o", "page.md")
    assert done.code == 0 and Path("page.md").read_text().startswith("# Theirs"), done.err
    Path("claims.toml").write_text('title = "Theirs"\ntask = "palindrome"\n' + CLAIMS)
    other = openwork("gallery", file, "claims.toml", "--task", "own.py", "-o", "page.md")
    assert other.code == 2 and "about palindrome, and own.py is add" in other.err.replace("\n", " ")


def test_a_file_that_claims_name_is_not_executed(openwork, file):
    Path("claims.toml").write_text('title = "Theirs"\ntask = "trap.py"\n')
    Path("trap.py").write_text("open('ran', 'w')\n" + OWN)
    assert openwork("gallery", file, "claims.toml", "-o", "page.md").code == 2
    assert not Path("ran").exists()


def test_a_task_file_that_moved_is_found_once_asked_for_where_it_lies(openwork, file):
    name = openwork("import", file, "--task", "own.py", "--json").value["name"]
    Path("own.py").rename("moved.py")
    gone = openwork("report", name)
    assert gone.code == 2 and "say where it lies now: openwork tasks" in gone.err.replace("\n", " ")
    assert openwork("tasks", "moved.py").code == 0
    assert openwork("report", name).code == 0
    assert openwork("import", file, "--task", "moved.py", "--json").value["name"] == name
    Path("own.py").write_text(OWN.replace("% 3", "% 2"))
    assert openwork("report", name).code == 0
    Path("moved.py").unlink()
    changed = openwork("report", name)
    assert changed.code == 2 and "has changed" in changed.err


def test_in_python_a_file_or_a_function_is_a_task(file, tmp_path):
    run = ow.import_model(file, "own.py", store=tmp_path / "kept")
    assert ow.open_run(run.stored.name, store=tmp_path / "kept").stored.task == run.stored.task

    @ow.task(a=3, b=3)
    def add(a: int, b: int) -> int:
        return (a + b) % 3

    told = ow.import_model(file, add, store=tmp_path / "kept")
    assert ow.open_run(told.run.name, store=tmp_path / "kept").stored.task == add()
    with pytest.raises(TaskError, match="raises ZeroDivisionError"):
        Path("bad.py").write_text(OWN.replace("% 3", "// b"))
        ow.import_model(file, "bad.py", store=tmp_path / "kept")
