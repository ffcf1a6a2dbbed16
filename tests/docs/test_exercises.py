"""The exercises: as they are handed out the check ends with an error or a no, with the solution it ends with 0.

The commands are those that the page gives.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXERCISES = ROOT / "docs" / "exercises"
SOLUTIONS = Path(__file__).parent / "solutions"
PAGE = (EXERCISES / "README.md").read_text(encoding="utf-8")
COMMANDS = [part.strip().splitlines() for part in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.S | re.M)]
CHECKS = [lines[0] for lines in COMMANDS[1:]]
NUMBERS = [
    pytest.param(number, marks=[pytest.mark.trains] * line.startswith("openwork explain"))
    for number, line in enumerate(CHECKS, 1)
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A folder with what a clone has of the exercises, and a store with the two models."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(EXERCISES, folder / "docs" / "exercises")
    shutil.copytree(ROOT / "tests" / "known_circuits" / "solved", folder / "tests" / "known_circuits" / "solved")
    for line in COMMANDS[0]:
        assert run(line, folder) == 0
    return folder


def run(line: str, folder: Path) -> int:
    command, *arguments = shlex.split(line)
    assert command == "openwork"
    settings = {"OPENWORK_HOME": str(folder / "runs"), "XDG_STATE_HOME": str(folder / "state")}
    program = [sys.executable, "-c", "from openwork.cli.app import main; main()", *arguments]
    return subprocess.run(program, cwd=folder, env=os.environ | settings, capture_output=True).returncode


def test_every_exercise_has_a_file_a_check_and_a_solution():
    numbers = [str(i) for i in range(1, len(CHECKS) + 1)]
    assert numbers == re.findall(r"^## (\d)\. ", PAGE, re.M)
    for folder in (EXERCISES, SOLUTIONS):
        assert sorted({path.name[0] for path in folder.iterdir()} - {"R", "_"}) == numbers


@pytest.mark.parametrize("number", NUMBERS)
def test_it_is_not_solved_as_it_stands_and_is_solved_by_its_solution(number, clone):
    given = clone / "docs" / "exercises"
    assert run(CHECKS[number - 1], clone) in (1, 2)
    for solution in SOLUTIONS.glob(f"{number}*"):
        assert (given / solution.name).exists()
        shutil.copy(solution, given)
    assert run(CHECKS[number - 1], clone) == 0
    assert "?" not in "".join(path.read_text(encoding="utf-8") for path in SOLUTIONS.glob(f"{number}*.toml"))
