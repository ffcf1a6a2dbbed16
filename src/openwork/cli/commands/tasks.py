"""`openwork tasks`: what can be computed."""

from __future__ import annotations

import inspect
from typing import Any

import typer

from openwork.cli.examples import examples
from openwork.cli.options import JsonFlag
from openwork.cli.output import emit, people
from openwork.tasks import Task, make_task, task_types
from openwork.training import EXPERIMENTS

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


def describe(cls: type[Task]) -> dict[str, Any]:
    """A task type in plain values; its sizes are those of its default parameters, where it has them all."""
    accepted = inspect.signature(cls).parameters
    required = [name for name, p in accepted.items() if p.default is inspect.Parameter.empty]
    found: dict[str, Any] = {
        "name": cls.name,
        "summary": cls.summary,
        "parameters": {name: "required" if name in required else p.default for name, p in accepted.items()},
        "experiments": [name for name, experiment in EXPERIMENTS.items() if experiment.task == cls.name],
    }
    if not required:
        task = make_task(cls.name)
        sizes = {"domain": task.domain_size, "positions": task.n_pos, "outputs": list(task.outputs)}
        found |= sizes | {"vocabulary": list(task.vocabulary.symbols)}
    return found
