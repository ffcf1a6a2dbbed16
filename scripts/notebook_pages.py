"""A notebook as a page of the site: its text, its code, and what its cells show when they are run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from fingerprint import fingerprint

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "site" / "notebooks"
RUN_ON = ("src", "core", "tests/known_circuits/solved")
"""what the outputs depend on, beside the notebook and its Python"""
SECONDS = 600
"""for one cell, on a machine that others use too"""
RICHEST = ("text/html", "image/svg+xml")
"""what of an output is shown as it is; else its text"""


def notebook_page(path: Path, run: bool) -> str:
    """Markdown, beginning with the notebook's own heading; with `run`, what its cells show stands below each."""
    notebook = executed_once(path) if run else nbformat.read(path, as_version=4)
    title, *rest = (part for cell in notebook.cells for part in parts_of(cell))
    shown = "with what its cells showed when this site was built" if run else "without what its cells show"
    where = f"This is `{path.parent.name}/{path.name}`, {shown}: open it in Jupyter to try more."
    return "\n\n".join([title, where, *rest, ""])


def executed_once(path: Path) -> NotebookNode:
    """The notebook run, or as it came out before where nothing that it runs on has changed since."""
    digest = fingerprint([path, *(ROOT / name for name in RUN_ON)])[:16]
    kept = KEPT / f"{path.stem}-{digest}.ipynb"
    if kept.exists():
        return nbformat.read(kept, as_version=4)
    with tempfile.TemporaryDirectory(prefix="openwork-notebook-") as folder:
        notebook = executed(path, Path(folder))
    KEPT.mkdir(parents=True, exist_ok=True)
    for old in KEPT.glob(f"{path.stem}-*.ipynb"):
        old.unlink()
    nbformat.write(notebook, kept)
    return notebook


def executed(path: Path, folder: Path) -> NotebookNode:
    """The notebook after a run from top to end, in an empty folder with a store of its own.

    Raises:
        CellExecutionError: a cell that fails, its assertions among them.
    """
    place = folder / path.parent.name
    place.mkdir()
    (folder / "tests").symlink_to(ROOT / "tests")  # a cell opens a model that lies there
    own = {"OPENWORK_HOME": str(folder / "store"), "XDG_STATE_HOME": str(folder / "state")}
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"} | own
    notebook = nbformat.read(path, as_version=4)
    asked = {"timeout": SECONDS, "kernel_name": "python3", "resources": {"metadata": {"path": str(place)}}}
    NotebookClient(notebook, **asked).execute(env=env)
    return notebook


def parts_of(cell: NotebookNode) -> list[str]:
    """A cell as Markdown: its text, or its code and then each of its outputs."""
    if cell.cell_type != "code":
        return [cell.source]
    return [fenced("python", cell.source), *map(output_part, cell.outputs)]


def output_part(output: NotebookNode) -> str:
    """What a cell showed: HTML and drawings as they are, else as text."""
    if output.output_type == "stream":
        return fenced("text", output.text)
    for kind in RICHEST:
        if kind in output.data:
            return fenced("{raw} html", f'<div class="cell-output">\n{output.data[kind]}\n</div>')
    return fenced("text", output.data["text/plain"])


def fenced(kind: str, text: str) -> str:
    """Text between fences.

    Raises:
        ValueError: the text has a fence, which would end it.
    """
    if any(line.startswith("```") for line in text.splitlines()):
        raise ValueError(f"a fence in what a notebook shows: {text[:200]}")
    return f"```{kind}\n{text.rstrip()}\n```"
