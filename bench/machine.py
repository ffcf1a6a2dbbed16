"""What the figures were measured on: the machine and its software."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from openwork.engines.choose import available_threads


def machine() -> str:
    """One line."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{processor()}, {available_threads()} of {os.cpu_count()} cores, {system}"


def processor() -> str:
    """The processor's name where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or "unknown processor"
