"""`openwork new`: files to start from."""

from __future__ import annotations

import re
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

import typer

from openwork.cli.examples import examples
from openwork.cli.options import JsonFlag
from openwork.cli.output import emit, people
from openwork.errors import Reason, StoreNotWritable, TaskError
from openwork.tasks import task_types

app = typer.Typer(add_completion=False, no_args_is_help=True)
NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


@app.callback()
def new() -> None:
    """Write a working start for a task of your own."""


@app.command("task", epilog=examples("openwork new task my-task"))
def new_task(
    name: Annotated[str, typer.Argument(help="Its name, which names the files too.", show_default=False)],
    as_json: JsonFlag = False,
) -> None:
    """Write NAME.py, a task to change, and NAME.toml, claims about its models, into this folder.

    Nothing is overwritten. `openwork explain NAME.py` trains it and judges the claims.
    """
    if not NAME.fullmatch(name):
        mend = "lower-case letters and digits, joined by single hyphens, such as my-task"
        raise TaskError("no task can have this name", Reason(name, "cannot be typed easily", mend))
    if iskeyword(name) or name == "openwork":
        what = "is a word of Python, so that no function can be called so" if iskeyword(name) else "is this package"
        raise TaskError("no task can have this name", Reason(name, what, f"for example {name}-task"))
    stem, dashed = name.replace("-", "_"), name.replace("_", "-")
    if dashed in task_types():
        raise TaskError("the name is taken", Reason(dashed, "openwork has a task of this name", "take another"))
    targets = [Path(f"{stem}{suffix}") for suffix in (".py", ".toml")]
    if there := [path for path in targets if path.exists()]:
        reasons = [Reason(str(path), "is there already", "take another name, or move it away") for path in there]
        raise TaskError("nothing was written", reasons)
    folder = files("openwork.cli").joinpath("new_task")
    try:
        for path, template in zip(targets, ("task.py.txt", "claims.toml"), strict=True):
            text = folder.joinpath(template).read_text(encoding="utf-8")
            path.write_text(text.replace("NAME", stem).replace("TASK", dashed), encoding="utf-8")
    except OSError as error:
        raise StoreNotWritable("the files could not be written", Reason(str(path), str(error.strerror))) from error
    if as_json:
        emit({"written": [str(path.absolute()) for path in targets]})
        return
    console = people(as_json)
    console.print(f"Wrote {targets[0]} and {targets[1]}. Try it: openwork explain {targets[0]}", soft_wrap=True)
