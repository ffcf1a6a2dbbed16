"""A model that is asked at other positions than the first ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openwork.errors import CheckpointError, Reason
from openwork.interop.names import Named

TABLES = ("pos_embed.W_pos", "pos_embed.weight")


def positions_from(source: str, names: Named, offset: Any) -> Named:
    """The same weights, the first position being that of row `offset` of the position table.

    A model trained at random offsets has more positions than a question has tokens; this says which of them are used.

    Raises:
        CheckpointError: the model has no positions, or not so many.
    """
    if type(offset) is int and offset == 0:
        return names
    table = next((table for table in TABLES if table in names.arrays), None)
    rows = len(names.arrays[table]) if table is not None and names.arrays[table].ndim else 0
    if type(offset) is not int or not 0 <= offset < rows or table is None:
        what = f"{offset!r} is no position of its table, which has {rows} rows"
        mend = f"give 0 to {rows - 1}" if rows else "leave it out: this model has no positions"
        raise CheckpointError("there is no such position", Reason(f"{source}, position_offset", what, mend))
    return replace(names, arrays={**names.arrays, table: names.arrays[table][offset:]})
