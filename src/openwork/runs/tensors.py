"""Weights and optimiser states as safetensors bytes, and back.

Names are TransformerLens' state-dict names. A file of several models has a leading axis; a file of one model's final
weights has none, and is a plain state dict. The metadata is JSON under the one key `openwork`, with a checksum of
itself. It says which run and epoch each row is, with the SHA-256 of the row's numbers and what was measured then: a
file that was swapped or has changed by itself is noticed, and a store without a database is rebuilt from its files.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from openwork.engines import OptimiserState
from openwork.errors import CheckpointError, Reason, StoreError
from openwork.models import ModelSpec, Stack, named_views, stack_of, weight_shapes
from openwork.runs.checksums import of_numbers, sealed, unsealed

Row = tuple[str, int]
"""a run's name and an epoch"""
Kept = tuple[str, int, str]
"""a row, and the SHA-256 of its numbers; before format 3 the first half of it"""
Record = Sequence[Any]
"""what an epoch of a run did, as the chain of its history has it: the columns between the run's name and `weights`"""
FORMAT = 3
"""of files; the database beside them has its own"""
MEMORIES = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class About:
    """What a file says of itself.

    Attributes:
        rows: whose its rows are.
        records: of each row, what was measured after its epoch; empty before format 3.
        told: everything.
    """

    rows: tuple[Kept, ...]
    records: tuple[Record, ...]
    told: Mapping[str, Any]


def weights_bytes(stack: Stack, row: Row, record: Record, about: Mapping[str, Any]) -> bytes:
    """The final weights of a stack of one model, with nothing but what its TransformerLens state dict has."""
    rows = {"rows": [(*row, of_numbers(stack.flat[0]))], "records": json.dumps([record])}
    return _bytes({name: array[0] for name, array in stack.named().items()}, stack.spec, {**about, **rows})


def stack_bytes(stack: Stack, records: Mapping[Row, Record], about: Mapping[str, Any]) -> bytes:
    """The weights of several models."""
    rows = [(*row, of_numbers(weights)) for row, weights in zip(records, stack.flat, strict=True)]
    told = {"rows": rows, "records": json.dumps(list(records.values()))}
    return _bytes(stack.named(), stack.spec, {**about, **told})


def state_bytes(spec: ModelSpec, state: OptimiserState, rows: Sequence[Row], about: Mapping[str, Any]) -> bytes:
    """The optimiser states of several models: `exp_avg.NAME` and `exp_avg_sq.NAME` for every weight, and `step`."""
    arrays: dict[str, NDArray[Any]] = {"step": state.step}
    for memory, flat in zip(MEMORIES, (state.exp_avg, state.exp_avg_sq), strict=True):
        arrays |= {f"{memory}.{name}": array for name, array in named_views(spec, flat).items()}
    numbers = zip(rows, state.exp_avg, state.exp_avg_sq, state.step, strict=True)
    return _bytes(arrays, spec, {**about, "rows": [(*row, of_numbers(*parts)) for row, *parts in numbers]})


def read_weights(path: Path, spec: ModelSpec, row: Row, digest: str | None = None) -> Stack:
    """A run's final weights, as a stack of one; `digest` is what else is known of their numbers."""
    arrays, about = _read(path, list(weight_shapes(spec)), None)
    stack = _fitting(path, spec, {name: array[None] for name, array in arrays.items()})
    _expect(path, about, 0, row, digest, stack.flat[0])
    return stack


def read_stack(path: Path, spec: ModelSpec, number: int, row: Row, digest: str | None = None) -> Stack:
    """The model at row `number`, as a stack of one; `digest` is what else is known of its numbers."""
    arrays, about = _read(path, list(weight_shapes(spec)), number)
    stack = _fitting(path, spec, arrays)
    _expect(path, about, number, row, digest, stack.flat[0])
    return stack


