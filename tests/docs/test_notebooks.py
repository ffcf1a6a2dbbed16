"""The notebooks of examples/: executed from top to end in a kernel without a display, and stored without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from tests.docs.site_scripts import script

ROOT = Path(__file__).parents[2]
PAGES = script("notebook_pages")
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
TRAINS = re.compile(r"\bow\.(train|explain)\(")
RUN = [pytest.param(path, marks=[pytest.mark.trains] * bool(TRAINS.search(path.read_text()))) for path in NOTEBOOKS]


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_stored_without_outputs(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert not [cell.id for cell in cells if cell.outputs or cell.execution_count]


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
def test_it_runs_and_its_assertions_hold(path, tmp_path):
    """As the site runs it: in a folder of its own, and what cells write stays there."""
    notebook = PAGES.executed(path, tmp_path)
    assert any("assert " in cell.source for cell in notebook.cells)
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("text/html" in output.get("data", {}) for output in shown)
    assert not [output for output in shown if output.output_type == "error"]
    assert all(map(PAGES.output_part, shown)), "each can stand on a page"


def test_what_cells_show_stands_below_their_code():
    html, text = {"text/html": "<b>1</b>", "text/plain": "1"}, {"text/plain": "[2]"}
    outputs = [new_output("stream", text="said\n"), *(new_output("display_data", data) for data in (html, text))]
    parts = PAGES.parts_of(new_code_cell("show()", outputs=outputs))
    assert parts[:2] == ["```python\nshow()\n```", "```text\nsaid\n```"]
    assert "<b>1</b>" in parts[2] and parts[2].startswith("```{raw} html") and parts[3] == "```text\n[2]\n```"
    with pytest.raises(ValueError, match="fence"):
        PAGES.fenced("text", "a\n```\nb")
