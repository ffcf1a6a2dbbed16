"""Weights and optimiser states as safetensors bytes, and back.

Names are TransformerLens' state-dict names. A file of several models has a leading axis; a file of one model's final
weights has none, and is a plain state dict. The metadata is JSON under the one key `openwork`, so that the same numbers
are the same bytes. It says which run and epoch each row is, with a digest of the row's numbers: a file that was swapped
or has changed by itself is noticed.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from openwork.engines import OptimiserState
from openwork.errors import CheckpointError, Reason, StoreError
from openwork.models import ModelSpec, Stack, named_views, stack_of, weight_shapes
from openwork.runs.schema import FORMAT

Row = tuple[str, int]
"""a run's name and an epoch"""
Kept = tuple[str, int, str]
"""a row, and the digest of its numbers"""
MEMORIES = ("exp_avg", "exp_avg_sq")


def weights_bytes(stack: Stack, run: str, experiment: Mapping[str, Any], seed: int, epoch: int) -> bytes:
    """The final weights of a stack of one model, with nothing but what its TransformerLens state dict has."""
    about = {"experiment": experiment, "seed": seed, "rows": [_kept((run, epoch), stack.flat[0])]}
    return _bytes({name: array[0] for name, array in stack.named().items()}, stack.spec, about)


def stack_bytes(stack: Stack, rows: Sequence[Row]) -> bytes:
    """The weights of several models."""
    about = {"rows": [_kept(row, weights) for row, weights in zip(rows, stack.flat, strict=True)]}
    return _bytes(stack.named(), stack.spec, about)


def state_bytes(spec: ModelSpec, state: OptimiserState, rows: Sequence[Row]) -> bytes:
    """The optimiser states of several models: `exp_avg.NAME` and `exp_avg_sq.NAME` for every weight, and `step`."""
    arrays: dict[str, NDArray[Any]] = {"step": state.step}
    for memory, flat in zip(MEMORIES, (state.exp_avg, state.exp_avg_sq), strict=True):
        arrays |= {f"{memory}.{name}": array for name, array in named_views(spec, flat).items()}
    numbers = zip(rows, state.exp_avg, state.exp_avg_sq, state.step, strict=True)
    return _bytes(arrays, spec, {"rows": [_kept(row, *parts) for row, *parts in numbers]})


def read_weights(path: Path, spec: ModelSpec, row: Row) -> Stack:
    """A run's final weights, as a stack of one."""
    arrays, rows = _read(path, list(weight_shapes(spec)), None)
    stack = _fitting(path, spec, {name: array[None] for name, array in arrays.items()})
    _expect(path, rows, 0, row, stack.flat[0])
    return stack


def read_stack(path: Path, spec: ModelSpec, number: int, row: Row) -> Stack:
    """The model at row `number`, as a stack of one."""
    arrays, rows = _read(path, list(weight_shapes(spec)), number)
    stack = _fitting(path, spec, arrays)
    _expect(path, rows, number, row, stack.flat[0])
    return stack


def read_rows(path: Path, spec: ModelSpec) -> dict[Row, NDArray[np.floating]]:
    """Every model of a file, `[param]` each."""
    arrays, rows = _read(path, list(weight_shapes(spec)), None)
    stack = _fitting(path, spec, arrays)
    found = {(run, epoch): weights for (run, epoch, _), weights in zip(rows, stack.flat, strict=True)}
    for number, (row, weights) in enumerate(found.items()):
        _expect(path, rows, number, row, weights)
    return found


def read_state(path: Path, spec: ModelSpec, number: int, row: Row) -> OptimiserState:
    """The optimiser state at row `number`, of one model."""
    names = list(weight_shapes(spec))
    arrays, rows = _read(path, ["step", *(f"{memory}.{name}" for memory in MEMORIES for name in names)], number)
    average, square = (
        _fitting(path, spec, {name: arrays[f"{memory}.{name}"] for name in names}).flat for memory in MEMORIES
    )
    step = arrays["step"].astype(np.int64)
    _expect(path, rows, number, row, average[0], square[0], step[0])
    return OptimiserState(average, square, step)


def _bytes(arrays: Mapping[str, NDArray[Any]], spec: ModelSpec, about: Mapping[str, Any]) -> bytes:
    metadata = json.dumps({"format": FORMAT, "spec": spec.model_dump(), **about}, sort_keys=True)
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, metadata={"openwork": metadata})


def _read(path: Path, names: Sequence[str], number: int | None) -> tuple[dict[str, NDArray[Any]], list[Kept]]:
    """Arrays by name, whole or one row of each, and what the rows are; a missing file is a FileNotFoundError."""
    part = slice(None) if number is None else slice(number, number + 1)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = json.loads((file.metadata() or {})["openwork"])
            arrays = {name: file.get_slice(name)[part] for name in names}
        return arrays, [(str(run), int(epoch), str(digest)) for run, epoch, digest in metadata["rows"]]
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "is missing", str(path)) from error
    except (SafetensorError, OSError, ValueError, IndexError) as error:
        raise damaged(path, str(error)) from error
    except (KeyError, TypeError) as error:
        raise damaged(path, "does not say which runs it holds") from error


def _kept(row: Row, *numbers: Any) -> Kept:
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in numbers))
    return (*row, digest.hexdigest()[:32])


def _expect(path: Path, rows: Sequence[Kept], number: int, row: Row, *numbers: Any) -> None:
    if not 0 <= number < len(rows) or rows[number][:2] != row:
        raise damaged(path, f"does not hold run {row[0]} at epoch {row[1]}")
    if rows[number] != _kept(row, *numbers):
        raise damaged(path, f"its numbers have changed since run {row[0]} was at epoch {row[1]}")


def _fitting(path: Path, spec: ModelSpec, named: Mapping[str, NDArray[Any]]) -> Stack:
    try:
        return stack_of(spec, named)
    except CheckpointError as error:
        raise damaged(path, "; ".join(map(str, error.reasons))) from error


def damaged(path: Path, what: str) -> StoreError:
    """A file that cannot be what the database says it is."""
    mend = "put back a copy of the file, or remove the run and train it again: the same seed gives the same bits"
    return StoreError("a file of the store is damaged", Reason(str(path), what, mend))
