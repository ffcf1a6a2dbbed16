"""The machine's limit: float32 fused multiply-adds of one core, measured by a small C++ program (`peak.cpp`)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "peak.cpp"


def compiler() -> str | None:
    """The C++ compiler that `CXX` names, or the first that is there."""
    named = (os.environ.get("CXX"), "c++", "g++", "clang++")
    return next((found for name in named if name and (found := shutil.which(name))), None)


def compiled_peak(folder: Path) -> Callable[[float], float] | None:
    """Builds the program in `folder`; a measure in GFLOP/s, or None where there is no compiler."""
    cxx = compiler()
    if cxx is None:
        return None
    program = folder / "peak"
    command = [cxx, "-O3", "-march=native", "-ffp-contract=fast", "-std=c++17", str(SOURCE), "-o", str(program)]
    subprocess.run(command, check=True)

    def measure(_: float) -> float:
        return float(subprocess.run([program], check=True, capture_output=True, text=True).stdout)

    return measure
