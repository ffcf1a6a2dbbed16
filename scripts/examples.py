"""Runs the examples of documentation pages and compares what they print: `examples.py PAGE...`; `--write` renews it.

A page's blocks run from its top to its end, in one empty folder with a store of its own:

- `console`: a line after `$ ` is a command, the lines below it are what it prints. A command must end with 0 unless it
  prints an error or the next command is `echo $?`.
- `python` that begins with `>>> `: as in doctest, one session for the whole page.
- any block with a title, such as `toml title="mine.toml"`: a file of that name.
- a comment `<!-- with: PATH -->`: a copy of this file of the repository, by its own name.

In what is printed, `...` stands for anything, and lines may be broken elsewhere. `--write` puts what was printed in its
place, but where the page says `...`.
"""

from __future__ import annotations

import difflib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(?P<language>\w+)( title=\"(?P<file>[^\"]+)\")?\n(?P<text>.*?)^```$", re.S | re.M)
COPIED = re.compile(r"^<!-- with: (?P<path>\S+) -->$", re.M)
ANYTHING = "..."
FOLDER = "/home/you"
"""what stands for the folder that a page runs in, which is another every time"""
SECONDS = 300
"""that one command may take"""


@dataclass(frozen=True)
class Example:
    """One command or statement, and what the page says that it prints."""

    source: str
    said: str


@dataclass(frozen=True)
class Outcome:
    """An example and what it printed."""

    example: Example
    printed: str
    code: int

    @property
    def as_said(self) -> bool:
        """Whether the page tells the truth."""
        parts = [re.escape(" ".join(part.split())) for part in self.example.said.split(ANYTHING)]
        return re.fullmatch(r"\s*.*\s*".join(parts), " ".join(self.printed.split())) is not None


def main(arguments: list[str]) -> int:
    """Every page, each in a folder of its own."""
    write = "--write" in arguments
    return 1 if sum([run_page(Path(name).resolve(), write) for name in arguments if name != "--write"]) else 0


def run_page(page: Path, write: bool) -> int:
    """Runs one page; the number of examples that do not print what it says."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        os.environ.update(environment(Path(folder)))
        outcomes = [outcome for block in blocks(text) for outcome in block]
    wrong = [outcome for outcome in outcomes if not outcome.as_said]
    if write:
        page.write_text(renewed(text, outcomes), encoding="utf-8")
        wrong = [outcome for outcome in wrong if ANYTHING in outcome.example.said]
    for outcome in wrong:
        said, printed = outcome.example.said.splitlines(), outcome.printed.splitlines()
        print(
            f"{page.name}: {outcome.example.source}", *difflib.unified_diff(said, printed, "page", "printed"), sep="\n"
        )
    print(f"{page.name}: {len(outcomes)} examples, {len(wrong)} wrong")
    return len(wrong)


def environment(folder: Path) -> dict[str, str]:
    """What makes output the same everywhere: no colours, no store or allowed files of the user's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    quiet = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    return quiet | {"PATH": path, "OPENWORK_HOME": "openwork-runs", "XDG_STATE_HOME": str(folder / ".state")}


def blocks(text: str) -> Iterator[list[Outcome]]:
    """Runs block after block. Progress and rates change from run to run, so commands are not at a terminal."""
    session: dict[str, Any] = {}
    for found in sorted([*BLOCK.finditer(text), *COPIED.finditer(text)], key=lambda match: match.start()):
        block = found.groupdict()
        if "path" in block:
            shutil.copy(ROOT / block["path"], Path(block["path"]).name)
        elif block["file"]:
            Path(block["file"]).write_text(block["text"], encoding="utf-8")
        elif block["language"] == "console":
            yield run_commands(list(commands(block["text"])))
        elif block["language"] == "python" and block["text"].startswith(">>> "):
            yield run_statements(block["text"], session)


def commands(text: str) -> Iterator[Example]:
    """The commands of a block, each with the lines up to the next."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        source, _, said = part.partition("\n")
        yield Example(source, said)


def run_commands(examples: list[Example]) -> list[Outcome]:
    """Every command in a shell that knows how the one before it ended."""
    outcomes: list[Outcome] = []
    code = 0
    for example, after in zip(examples, [*examples[1:], None], strict=True):
        shell = ["bash", "-c", f"(exit {code}); {example.source}"]
        done = subprocess.run(
            shell,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=SECONDS,
        )
        code, printed = done.returncode, done.stdout
        told = printed.startswith("Error") or (after is not None and after.source == "echo $?")
        printed = printed.replace(os.getcwd(), FOLDER)
        outcomes.append(Outcome(example, printed if code == 0 or told else f"{printed}\nended with {code}", code))
    return outcomes


def run_statements(text: str, session: dict[str, Any]) -> list[Outcome]:
    """Every statement of a block in the page's session."""
    outcomes = []
    for found in doctest.DocTestParser().get_examples(text):
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                exec(compile(found.source, "<page>", "single"), session)
            except Exception as error:
                print(f"{type(error).__name__}: {error}")
        outcomes.append(Outcome(Example(found.source, found.want), printed.getvalue().replace(os.getcwd(), FOLDER), 0))
    return outcomes


def renewed(text: str, outcomes: list[Outcome]) -> str:
    """The page with what was printed, where it does not say `...`."""
    at = 0
    for outcome in outcomes:
        source, said = outcome.example.source.rstrip("\n"), outcome.example.said
        written = {"$ " + source, ">>> " + source.replace("\n", "\n... ")}
        end = next(text.index(w, at) + len(w) + 1 for w in written if w in text[at:])
        at = end + len(said)
        if outcome.as_said or ANYTHING in said:
            continue
        printed = "".join(line.rstrip() + "\n" for line in outcome.printed.strip("\n").splitlines())
        text, at = text[:end] + printed + text[at:], end + len(printed)
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
