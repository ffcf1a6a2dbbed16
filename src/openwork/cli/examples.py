"""Examples under a command's help: kept as its epilog, and read back for the command reference."""

from __future__ import annotations

HEADING = "[bold]Examples[/bold]"


def examples(*lines: str) -> str:
    """An epilog that shows these command lines, one under the other."""
    return "\n".join([HEADING, *(f"  {line}" for line in lines)])


def lines_of(epilog: str) -> list[str]:
    """The command lines of an epilog that `examples` made."""
    return [line.strip() for line in epilog.removeprefix(HEADING).split("\n") if line.strip()]
