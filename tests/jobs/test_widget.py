"""`run.page()`: in a kernel, what its question may be, and what it says of what is none."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from openwork.analyses import Subject
from openwork.engines.native import NativeEngine
from openwork.errors import PlanError
from openwork.jobs.drawing import values_asked
from openwork.models import initial_stack, spec_for
from openwork.page import widget
from openwork.tasks import BalancedBrackets

SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved" / "model_A.safetensors"
CELL = """
import openwork
run = openwork.import_model({file!r}, "reverse-increment", store={store!r})
page = run.page()
print(page.question)
for asked in ("0 1 2 3 0 1 2 3", 5, [3, 2, 1, 0, 3, 2, 1, 0]):
    page.question = asked
    print(page.question)
try:
    page.question = [9] * 8
except openwork.OpenworkError as error:
    print(type(error).__name__, page.question)
"""
PRINTED = """[]
[0, 1, 2, 3, 0, 1, 2, 3]
[0, 0, 0, 0, 0, 0, 1, 1]
[3, 2, 1, 0, 3, 2, 1, 0]
PlanError [3, 2, 1, 0, 3, 2, 1, 0]
"""


def test_its_question_is_set_and_read_in_a_kernel(tmp_path):
    pytest.importorskip("anywidget")
    cell = nbformat.v4.new_code_cell(CELL.format(file=str(SOLVED), store=str(tmp_path)))
    done = NotebookClient(nbformat.v4.new_notebook(cells=[cell]), timeout=600, kernel_name="python3").execute()
    [printed] = [one["text"] for one in done.cells[0].outputs if one.get("name") == "stdout"]
    assert printed == PRINTED


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    widget._kind.cache_clear()
    with pytest.raises(PlanError, match=r"pip install 'openwork\[jupyter\]'"):
        widget._kind()


@pytest.mark.parametrize("wrong", [[2, 2, 0, 0, 1, 1, 1], [2] * 6, [2, 9, 1, 0, 0, 0, 0], ["(", ")", 1, 0, 0, 0, 0]])
def test_what_is_no_question_is_refused(wrong):
    task = BalancedBrackets(6)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    subject = Subject.of(NativeEngine(1), initial_stack(spec, [0]), task)
    assert values_asked(subject, [2, 3, 1, 0, 0, 0, 0]) == [2, 3, 1, 0, 0, 0, 0]
    with pytest.raises(PlanError, match="7 values, one for each variable"):
        values_asked(subject, wrong)
