"""`openwork explain`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork.claims import Claim
from openwork.cli import options
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, path_text, people
from openwork.cli.run_view import run_summary
from openwork.data import Inputs
from openwork.jobs import pipeline
from openwork.jobs.given_files import read_claims, read_heading, require_writable
from openwork.jobs.given_task import claims_beside, given_task
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.models import ModelSpec
from openwork.report import verdict_screen
from openwork.runs import Store
from openwork.tasks import Task
from openwork.training import named_experiment

app = typer.Typer(add_completion=False)
EXAMPLES = examples(
    "openwork explain reverse-increment",
    "openwork explain reverse-increment --seed 3 -o model.html",
    "openwork explain my_task.py",
    "openwork explain reverse-increment --param base=3 --param length=5 --claims mine.toml",
)
ClaimsPath = Annotated[
    Path | None,
    typer.Option(
        "--claims",
        help="A claims file; else the one beside a task file, or what ships for the task.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="HTML file to write; else TASK.html.", show_default=False)
]
RecipeClaims = Annotated[
    bool,
    typer.Option(
        "--recipe-claims",
        help="Judge also claims that ship and are about a recipe, not about the model: it may train seeds for them.",
    ),
]


@app.command(epilog=EXAMPLES)
def explain(
    task: options.TaskName,
    param: options.TaskParams = None,
    seed: options.OneSeed = None,
    seeds: options.SeedList = None,
    claims: ClaimsPath = None,
    output: Output = None,
    recipe_claims: RecipeClaims = False,
    compare: options.Compare = False,
    inputs: options.MostInputs = None,
    sample_seed: options.SampleSeed = 0,
    only_right: options.OnlyRight = False,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Train a task's model, open it up, judge the claims.

    Without seeds, trains several side by side until one is right on every input; the others stop then, and `openwork
    train` goes on with them. With seeds, trains only these, each to its end, and explains the best. Prints the program
    inside, as far as it is found in a few seconds, and the verdicts, and writes one self-contained HTML report. Ends
    with 1 where no seed solved the task.
    """
    made = given_task(task, options.params_of(param))
    experiment, chosen = named_experiment(made.name, made), options.seeds_of(seed, seeds)
    given = _claims(claims, made, experiment.spec)
    page, console = output or Path(f"{made.name}.html"), people(as_json)
    require_writable(page)
    with Store.open(store) as kept:
        with ProgressDisplay(aside()) as display:
            setting = Setting(kept, engine, threads, display)
            found = pipeline.explain(
                made,
                setting,
                experiment=experiment,
                seeds=chosen,
                claims=given,
                heading=None if claims is None else read_heading(claims),
                recipe_claims=recipe_claims,
                page=page,
                compare=compare,
                inputs=Inputs(inputs, sample_seed, only_right),
            )
        if as_json:
            tried = [run_summary(run) for run in found.opened.tried]
            verdicts = [verdict.as_json() for verdict in found.verdicts]
            about = {"run": run_summary(found.opened.stored), "solved": found.opened.solved, "tried": tried}
            emit(about | {"verdicts": verdicts, "report": str(page.absolute())})
        else:
            shown = found.opened.overview, found.opened.claims, found.opened.recipe, found.opened.known_program
            console.print(verdict_screen(*shown))
            console.print(f"\nReport: {path_text(page)}", soft_wrap=True)
            known = found.opened.known_program
            if found.opened.decompilable and (known is None or known.word != "decompiled"):
                console.print(f"Next: openwork decompile {found.opened.stored.name}", soft_wrap=True)
    if not found.opened.solved:
        raise typer.Exit(1)


def _claims(path: Path | None, task: Task, spec: ModelSpec) -> tuple[Claim, ...] | None:
    return claims_beside(task, spec) if path is None else read_claims(path, task, spec)
