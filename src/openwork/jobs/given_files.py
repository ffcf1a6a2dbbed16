"""Files that a command is given, looked at before anything is trained."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePath

from openwork.claims import Claim, ClaimsHeading, GivenProgram, heading_of, parse_claims, program_from_text
from openwork.claims.programs.answers import is_json, program_in
from openwork.errors import ClaimError, Reason, StoreNotWritable
from openwork.interop.place import place_to_write
from openwork.models import ModelSpec
from openwork.programs import Program
from openwork.tasks import Task

LARGEST_TEXT = 2**20
"""bytes; the longest of our own claims files has a hundredth"""
NOT_WRITTEN = "the report could not be written"


def read_claims(path: Path, task: Task, spec: ModelSpec | None, programs: Sequence[Path] = ()) -> tuple[Claim, ...]:
    """The claims of a TOML file.

    Args:
        path: the claims file; nothing in it is executed.
        task: whose roles and outputs the claims speak of.
        spec: whose sites they speak of; sites are not looked at where it is None.
        programs: Python files that the user asks to run, for claims that name them.

    Raises:
        ClaimError: a file cannot be read, or with every mistake in the claims.
    """
    given = {program.name: _program(program) for program in programs}
    claims = parse_claims(_text(path, "claims file"), task, spec, path.name, given)
    named = {PurePath(claim.names_program).stem for claim in claims if claim.names_program}
    unused = [name for name in given if PurePath(name).stem not in named]
    if unused:
        mend = f"claims name: {', '.join(sorted(named))}" if named else "no claim names a program"
        raise ClaimError("which program?", [Reason("--program", f"no claim names {name}", mend) for name in unused])
    return claims


def title_of(path: Path) -> str:
    """The title of a claims file that was read; its name where it has none."""
    return str(tomllib.loads(_text(path, "claims file")).get("title", path.stem))


def read_notes(path: Path) -> tuple[str, ...]:
    """The paragraphs of a text file, each in one line.

    Raises:
        ClaimError: the file cannot be read.
    """
    paragraphs = _text(path, "text file").split("\n\n")
    return tuple(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())


def read_heading(path: Path) -> ClaimsHeading:
    """What a claims file says beside its claims.

    Raises:
        ClaimError: it cannot be read.
    """
    return heading_of(_text(path, "claims file"), path.name)


def read_program(path: Path) -> Program | GivenProgram:
    """A program in a file: plain Python, which is run, or JSON as `openwork decompile RUN --json` prints it.

    Raises:
        ClaimError: the file cannot be read, or holds none.
    """
    text = _text(path, "program")
    if not is_json(text):
        return program_from_text(text, path.name)
    try:
        return program_in(text)
    except ValueError as error:
        raise ClaimError("the program cannot be read", Reason(str(path), str(error))) from error


def _program(path: Path) -> GivenProgram:
    return program_from_text(_text(path, "program"), path.name)


def _text(path: Path, what: str) -> str:
    """Of a file or a pipe."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_TEXT + 1)
        if len(data) > LARGEST_TEXT:
            reason = Reason(str(path), f"is longer than the {LARGEST_TEXT:,} bytes that are read here")
            raise ClaimError(f"the {what} cannot be read", reason)
        return data.decode("utf-8").replace("\r\n", "\n")
    except (OSError, ValueError) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", None)
        reason = Reason(str(path), why or str(error), f"give the path of a {what}")
        raise ClaimError(f"the {what} cannot be read", reason) from error


def require_writable(path: Path, not_written: str = NOT_WRITTEN) -> None:
    """Raises StoreNotWritable where no file of this name can be written, before work is done for it."""
    folder = place_to_write(path, not_written).absolute().parent
    if not folder.is_dir():
        reason = Reason(str(folder), "there is no such folder", "make it first, or name another file")
    elif not os.access(folder, os.W_OK):
        reason = Reason(str(folder), "you may not write there", "name a file elsewhere")
    else:
        return
    raise StoreNotWritable(not_written, reason)
