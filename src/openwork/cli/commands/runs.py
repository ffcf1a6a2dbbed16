"""`openwork runs`: what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from openwork.analyses.steps import Step
from openwork.claims import verdict_from_json
from openwork.claims.check import current
from openwork.cli.examples import examples
from openwork.cli.failure import tell
from openwork.cli.options import JsonFlag, StorePath
from openwork.cli.output import aside, emit, people, print_facts
from openwork.cli.run_origin import origin_line
from openwork.cli.run_view import accuracies, moment, run_lines, run_summary
from openwork.errors import Reason, StoreError
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report.terminal.quantities import duration_text, share_text
from openwork.runs import Imported, Run, Store, default_home, recover

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List, show, remove or recover stored runs.")
STALE = " [judged by an older openwork, or on other answers: check judges it again]"
DAMAGED = "the store is damaged"
Names = Annotated[list[str], typer.Argument(help="Names of runs, or how they begin.", show_default=False)]


@app.command("list", epilog=examples("openwork runs list", "openwork runs list --task reverse-increment --json"))
def list_runs(
    task: Annotated[str | None, typer.Option("--task", help="Only runs of this task.", show_default=False)] = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """List the stored runs, oldest first, with what each was trained on or where it comes from.

    What is damaged is named after the runs that are whole, and the exit code is 2 then.
    """
    with Store.open(store) as kept:
        contents = kept.contents()
        runs = [run for run in contents.runs if task is None or run.task_name == task]
        if as_json:
            _emit_list(runs, contents.damage)
        elif runs or not contents.damage:
            _print_list(runs, task, Counter(run.task_name for run in contents.runs) if task else Counter(), kept.home)
    if contents.damage:
        raise typer.Exit(tell(StoreError(DAMAGED, contents.damage), as_json=False))


def _print_list(runs: Sequence[Run], task: str | None, others: Counter[str], home: Path) -> None:
    """The runs by what they were trained on; where there are none, why."""
    console = people(as_json=False)
    if not runs:
        console.print(_nothing(task, others, home), markup=False, soft_wrap=True)
        return
    for about, lines in run_lines(list(runs)):
        console.print(about, style="bold" if lines else "dim", markup=False, soft_wrap=True)
        for line in lines:
            console.print(line, markup=False, soft_wrap=True)


def _nothing(task: str | None, others: Counter[str], home: Path) -> str:
    """Why nothing is listed."""
    if not others:
        return f"No runs in {home} yet. Make one: openwork train {task or 'TASK'}"
    known = ", ".join(f"{name} ({number})" for name, number in sorted(others.items()))
    return f"No runs of {task} in {home}, which has runs of {known}."


def _emit_list(runs: Sequence[Run], damage: Sequence[Reason]) -> None:
    """The runs; where something is damaged an error, and beside it the runs that are whole."""
    listed = [run_summary(run) for run in runs]
    error = {"kind": "StoreError", "title": DAMAGED, "reasons": damage}
    emit({"error": error, "runs": listed} if damage else listed)


@app.command("show", epilog=examples("openwork runs show 3f2a", "openwork runs show 3f2a --json"))
def show(
    name: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one run: what was trained, how it went, how its claims were judged."""
    with Store.open(store) as kept:
        run = kept.find(name)
        verdicts = kept.verdicts(run)
        if as_json:
            now = _current(run, kept) if verdicts else set()
            marked = {key: verdict | {"current": key in now} for key, verdict in verdicts.items()}
            about = {"experiment": run.source.as_json(), "history": run.history, "verdicts": marked}
            emit(run_summary(run) | about)
            return
        console = people(as_json)
        facts: list[tuple[str, object]] = [("run", run.name), ("task", run.task), ("model", run.spec)]
        facts += _imported(run.source, run) if isinstance(run.source, Imported) else _trained(run)
        print_facts(console, facts, indent=0)
        now = _current(run, kept) if verdicts else set()
        for key, verdict in verdicts.items():
            said = f"{verdict['outcome']:<10} {verdict['claim']['id']}: {verdict['sentence']}"
            console.print(said if key in now else said + STALE, markup=False, soft_wrap=True)


