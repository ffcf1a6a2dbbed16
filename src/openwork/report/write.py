"""Writing a document as one file: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from openwork.errors import Reason, StoreNotWritable
from openwork.interop.place import place_to_write
from openwork.report.document import Document
from openwork.report.html.lowering import html_page
from openwork.report.lower_markdown import markdown

NOT_WRITTEN = "the report could not be written"


def write_html(document: Document, path: str | os.PathLike[str]) -> Path:
    """Writes the page beside its final name, syncs it, then renames it; returns its full path.

    Raises:
        StoreNotWritable: the folder is missing, read-only, full, or not ours; a file that was there is untouched.
    """
    return _written(Path(path).absolute(), html_page(document))


def write_markdown(document: Document, path: str | os.PathLike[str]) -> Path:
    """The same as Markdown."""
    return _written(Path(path).absolute(), markdown(document))


def write_page(html: str, path: str | os.PathLike[str], not_written: str = NOT_WRITTEN) -> Path:
    """The same with a page that is text already; `not_written` is the title of the error."""
    return _written(Path(path).absolute(), html, not_written)


def write_bytes(data: bytes, path: str | os.PathLike[str], not_written: str) -> Path:
    """The same with any file's content."""
    return _written(Path(path).absolute(), data, not_written)


def _written(target: Path, text: str | bytes, not_written: str = NOT_WRITTEN) -> Path:
    page, named = text.encode() if isinstance(text, str) else text, target
    target = place_to_write(target, not_written)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise _not_writable(target, error, not_written) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _not_writable(target, error, not_written) from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return named


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _not_writable(target: Path, error: OSError, not_written: str) -> StoreNotWritable:
    why = error.strerror or str(error)
    mend = "name another file, or free space and permission there"
    return StoreNotWritable(not_written, Reason(str(target), why, mend))
