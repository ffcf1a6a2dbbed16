"""`openwork tasks`: what can be computed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from openwork.cli.examples import examples
from openwork.cli.options import JsonFlag
from openwork.cli.output import emit, people, print_facts
from openwork.cli.task_view import answer_line, describe, domain_line, seen_line
from openwork.jobs.given_task import given_task, is_file
from openwork.tasks import task_types

app = typer.Typer(add_completion=False)
One = Annotated[
    str | None,
    typer.Argument(
        help="Only this one: its name, or your own Python file, to be tried out.", metavar="TASK", show_default=False
    ),
]


@app.command(epilog=examples("openwork tasks", "openwork tasks parity --json", "openwork tasks my_task.py"))
def tasks(task_or_file: One = None, as_json: JsonFlag = False) -> None:
    """List the tasks, with their parameters and domains.

    A package can offer more of them under the entry point [bold]openwork.tasks[/bold]. With a file of your own, says
    what is wrong with its task, and shows it where nothing is.
    """
    if task_or_file is None:
        types = [cls for _, cls in sorted(task_types().items())]
    else:
        types = [type(given_task(task_or_file))]
    described = [describe(cls) for cls in types]
    if as_json:
        emit(described)
        return
    console = people(as_json)
    for task in described:
        console.print(f"[bold]{task['name']}[/bold]  {escape(task['summary'])}", soft_wrap=True)
        parameters = ", ".join(f"{k}={v}" for k, v in task["parameters"].items())
        facts = [("parameters", parameters or "none")]
        if "domain" in task:
            facts += [("domain", domain_line(task)), ("model sees", seen_line(task)), ("answers", answer_line(task))]
        own = f"its own: openwork explain {task_or_file}" if is_file(task_or_file or "") else "none"
        print_facts(console, [*facts, ("experiments", ", ".join(task["experiments"]) or own)])
