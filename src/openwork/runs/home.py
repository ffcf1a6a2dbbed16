"""Which folder holds the runs."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "OPENWORK_HOME"
"""the environment variable that names the folder"""


def default_home() -> Path:
    """The folder that `OPENWORK_HOME` names, or `openwork-runs` in the working directory."""
    return Path(os.environ.get(VARIABLE) or "openwork-runs").expanduser().absolute()
