"""`openwork tasks`: what can be computed."""

from __future__ import annotations

import typer

from openwork.cli.examples import examples
from openwork.cli.options import JsonFlag
from openwork.cli.output import emit, people
from openwork.cli.task_view import describe
from openwork.tasks import task_types

app = typer.Typer(add_completion=False)


@app.command(epilog=examples("openwork tasks", "openwork tasks --json"))
def tasks(as_json: JsonFlag = False) -> None:
    """List the tasks, with their parameters and domains.

    A package can offer more of them under the entry point [bold]openwork.tasks[/bold].
    """
    described = [describe(cls) for _, cls in sorted(task_types().items())]
    if as_json:
        emit(described)
        return
    console = people(as_json)
    for task in described:
        console.print(f"[bold]{task['name']}[/bold]  {task['summary']}", soft_wrap=True)
        console.print(f"  parameters   {', '.join(f'{k}={v}' for k, v in task['parameters'].items()) or 'none'}")
        if "domain" in task:
            console.print(f"  domain       {task['domain']:,} inputs of {task['positions']} tokens")
            console.print(f"  graded       {', '.join(task['outputs'])}", markup=False)
        console.print(f"  experiments  {', '.join(task['experiments']) or 'none'}")