def read_rows(path: Path, spec: ModelSpec) -> dict[Row, NDArray[np.floating]]:
    """Every model of a file, `[param]` each."""
    arrays, about = _read(path, list(weight_shapes(spec)), None)
    stack = _fitting(path, spec, arrays)
    if len(stack.flat) != len(about.rows):
        raise damaged(path, "does not hold the models that it says")
    found = {(run, epoch): weights for (run, epoch, _), weights in zip(about.rows, stack.flat, strict=True)}
    for number, (row, weights) in enumerate(found.items()):
        _expect(path, about, number, row, None, weights)
    return found


def read_state(path: Path, spec: ModelSpec, number: int, row: Row) -> OptimiserState:
    """The optimiser state at row `number`, of one model."""
    names = list(weight_shapes(spec))
    arrays, about = _read(path, ["step", *(f"{memory}.{name}" for memory in MEMORIES for name in names)], number)
    average, square = (
        _fitting(path, spec, {name: arrays[f"{memory}.{name}"] for name in names}).flat for memory in MEMORIES
    )
    step = arrays["step"].astype(np.int64)
    if step.shape != (1,):
        raise damaged(path, "does not say how many steps were taken")
    numbers = average[0], square[0], step[0]
    _expect(path, about, number, row, None, *numbers)
    return OptimiserState(average, square, step)


def read_about(path: Path) -> About:
    """What a file says of itself, without its numbers.

    Raises:
        StoreError: it cannot be read, is not one of a store, or has changed.
        FileNotFoundError: it is missing.
    """
    return _read(path, (), None)[1]


def _bytes(arrays: Mapping[str, NDArray[Any]], spec: ModelSpec, about: Mapping[str, Any]) -> bytes:
    text = json.dumps({"format": FORMAT, "spec": spec.model_dump(), **about}, sort_keys=True)
    named = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return save(named, metadata={"openwork": sealed(text)})


def _read(path: Path, names: Sequence[str], number: int | None) -> tuple[dict[str, NDArray[Any]], About]:
    """Arrays by name, whole or one row of each, and what the rows are; a missing file is a FileNotFoundError."""
    part = slice(None) if number is None else slice(number, number + 1)
    try:
        with safe_open(path, framework="numpy") as file:
            about = _about(path, (file.metadata() or {})["openwork"])
            arrays = {name: file.get_slice(name)[part] for name in names}
        return arrays, about
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "is missing", str(path)) from error
    except (SafetensorError, OSError, ValueError, IndexError) as error:
        raise damaged(path, str(error)) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged(path, "does not say which runs it holds") from error


def _about(path: Path, text: str) -> About:
    whole, told = unsealed(text), json.loads(text)
    if whole is False or (whole is None and told["format"] >= WITH_SEALS):
        raise damaged(path, "what it says of itself has changed")
    rows = tuple((str(run), int(epoch), str(digest)) for run, epoch, digest in told["rows"])
    return About(rows, tuple(json.loads(told.get("records", "[]"))), told)


WITH_SEALS = 3
"""the first format whose files have a checksum of what they say of themselves"""


def _expect(path: Path, about: About, number: int, row: Row, digest: str | None, *numbers: Any) -> None:
    if not 0 <= number < len(about.rows) or about.rows[number][:2] != row:
        raise damaged(path, f"does not hold run {row[0]} at epoch {row[1]}")
    told, found = about.rows[number][2], of_numbers(*numbers)
    if len(told) < len(found) // 2 or not found.startswith(told):
        raise damaged(path, f"its numbers have changed since run {row[0]} was at epoch {row[1]}")
    if digest is not None and found != digest:
        raise damaged(path, f"its numbers are not those that the database knows of run {row[0]} at epoch {row[1]}")


def _fitting(path: Path, spec: ModelSpec, named: Mapping[str, NDArray[Any]]) -> Stack:
    try:
        return stack_of(spec, named)
    except CheckpointError as error:
        raise damaged(path, "; ".join(map(str, error.reasons))) from error


def damaged(path: Path, what: str) -> StoreError:
    """A file that cannot be what the database says it is."""
    mend = "put back a copy of the file, or remove the run and train it again: the same seed gives the same bits"
    return StoreError("a file of the store is damaged", Reason(str(path), what, mend))
