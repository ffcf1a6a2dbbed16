"""The machine's limit: float32 multiply-adds of one core at a SIMD level, measured by a small C++ program (`peak.cpp`).

`python bench/peak.py avx2` prints it, in GFLOP/s.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "peak.cpp"

FLAGS = {
    "portable": (),
    "avx2": ("-mavx2", "-mfma"),
    "avx512": ("-mavx512f", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512"),
    "neon": (),
}
"""As CMakeLists.txt has them for the kernels of a level."""


def compiler() -> str | None:
    """The C++ compiler that `CXX` names, or the first that is there."""
    named = (os.environ.get("CXX"), "c++", "g++", "clang++")
    return next((found for name in named if name and (found := shutil.which(name))), None)


def compiled_peak(folder: Path, level: str) -> Callable[[float], float] | None:
    """Builds the program for a level in `folder`; a measure in GFLOP/s, or None where there is no compiler."""
    cxx = compiler()
    if cxx is None:
        return None
    program = folder / "peak"
    command = [cxx, "-O3", *FLAGS[level], "-ffp-contract=fast", "-std=c++17", str(SOURCE), "-o", str(program)]
    subprocess.run(command, check=True)

    def measure(_: float) -> float:
        return float(subprocess.run([program], check=True, capture_output=True, text=True).stdout)

    return measure


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        peak = compiled_peak(Path(folder), sys.argv[1])
        print(f"{peak(0):.1f}" if peak else "no compiler")
