"""The entry point `openwork`: runs one command and turns what can go wrong into a message and an exit code.

Exit codes: 0 done; 1 done, and the answer is no (`check`: a claim was not confirmed; `explain`: no seed solved the
task; `decompile`: no program was found); 2 bad input, nothing was written; 130 interrupted, what was finished is
kept. With `--json`, standard output
holds one JSON value: the result, or `{"error": ...}`. Everything for people goes to standard error then.
"""

from __future__ import annotations

import importlib.metadata
import shlex
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from openwork.cli.failure import INTERRUPTED, tell, told_usage
from openwork.cli.lazy import LazyGroup
from openwork.cli.registry import COMMANDS
from openwork.errors import OpenworkError

# Typer brings its own copy of Click or uses the installed one, by version; both have this base.
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        try:
            number = importlib.metadata.version("openwork")
        except importlib.metadata.PackageNotFoundError:
            number = "from source"
        print(f"openwork {number}")
        raise typer.Exit()


@app.callback(epilog="Start with: openwork explain reverse-increment")
def openwork(
    asked: Annotated[
        bool,
        typer.Option("--version", metavar="", help="Show the version and stop.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Train a tiny transformer, open it up, and test every claim about it causally on every input."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and ends the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(given: Sequence[str]) -> int:
    """Runs one command line; returns its exit code."""
    as_json = "--json" in given
    try:
        code = app(args=list(given), prog_name="openwork", standalone_mode=False)
    except USAGE_ERROR as error:
        return told_usage(error, as_json)
    except OpenworkError as error:
        return tell(error, as_json)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        _tell_interrupted(given)
    return code if isinstance(code, int) else 0


def _tell_interrupted(given: Sequence[str]) -> None:
    print("\nInterrupted; nothing is half-written.", file=sys.stderr)
    if any(word in COMMANDS and COMMANDS[word].resumes for word in given[:1]):
        print("Every finished epoch is kept. To go on from there, run the same command again:", file=sys.stderr)
        print(f"  openwork {shlex.join(given)}", file=sys.stderr)
