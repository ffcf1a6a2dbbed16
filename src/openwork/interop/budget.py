"""What arrays of a file may take, looked at before any is made."""

from __future__ import annotations

from collections.abc import Mapping

from openwork.errors import CheckpointError, Reason

LARGEST = 2**30
"""bytes in memory, of all arrays as float64"""
RATIO = 16
"""times the file's own size; halves that become float64 take four, and weights that are shared a few times more"""
MOST_ARRAYS = 10_000
"""a model of 64 layers has a thousand"""
MOST_AXES = 8
LONGEST_NAME = 200


def require_small(name: str, shapes: Mapping[str, tuple[int, ...]], size: int) -> None:
    """Raises CheckpointError where a file of `size` bytes describes arrays that a model does not need."""
    reasons = []
    if len(shapes) > MOST_ARRAYS:
        reasons.append(Reason(name, f"holds {len(shapes):,} tensors, more than the {MOST_ARRAYS:,} that are read here"))
        shapes = {}
    axes = next((key for key, shape in shapes.items() if len(shape) > MOST_AXES), None)
    if axes is not None:
        what = f"has {len(shapes[axes])} axes, more than any weight"
        reasons.append(Reason(f"{name}, {axes[:LONGEST_NAME]}", what))
    long = next((key for key in shapes if len(key) > LONGEST_NAME), None)
    if long is not None:
        what = f"a tensor's name has {len(long):,} characters, more than {LONGEST_NAME}"
        reasons.append(Reason(f"{name}, {long[:40]}…", what))
    most = min(LARGEST, RATIO * size + 2**16)
    total = 0
    for key, shape in shapes.items():
        numbers = 8
        for length in shape:
            numbers *= max(length, 1)  # an empty array may not claim to be huge in its other axes either
            if numbers > LARGEST:
                break
        total += numbers
        if total > most:
            what = f"its tensors take more than the {most:,} bytes that are read of a file of {size:,}"
            reasons.append(Reason(f"{name}, {key[:LONGEST_NAME]}", what))
            break
    if reasons:
        raise CheckpointError("the checkpoint cannot be read", reasons)