def _current(run: Run, store: Store) -> set[str]:
    """What the verdicts are kept under that are of today's judge, on the model and the task as they are now."""
    subject = open_run(run, Setting(store), trains=False).subject
    kept = store.verdicts(run).items()
    return {key for key, value in kept if current((verdict_from_json(value),), subject)}


def _trained(run: Run) -> list[tuple[str, object]]:
    experiment = run.experiment
    return [
        ("experiment", origin_line(run).removeprefix("experiment ")),
        ("split", f"{experiment.split.kind}, {share_text(experiment.split.held_out)} held out"),
        ("seed", run.seed),
        ("status", f"{run.status} after epoch {run.epoch} of {experiment.recipe.epochs}"),
        ("solved at", "-" if run.first_solved_epoch is None else f"epoch {run.first_solved_epoch}"),
        ("accuracy", "{} trained on, {} held out".format(*accuracies(run))),
        ("engine", run.engine),
        ("time", f"{duration_text(run.seconds)}, from {moment(run.created)} to {moment(run.updated)} UTC"),
    ]


def _imported(source: Imported, run: Run) -> list[tuple[str, object]]:
    origin, measured = source.origin, run.last.train
    return [
        ("imported", f"from {origin.file} (SHA-256 {origin.digest[:12]}…) on {moment(run.created)} UTC"),
        ("accuracy", f"{share_text(measured.accuracy)} of answers, on {measured.inputs:,} inputs"),
        *(("settings", said) for said in origin.said),
        *(("note", note) for note in origin.notes),
    ]


@app.command("remove", epilog=examples("openwork runs remove 3f2a", "openwork runs remove 3f2a 77b0 --yes"))
def remove(
    names: Names,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Remove runs, with their weights and verdicts. Every name is looked up before the first is removed."""
    with Store.open(store) as kept:
        runs = list({run.name: run for run in map(kept.find, names)}.values())
        if not yes:
            typer.confirm(f"Remove {', '.join(run.name for run in runs)} from {kept.home}?", abort=True, err=True)
        for run in runs:
            kept.remove(run)
    if as_json:
        emit({"removed": [run.name for run in runs]})
    else:
        people(as_json).print(f"Removed {', '.join(run.name for run in runs)}.")


@app.command("recover", epilog=examples("openwork runs recover", "openwork runs recover --store other-runs --json"))
def recover_runs(store: StorePath = None, as_json: JsonFlag = False) -> None:
    """Rebuild the store: what is whole in its database, and every run that its files can tell of.

    For a damaged store, or one whose database was moved away. Writes a new database, keeps the old one in a folder
    beside it, deletes nothing, and tells what came back and what did not.
    """
    home = default_home() if store is None else store.expanduser().absolute()
    with ProgressDisplay(aside()) as display:
        recovered = recover(home, lambda what, share: display(Step(what, share, 0)))
    if as_json:
        emit({"home": str(home), "whole": recovered is None} | ({} if recovered is None else vars(recovered)))
        return
    console = people(as_json)
    if recovered is None:
        console.print(f"Nothing is damaged in {home}, and its database knows every file: nothing was changed.")
        return
    lines = [
        f"{len(recovered.kept)} runs are as they were." if len(recovered.kept) != 1 else "1 run is as it was.",
        f"{len(recovered.rebuilt)} rebuilt from files{': ' if recovered.rebuilt else ''}"
        f"{', '.join(recovered.rebuilt)}.",
        f"{recovered.verdicts} verdicts and {recovered.results} results are kept.",
        *([] if recovered.old is None else [f"The old database is in {recovered.old}."]),
    ]
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
    if recovered.lost:
        console.print("What did not come back:")
    for reason in recovered.lost:
        console.print(f"  {reason}", markup=False, soft_wrap=True)
