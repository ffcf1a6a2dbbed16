"""Tables as Parquet files, through PyArrow."""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openwork.errors import EngineError, Reason


def require_parquet() -> Any:
    """PyArrow's two modules.

    Raises:
        EngineError: it is not installed.
    """
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        mend = 'pip install "openwork[census]"'
        raise EngineError("Parquet cannot be written", Reason("pyarrow", "is not installed", mend)) from error


def parquet_bytes(rows: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> bytes:
    """A table with a column for each key; `about` is kept in the file's metadata.

    Args:
        rows: with the same keys each, and plain values.
        about: texts by name.

    Raises:
        EngineError: PyArrow is not installed.
    """
    arrow, parquet = require_parquet()
    table = arrow.Table.from_pylist([dict(row) for row in rows]).replace_schema_metadata(dict(about))
    made = io.BytesIO()
    parquet.write_table(table, made)
    return made.getvalue()
