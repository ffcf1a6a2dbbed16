"""How an error is told: a message with what, where and how to mend on standard error; with `--json` a value too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from openwork.errors import DAMAGED_BESIDE, OpenworkError, Reason
from openwork.jobs.console import SafeConsole

BAD_INPUT = 2
INTERRUPTED = 130


def tell(error: OpenworkError, as_json: bool) -> int:
    """Prints the error, its kind (the name of its page in docs/errors) and every reason; returns the exit code."""
    console = SafeConsole(stderr=True, highlight=False)
    kind = type(error).__name__
    console.print(Text.assemble(("Error: ", "bold red"), (error.title, "bold"), (f" [{kind}]", "dim")))
    _print_reasons(console, error.reasons)
    if as_json:
        _print_error(
            kind,
            error.title,
            [{"where": r.where, "what": r.what, "mend": r.mend} for r in error.reasons],
        )
    return BAD_INPUT


def warn_of_damage(damage: Sequence[Reason]) -> None:
    """Prints on standard error what else is damaged in the store of a job that does not rest on it, if anything."""
    if not damage:
        return
    console = SafeConsole(stderr=True, highlight=False)
    console.print(Text.assemble(("Warning: ", "bold yellow"), DAMAGED_BESIDE))
    _print_reasons(console, damage)


def told_usage(error: Exception, as_json: bool) -> int:
    """Prints a mistake in the command line itself; returns the exit code."""
    context = getattr(error, "ctx", None)
    message = str(getattr(error, "format_message", error.__str__)())
    if not message:
        return BAD_INPUT  # No command was given, and Typer has shown the help already.
    console = SafeConsole(stderr=True, highlight=False)
    console.print(Text.assemble(("Error: ", "bold red"), message))
    if context is not None:
        console.print(Text(f"    -> {context.command_path} --help", "green"))
    if as_json:
        _print_error("UsageError", message, [])
    return BAD_INPUT


def _print_reasons(console: Console, reasons: Iterable[Reason]) -> None:
    for reason in reasons:
        console.print(Text.assemble("  ", (f"{reason.where}: " if reason.where else "", "cyan"), reason.what))
        if reason.mend:
            console.print(Text.assemble("    -> ", (reason.mend, "green")))


def _print_error(kind: str, title: str, reasons: list[dict[str, Any]]) -> None:
    print(json.dumps({"error": {"kind": kind, "title": title, "reasons": reasons}}, indent=2))
