"""What a model computes, in a few lines, for the top of a report: its program, and in a sentence how far that holds."""

from __future__ import annotations

from openwork.programs import Decompilation, program_text
from openwork.programs.text import WRITTEN
from openwork.programs.verdicts.decompilation import some
from openwork.report.parts import Part, Text

MOST_LINES = 16
"""of the program that are shown"""
MOST_PLACES = 8
DECOMPILED = (
    "Found in the model and tested there: equal to it on every input, each line followed where it stands, at most 1 % "
    "of inputs lost with all that no line says."
)


def gist_parts(result: Decompilation | None) -> tuple[Part, ...]:
    """The program without its comments, cut where it is long, and what is missing; nothing where none was looked for.
    Of a model whose program was not found, what is known of it."""
    if result is None:
        return ()
    said = DECOMPILED if result.word == "decompiled" else result.summary
    if result.program is None or result.program.is_answer_table:
        known = "Its routes say which head carries what from where, its ablations what it cannot do without."
        held = f" No label was found for {some(result.unlabelled, MOST_PLACES)}." if result.unlabelled else ""
        return (Text(f"{said}{held} {known}"),)
    text = program_text(result.program.with_readable_tables())
    lines = [line for line in text[text.index("def program") :].splitlines() if _says_something(line)]
    cut = [f"    ...  # {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES + 1 else []
    shown = lines[:MOST_LINES] + cut if cut else lines
    return (Text("\n".join(shown), "command"), Text(said))


def _says_something(line: str) -> bool:
    said = line.strip()
    if said.startswith(f"# {WRITTEN}"):
        return True
    return not said.startswith(("#", "return ")) and not said.endswith("{}")
