"""What a user waits for and stores: how long a program takes to start, how large an environment is."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def start_up(*command: str) -> Callable[[float], float]:
    """A measure: seconds from starting the command to its end. It runs once, unmeasured, to fill the disk's cache."""
    subprocess.run(command, check=True, capture_output=True)

    def measure(_: float) -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started

    return measure


def megabytes(environment: Path) -> float:
    """All files of a virtual environment, links not followed."""
    files = (Path(folder) / name for folder, _, names in os.walk(environment) for name in names)
    return sum(file.lstat().st_size for file in files) / 1e6


def environment_of(python: str) -> Path:
    """The virtual environment that an interpreter belongs to."""
    return Path(ask(python, "import sys; print(sys.prefix)"))


def has(python: str, package: str) -> bool:
    """Whether an environment has this package."""
    code = f"import importlib.util as u; print(u.find_spec({package!r}) is not None)"
    return ask(python, code) == "True"


def ask(python: str, code: str) -> str:
    """What a line of Python prints there."""
    command: Sequence[str] = (python, "-c", code)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
