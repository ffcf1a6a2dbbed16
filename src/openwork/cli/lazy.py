"""The top command: it knows every command's name and summary, and imports only the one that is run."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from openwork.cli.registry import COMMANDS
from openwork.errors import suggestion

VALUES = {"int": "N", "float": "NUMBER", "path": "PATH"}
"""what help calls the value of an option, by a word in its type's name"""


def load(name: str) -> Any:
    """The command of this name, with its options."""
    command = get_command(importlib.import_module(COMMANDS[name].module).app)
    command.name = name
    return _readable(command)


def _readable(command: Any) -> Any:
    """With help for 80 columns: paragraphs without our line breaks, and values by names in place of Python's types."""
    command.help = "\n\n".join(" ".join(text.split()) for text in inspect.cleandoc(command.help or "").split("\n\n"))
    for parameter in command.params:
        if parameter.metavar is None:
            parameter.metavar = _value_of(parameter)
    for child in getattr(command, "commands", {}).values():
        _readable(child)
    return command


def _value_of(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    if parameter.is_flag:
        return ""
    described = getattr(parameter, "type_descriptor", None)
    kind = (parameter.type.name if described is None else str(described.annotation)).lower()
    return next((shown for word, shown in VALUES.items() if word in kind), "TEXT")


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
