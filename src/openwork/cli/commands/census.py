"""`openwork census`: how many mechanisms solve a task, and how often each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import Annotated, Any

import typer

from openwork.cli import options, overrides
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, path_text, people, plain
from openwork.cli.sweep import Swept, read_sweep
from openwork.cli.typed import typed
from openwork.errors import OpenworkError, Reason, RecipeError
from openwork.interop.parquet import parquet_bytes, require_parquet
from openwork.jobs.census.asked import CensusAsked, require_possible
from openwork.jobs.census.cost import MOMENT, CensusCost, cost_of
from openwork.jobs.census.counting import census, swept_census
from openwork.jobs.cluster.on_cluster import census_on
from openwork.jobs.cluster.ray_cluster import ray_cluster
from openwork.jobs.given_files import require_writable
from openwork.jobs.given_task import given_task
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report import (
    Census,
    Document,
    SweptCensus,
    census_document,
    census_screen,
    swept_document,
    swept_screen,
    write_bytes,
    write_html,
    write_markdown,
)
from openwork.report.parts import Part
from openwork.report.terminal.lowering import terminal
from openwork.report.terminal.quantities import duration_text
from openwork.runs import Store
from openwork.tasks import Task

app = typer.Typer(add_completion=False)
NULL = 32
"""models of random weights that --null asks at most"""
NullFlag = Annotated[bool, typer.Option("--null", help=f"Ask the same of up to {NULL} models with random weights.")]
ShuffledFlag = Annotated[
    bool, typer.Option("--shuffled", help=f"Ask the same of up to {NULL} seeds trained on shuffled answers.")
]
OverTraining = Annotated[
    int,
    typer.Option(
        "--over-training",
        metavar="N",
        min=0,
        help="Ask N of the models since which epoch their programs, and each line, hold; needs their checkpoints.",
        show_default=False,
    ),
]
Plan = Annotated[
    bool,
    typer.Option("--plan", help="Say what is left to do and what it takes, by a moment of training; keep nothing."),
]
Output = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", help="A file to write: .html, .md, .json or .parquet. Repeatable.", show_default=False
    ),
]
Programs = Annotated[
    int | None,
    typer.Option(
        "--programs",
        metavar="N",
        min=0,
        help="Write the programs of the N most frequent mechanisms into .json and .parquet; else of all.",
        show_default=False,
    ),
]
Sweep = Annotated[
    Path | None,
    typer.Option(
        "--sweep", metavar="FILE", help="A TOML file of choices: each combination is tried, or so many points."
    ),
]
Found = Census | SweptCensus


class Spent:
    """What has been spent since it was made, in words."""

    def __init__(self) -> None:
        self._clock, self._processor = time.monotonic(), time.process_time()

    def __str__(self) -> str:
        clock, processor = time.monotonic() - self._clock, time.process_time() - self._processor
        return f"{duration_text(clock)} by the clock, {duration_text(processor)} of this process's processor time"


IN_ROWS = ("models", "swept")
"""members of the JSON that the rows of a Parquet file have instead"""
NOT_WRITTEN = "the census could not be written"


def _json(found: Found, path: Path, programs: int | None) -> None:
    text = json.dumps(plain(found.as_json(programs)), indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(f"{text}\n".encode(), path, NOT_WRITTEN)


def _parquet(found: Found, path: Path, programs: int | None) -> None:
    about = {key: value for key, value in found.as_json(programs).items() if key not in IN_ROWS}
    write_bytes(parquet_bytes(found.rows(), {"openwork": json.dumps(plain(about))}), path, NOT_WRITTEN)


def _document(found: Found) -> Document:
    return swept_document(found) if isinstance(found, SweptCensus) else census_document(found)


def _screen(found: Found) -> tuple[Part, ...]:
    return swept_screen(found) if isinstance(found, SweptCensus) else census_screen(found)


WRITERS: dict[str, Callable[[Found, Path, int | None], object]] = {
    ".json": _json,
    ".parquet": _parquet,
    ".html": lambda found, path, programs: write_html(_document(found), path),
    ".md": lambda found, path, programs: write_markdown(_document(found), path),
}
EXAMPLES = examples(
    "openwork census sort --seeds 0..63 -o sort.html -o sort.json",
    "openwork census reverse-increment --seeds 0..1023 --prove --null -o census.parquet",
    "openwork census majority --seeds 0..199 --sweep grid.toml --plan",
    "openwork census sort --seeds 0..1023 --keep last --on ray://HOST:10001",
)


@app.command("census", epilog=EXAMPLES)
def count_mechanisms(
    task: options.TaskName,
    param: options.TaskParams = None,
    seeds: options.SeedList = None,
    experiment: options.ExperimentName = None,
    n_layers: overrides.Layers = None,
    d_model: overrides.Width = None,
    n_heads: overrides.Heads = None,
    epochs: overrides.Epochs = None,
    weight_decay: overrides.WeightDecay = None,
    split: overrides.SplitKind = None,
    sweep: Sweep = None,
    seconds: options.EachSeconds = options.EACH_SECONDS,
    prove: options.ProveEach = False,
    null: NullFlag = False,
    shuffled: ShuffledFlag = False,
    over_training: OverTraining = 0,
    plan: Plan = False,
    output: Output = None,
    programs: Programs = None,
    keep: options.KeepRule = "all",
    on: options.OnCluster = None,
    patience: options.Patience = options.PATIENCE,
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
    rule, where = options.kept_and_done(keep, on, patience)
    model = {"n_layers": n_layers, "d_model": d_model, "n_heads": n_heads}
    changes = model, {"epochs": epochs, "weight_decay": weight_decay}, {"kind": split}
    swept = _experiments(given_task(task, options.params_of(param)), experiment, changes, sweep)
    chosen = sorted(options.seeds_of(None, seeds) or range(16))
    nulls = NULL if null else 0, NULL if shuffled else 0
    asked = CensusAsked(swept[0].experiment, chosen, seconds, prove, *nulls, over_training)
    require_possible(asked, rule)
    cells = [(each.choices, replace(asked, experiment=each.experiment)) for each in swept]
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        setting, began = Setting(kept, engine, threads, display, rule), Spent()
        cost = reduce(add, (cost_of(asked, setting, MOMENT / len(cells)) for _, asked in cells))
        if not plan:
            aside().print(_cost_text(cost), soft_wrap=True, markup=False)
            left = _on(where, [asked for _, asked in cells], setting, patience)
            one = sweep is None
            found: Found = census(asked, setting, typed(), left) if one else swept_census(cells, setting, typed(), left)
    if plan:
        _tell_plan(cost, as_json)
    else:
        _tell(found, targets, programs, as_json)
        aside().print(f"It took {began}.", soft_wrap=True, markup=False)


def _tell(found: Found, targets: Sequence[Path], programs: int | None, as_json: bool) -> None:
    """Writes every file, and says on the screen what was found."""
    for target in targets:
        WRITERS[target.suffix](found, target, programs)
    if as_json:
        emit(found.as_json(programs))
        return
    people(as_json).print(terminal(_screen(found)))
    for target in targets:
        people(as_json).print(f"Wrote {path_text(target)}.", soft_wrap=True, markup=False)


def _on(where: str | None, cells: Sequence[CensusAsked], setting: Setting, patience: float) -> dict[str, str]:
    """Has a cluster do what these censuses lack, if one is asked for; by name of a run, why it was set aside."""
    if where is None:
        return {}
    with ray_cluster(where, setting.threads) as cluster:
        return census_on(cluster, cells, setting, patience)


def _tell_plan(cost: CensusCost, as_json: bool) -> None:
    if as_json:
        emit(vars(cost) | {"most_seconds": cost.most_seconds})
    else:
        people(as_json).print(_cost_text(cost), soft_wrap=True, markup=False)


def _experiments(
    task: Task, named: str | None, changes: tuple[dict[str, Any], dict[str, Any], dict[str, Any]], sweep: Path | None
) -> tuple[Swept, ...]:
    """Those of the sweep's file, or the one that the options make.

    Raises:
        RecipeError: options that the file should say, or what is wrong with either.
    """
    if sweep is None:
        return (Swept({}, overrides.experiment_with(task, named, *changes)),)
    given = [name for fields in changes for name, value in fields.items() if value is not None]
    if given:
        what = f"{', '.join(given)} are given beside it"
        raise RecipeError(
            "what is swept?", Reason("--sweep", what, "write them into the file, as a list of one choice")
        )
    return read_sweep(sweep, task, named)


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
    """What is left to do, in words. Times are of the processor."""
    training = f"{cost.left:,} of {cost.seeds:,} seeds are to be trained"
    if cost.left:
        by = "if each takes every epoch" if cost.train_most else "by the epochs that those stored took"
        training += f", {'up to' if cost.train_most else 'about'} {duration_text(cost.train_seconds)} {by}"
    programs = f"programs are to be looked for in at most {cost.looked:,} models"
    if cost.looked:
        programs += f", {cost.seconds:g} s each: up to {duration_text(cost.most_seconds)}"
        if cost.program_seconds is not None:
            programs += f", about {duration_text(cost.looked * cost.program_seconds)} by those that are stored"
    return f"{training}; {programs}. Of processor time, all threads together."
