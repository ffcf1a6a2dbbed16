"""Commands in processes of their own, on a disk that can fail, killed where wanted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parent / "job_server.py"


class Jobs:
    """One process that gives all the commands: see `job_server.py` for what can be asked of it, and what it answers."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        pipe = subprocess.PIPE
        around = os.environ | {"COLUMNS": "80"} | dict(environment or {})
        self.process = subprocess.Popen([sys.executable, str(SERVER)], stdin=pipe, stdout=pipe, text=True, env=around)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def begin(self, command: Sequence[str], home: Path, **how: Any) -> None:
        """Gives a command on the store at `home`; one at a time."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"command": list(command), "home": str(home), **how}) + "\n")
        self.process.stdin.flush()

    def end(self) -> dict[str, Any]:
        """Waits for what was begun."""
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def __call__(self, command: Sequence[str], home: Path, **how: Any) -> dict[str, Any]:
        self.begin(command, home, **how)
        return self.end()

    def close(self) -> None:
        """Ends the process."""
        self.process.communicate()
