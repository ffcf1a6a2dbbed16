"""`openwork census`: how many mechanisms solve a task, and how often each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from openwork.cli import options, overrides
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, path_text, people, plain
from openwork.cli.typed import typed
from openwork.errors import OpenworkError, Reason
from openwork.interop.parquet import parquet_bytes, require_parquet
from openwork.jobs.census import CensusAsked, CensusCost, census, cost_of
from openwork.jobs.given_files import require_writable
from openwork.jobs.given_task import given_task
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report import Census, census_document, census_screen, write_bytes, write_html, write_markdown
from openwork.report.terminal.lowering import terminal
from openwork.report.terminal.quantities import duration_text
from openwork.runs import Store

app = typer.Typer(add_completion=False)
SECONDS = 24.0
"""for the program of one model, as in a report"""
NULL = 32
"""models of random weights that --null asks at most"""
Seconds = Annotated[float, typer.Option("--seconds", help="How long to look for the program of one model.")]
Prove = Annotated[bool, typer.Option("--prove", help="Prove every solved model right on every input, too.")]
NullFlag = Annotated[bool, typer.Option("--null", help=f"Ask the same of up to {NULL} models with random weights.")]
Plan = Annotated[bool, typer.Option("--plan", help="Say what is left to do and what it costs; do nothing.")]
Output = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", help="A file to write: .html, .md, .json or .parquet. Repeatable.", show_default=False
    ),
]
NOT_WRITTEN = "the census could not be written"


def _json(found: Census, path: Path) -> None:
    text = json.dumps(plain(found.as_json()), indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(f"{text}\n".encode(), path, NOT_WRITTEN)


def _parquet(found: Census, path: Path) -> None:
    about = {"openwork": json.dumps(plain({**found.as_json(), "models": None}))}
    write_bytes(parquet_bytes(found.rows(), about), path, NOT_WRITTEN)


WRITERS: dict[str, Callable[[Census, Path], object]] = {
    ".json": _json,
    ".parquet": _parquet,
    ".html": lambda found, path: write_html(census_document(found), path),
    ".md": lambda found, path: write_markdown(census_document(found), path),
}


EXAMPLES = examples(
    "openwork census sort --seeds 0..63 -o sort.html -o sort.json",
    "openwork census reverse-increment --seeds 0..1023 --prove --null -o census.parquet",
    "openwork census majority --seeds 0..199 --plan",
)


@app.command("census", epilog=EXAMPLES)
def count_mechanisms(
    task: options.TaskName,
    param: options.TaskParams = None,
    seeds: options.SeedList = None,
    experiment: Annotated[
        str | None, typer.Option("--experiment", help="A named one; else the task's own.", show_default=False)
    ] = None,
    n_layers: overrides.Layers = None,
    d_model: overrides.Width = None,
    n_heads: overrides.Heads = None,
    epochs: overrides.Epochs = None,
    weight_decay: overrides.WeightDecay = None,
    split: overrides.SplitKind = None,
    seconds: Seconds = SECONDS,
    prove: Prove = False,
    null: NullFlag = False,
    plan: Plan = False,
    output: Output = None,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Find the program of every solved seed, and count the mechanisms.

    Trains the seeds, looks for the program of each one that is right on every input, and counts models by its
    canonical form: equal up to which heads do it, the order of lines and redundant routes. Says how many solve the
    task, how often each mechanism occurs, and how likely one is that was not seen yet, with intervals. What is in the
    store is not done again, so an interrupted census goes on where it was.
    """
    targets = output or []
    _require_written(targets, seconds)
    wanted = overrides.experiment_with(
        given_task(task, options.params_of(param)),
        experiment,
        {"n_layers": n_layers, "d_model": d_model, "n_heads": n_heads},
        {"epochs": epochs, "weight_decay": weight_decay},
        {"kind": split},
    )
    chosen = options.seeds_of(None, seeds) or tuple(range(16))
    asked = CensusAsked(wanted, sorted(chosen), seconds, prove, NULL if null else 0)
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        setting = Setting(kept, engine, threads, display)
        cost = cost_of(asked, setting)
        if not plan:
            aside().print(_cost_text(cost), soft_wrap=True, markup=False)
            found = census(asked, setting, typed())
    if plan:
        emit(vars(cost) | {"most_seconds": cost.most_seconds}) if as_json else people(False).print(_cost_text(cost))
        return
    for target in targets:
        WRITERS[target.suffix](found, target)
    if as_json:
        emit(found.as_json())
        return
    people(as_json).print(terminal(census_screen(found)))
    for target in targets:
        people(as_json).print(f"Wrote {path_text(target)}.", soft_wrap=True, markup=False)


def _require_written(targets: list[Path], seconds: float) -> None:
    """Nothing where every file can be written and there is time to look for programs; every reason otherwise."""
    known = ", ".join(WRITERS)
    reasons = [
        Reason("--output", f"{target.name} ends in none of {known}", "name it so")
        for target in targets
        if target.suffix not in WRITERS
    ]
    if not seconds > 0:
        reasons.append(Reason("--seconds", f"{seconds:g} is not above 0", "for example 24"))
    if reasons:
        raise OpenworkError("there can be no such census", reasons)
    for target in targets:
        require_writable(target, NOT_WRITTEN)
    if any(target.suffix == ".parquet" for target in targets):
        require_parquet()


def _cost_text(cost: CensusCost) -> str:
    """What is left to do, in words."""
    each = cost.train_seconds
    training = f"{cost.left:,} of {cost.seeds:,} seeds are to be trained"
    if cost.left and each is not None:
        training += f", about {duration_text(each * cost.left)} by those that are stored"
    looked = cost.left + cost.programs + cost.null
    programs = f"programs are to be looked for in at most {looked:,} models"
    if looked:
        programs += f", {cost.seconds:g} s each: up to {duration_text(cost.most_seconds)}"
    return f"{training}; {programs}."
