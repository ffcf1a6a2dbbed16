"""Holds what levels.cpp printed, built by several compilers, to what the first one's portable level computed.

`compare.py NAME=FILE ...`; ends with 1 where a number differs by more than rounding.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
"""Of the largest number of an array."""
Numbers = dict[tuple[str, ...], np.ndarray]


def read(path: Path) -> Numbers:
    """By level, dtype, model and what it is."""
    lines, found, at = path.read_text().splitlines(), {}, 0
    while at < len(lines):
        level, dtype, _, model, *what, count = lines[at].split()
        found[level, dtype, model, " ".join(what)] = np.array(lines[at + 1 : at + 1 + int(count)], np.float64)
        at += 1 + int(count)
    return found


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest, relative to the largest number; infinite where not the same numbers are finite."""
    there = np.isfinite(expected)
    if found.shape != expected.shape or not np.array_equal(there, np.isfinite(found)):
        return float("inf")
    distance = np.abs(found[there] - expected[there]).max(initial=0)
    return float(distance / np.abs(expected[there]).max(initial=1e-30))


def main() -> int:
    """Prints the largest difference of every compiler, level and dtype."""
    compilers = {name: read(Path(path)) for name, path in (argument.split("=") for argument in sys.argv[1:])}
    reference, worst = next(iter(compilers.values())), {}
    for compiler, numbers in compilers.items():
        if {key[1:] for key in numbers} != {key[1:] for key in reference}:
            raise SystemExit(f"{compiler} printed other things than the first compiler")
        for (level, dtype, *rest), found in numbers.items():
            here = difference(found, reference["portable", dtype, *rest])
            worst[compiler, level, dtype] = max(worst.get((compiler, level, dtype), 0.0), here)
    for (compiler, level, dtype), largest in worst.items():
        print(f"{compiler:10} {level:9} {dtype}: {largest:.1e}")
    return int(any(largest > TOLERANCE[dtype] for (_, _, dtype), largest in worst.items()))


if __name__ == "__main__":
    sys.exit(main())
