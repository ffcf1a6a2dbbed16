"""docs/architecture.md says of some additions that they are one file and one line: here they are, in a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from openwork.engines.native import _core

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "additions"
ADDITIONS = {
    "a task": (
        "minimum.py",
        "tasks/minimum.py",
        "tasks/ours.py",
        "from openwork.tasks.minimum import Minimum as Minimum",
    ),
    "an analysis": (
        "worst_loss.py",
        "analyses/worst_loss.py",
        "analyses/listed.py",
        "from openwork.analyses.worst_loss import WorstLoss as WorstLoss, worst_loss as worst_loss",
    ),
    "a section of the report": (
        "worst_loss_section.py",
        "report/sections/worst_loss.py",
        "report/listed_sections.py",
        "from openwork.report.sections.worst_loss import worst_loss_parts as worst_loss_parts",
    ),
    "a kind of claim": (
        "answers_something.py",
        "claims/kinds/answers_something.py",
        "claims/listed_kinds.py",
        "from openwork.claims.kinds.answers_something import AnswersSomething as AnswersSomething",
    ),
    "a command": (
        "echo.py",
        "cli/commands/echo.py",
        "cli/registry.py",
        '"echo": Command("openwork.cli.commands.echo", "Say it again."),',
    ),
}
"""for each: its file here, where it goes, the file with the list, and the line"""
NO_EDITABLE = (
    "import sys\nsys.meta_path[:] = [finder for finder in sys.meta_path if 'editable' not in type(finder).__module__]\n"
)
"""what finds an editable installation goes before every path: without it the copy is the package"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("copy")
    package = home / "src" / "openwork"
    shutil.copytree(ROOT / "src" / "openwork", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", home)
    shutil.copy(_core.__file__, package / "engines" / "native")  # of an editable installation it lies elsewhere
    (home / "src" / "sitecustomize.py").write_text(NO_EDITABLE, encoding="utf-8")
    for own, place, listed, line in ADDITIONS.values():
        assert not (package / place).exists()
        shutil.copy(HERE / own, package / place)
        before = (package / listed).read_text(encoding="utf-8")
        cut = before.rindex("}\n") if line.endswith(",") else len(before)  # a line of a mapping stands inside it
        (package / listed).write_text(f"{before[:cut]}{line}\n{before[cut:]}", encoding="utf-8")
    return home


def ended(copy: Path, *words: str | Path) -> str:
    """What the command says, which must end well; it finds the copy's package."""
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "COLUMNS": "80"}
    done = subprocess.run([sys.executable, *words], cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_file_and_a_line_are_enough(copy):
    assert "added" in ended(copy, HERE / "uses.py")


def test_what_was_added_keeps_the_way_through_the_house(copy):
    ended(copy, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))")


def test_the_architecture_says_so():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1].strip(): row.split("|")[3] for row in text.splitlines() if row.startswith("| a")}
    for what, (_, _, listed, _) in ADDITIONS.items():
        assert f"`{listed}`" in rows[what], what
