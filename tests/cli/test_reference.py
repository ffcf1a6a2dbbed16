from __future__ import annotations

from pathlib import Path

from openwork.analyses import ANALYSES
from openwork.cli.reference import analysis_reference, command_reference, task_reference
from openwork.cli.registry import COMMANDS
from openwork.tasks import task_types

DOCS = Path(__file__).parents[2] / "docs"
MEND = "run scripts/generate_docs.py"


def test_the_command_reference_is_up_to_date():
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == command_reference(), MEND


def test_the_task_reference_is_up_to_date():
    assert (DOCS / "tasks.md").read_text(encoding="utf-8") == task_reference(), MEND


def test_the_reference_of_analyses_is_up_to_date():
    assert (DOCS / "analyses.md").read_text(encoding="utf-8") == analysis_reference(), MEND


def test_every_command_task_and_analysis_has_its_place_there():
    for name in COMMANDS:
        assert f"## openwork {name}\n" in command_reference()
    for name in task_types():
        assert f"## {name}\n" in task_reference()
    for name in ANALYSES:
        assert f"## {name}\n" in analysis_reference()
