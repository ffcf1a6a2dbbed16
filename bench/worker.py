"""One side of a comparison in a process of its own, warm and waiting while the others are measured."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
QUIET = {"PYTHONWARNINGS": "ignore::DeprecationWarning"}


class Worker:
    """Runs `script` of this folder under an interpreter; libraries get one thread."""

    def __init__(self, python: str, script: str, *arguments: str) -> None:
        command = [python, str(HERE / script), *arguments]
        environment = os.environ | QUIET | ONE_THREAD
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    @cached_property
    def _introduced(self) -> dict[str, Any]:
        """Waits until the worker has imported what it needs; several can do that at once."""
        found: dict[str, Any] = self._read("ready")
        return found

    @property
    def name(self) -> str:
        """What it is, with versions."""
        return str(self._introduced["name"])

    @property
    def figures(self) -> tuple[str, ...]:
        """What it can measure."""
        return tuple(self._introduced["figures"])

    def measure(self, figure: str, seconds: float) -> float:
        """The value of one figure, measured for about so many seconds."""
        assert self.process.stdin is not None and self.name
        print(json.dumps({"figure": figure, "seconds": seconds}), file=self.process.stdin, flush=True)
        return float(self._read("answer"))

    def close(self) -> None:
        """Ends the process, which stops when there is nothing more to read."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def _read(self, word: str) -> Any:
        assert self.process.stdout is not None
        start = f"openwork-bench {word} "
        for line in self.process.stdout:
            if line.startswith(start):
                return json.loads(line.removeprefix(start))
        raise SystemExit(f"{self.process.args} stopped with {self.process.wait()}")
