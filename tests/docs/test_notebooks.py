"""The notebooks of examples/: executed from top to end in a kernel without a display, and stored without outputs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
TRAINS = re.compile(r"\bow\.(train|explain)\(")
RUN = [pytest.param(path, marks=[pytest.mark.trains] * bool(TRAINS.search(path.read_text()))) for path in NOTEBOOKS]
SECONDS = 300
"""for one cell, on a machine that others use too"""


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_stored_without_outputs(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert not [cell.id for cell in cells if cell.outputs or cell.execution_count]


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
def test_it_runs_and_its_assertions_hold(path, tmp_path, monkeypatch):
    """In a copy: `../tests` is this clone's, and what cells write stays there."""
    folder = tmp_path / "examples"
    folder.mkdir()
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    shutil.copy(path, folder)
    monkeypatch.setenv("OPENWORK_HOME", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("DISPLAY", raising=False)
    notebook = nbformat.read(folder / path.name, as_version=4)
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    assert any("assert " in cell.source for cell in notebook.cells)
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("text/html" in output.get("data", {}) for output in shown)
    assert not [output for output in shown if output.output_type == "error"]
