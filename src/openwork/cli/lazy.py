"""The top command: it knows every command's name and summary, and imports only the one that is run."""

from __future__ import annotations

import importlib
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from openwork.cli.registry import COMMANDS
from openwork.errors import suggestion


def load(name: str) -> Any:
    """The command of this name, with its options."""
    command = get_command(importlib.import_module(COMMANDS[name].module).app)
    command.name = name
    return command


class LazyGroup(TyperGroup):
    """Lists commands from the registry; what it lists is a summary, what it runs is loaded then."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name].summary) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS:
            ctx.fail(f"No such command {name!r}; {suggestion(name, COMMANDS)}")
        return name, load(name), args[1:]
