"""`openwork runs`: what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from openwork.analyses.steps import Step
from openwork.claims import verdict_from_json
from openwork.claims.check import current
from openwork.cli.examples import examples
from openwork.cli.failure import tell
from openwork.cli.options import JsonFlag, StorePath
from openwork.cli.output import aside, emit, people, print_facts, table
from openwork.cli.run_origin import origin_line
from openwork.cli.run_view import accuracies, moment, run_lines, run_summary
from openwork.errors import Reason, StoreError
from openwork.interop.trackers import TRACKERS, add_to, history_of, require_tracker
from openwork.jobs.opened import open_run
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report.terminal.quantities import duration_text, share_text
from openwork.runs import (
    EVERY,
    Group,
    Imported,
    Listing,
    Run,
    Store,
    default_home,
    equal,
    group_runs,
    keep_rule,
    list_runs,
    prunable,
    prune,
    recover,
)
from openwork.runs import condition as condition_of

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List, show, remove, prune, export or recover stored runs."
)
STALE = " [judged by an older openwork, or on other answers: check judges it again]"
DAMAGED = "the store is damaged"
PAGE = 100
"""runs that are shown at once"""
GROUPED = ("layers", "heads", "d_model", "weight_decay")
"""what is shown of an experiment beside its task"""
Names = Annotated[list[str], typer.Argument(help="Names of runs, or how they begin.", show_default=False)]


Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help="Only runs that meet it, as 'solved and layers = 2'; docs/store.md has all columns.",
        show_default=False,
    ),
]


@app.command(
    "list",
    epilog=examples(
        "openwork runs list",
        "openwork runs list --where 'solved and layers = 2' --newest",
        "openwork runs list --task reverse-increment --json",
    ),
)
def list_stored(
    task: Annotated[str | None, typer.Option("--task", help="Only runs of this task.", show_default=False)] = None,
    where: Where = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Runs on a page; else 100, or all with --json.", show_default=False),
    ] = None,
    page: Annotated[int, typer.Option("--page", min=1, help="Which page.")] = 1,
    newest: Annotated[bool, typer.Option("--newest", help="Newest first.")] = False,
    group: Annotated[
        bool, typer.Option("--group", help="Count runs that differ in their seed only, a line for each experiment.")
    ] = False,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """List the stored runs, oldest first, with what each was trained on or where it comes from.

    What is damaged is named after the runs that are whole, and the exit code is 2 then.
    """
    _require_one_list(limit, page, newest, group)
    if page > 1 and limit is None and as_json:
        raise StoreError("what is listed?", Reason("--page", "--json has all runs on one page", "give --limit too"))
    condition = EVERY if task is None else equal("task", task)
    condition &= EVERY if where is None else condition_of(where)
    most = limit if limit is not None or as_json else PAGE
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        if group:
            groups, damage = group_runs(kept, condition, _watch(display))
        else:
            skip = (page - 1) * (most or 0)
            listed = list_runs(kept, condition, most=most, skip=skip, newest=newest, watch=_watch(display))
            damage = listed.damage
    if group:
        _emit_damaged(groups, damage, "groups") if as_json else _print_groups(groups)
    elif as_json:
        _emit_damaged([run_summary(run) for run in listed.runs], damage, "runs")
    elif listed.runs or not damage:
        _print_list(listed, _Asked(task, where, skip), kept.home)
    if damage:
        raise typer.Exit(tell(StoreError(DAMAGED, damage), as_json=False))


def _watch(display: ProgressDisplay) -> Callable[[str, float], None]:
    """What tells a display how far something is."""
    return lambda what, share: display(Step(what, share, 0))


@dataclass(frozen=True)
class _Asked:
    """What a list is asked for: which runs, and how many are on the pages before."""

    task: str | None
    where: str | None
    skip: int


def _require_one_list(limit: int | None, page: int, newest: bool, group: bool) -> None:
    """Nothing where the options of a list fit each other."""
    reasons = [
        Reason(option, "is of a list of runs, and --group counts them", "give one of them")
        for option, given in (("--limit", limit is not None), ("--page", page > 1), ("--newest", newest))
        if given and group
    ]
    if reasons:
        raise StoreError("what is listed?", reasons)


def _print_list(listed: Listing, asked: _Asked, home: Path) -> None:
    """The runs by what they were trained on, and which of all they are where there are more; or why there are none."""
    console = people(as_json=False)
    if not listed.runs:
        console.print(_nothing(listed, asked, home), markup=False, soft_wrap=True)
        return
    for about, lines in run_lines(listed.runs):
        console.print(about, style="bold" if lines else "dim", markup=False, soft_wrap=True)
        for line in lines:
            console.print(line, markup=False, soft_wrap=True)
    if asked.skip or listed.last < listed.found:
        more = "; --page or --limit shows others" if listed.last < listed.found else ""
        said = f"Runs {asked.skip + 1:,} to {listed.last:,} of {listed.found:,}{more}."
        console.print(said, style="dim", markup=False, soft_wrap=True)


def _print_groups(groups: Sequence[Group]) -> None:
    """A line for each experiment."""
    rows = [
        [
            ", ".join([str(group.about["task"]), *(f"{k}={v}" for k, v in json.loads(group.about["params"]).items())]),
            *("-" if group.about[name] is None else f"{group.about[name]:g}" for name in GROUPED),
            f"{group.runs:,}",
            f"{group.solved:,}",
            group.example,
        ]
        for group in groups
    ]
    titles = ("task", "layers", "heads", "d_model", "decay", "runs", "solved", "one of them")
    people(as_json=False).print(table(titles, rows, right=titles[1:-1]))


def _nothing(listed: Listing, asked: _Asked, home: Path) -> str:
    """Why nothing is listed."""
    if listed.found:
        return f"{listed.found:,} runs are found, and this page begins after run {asked.skip:,}."
    if not listed.stored:
        return f"No runs in {home} yet. Make one: openwork train {asked.task or 'TASK'}"
    known = ", ".join(f"{name} ({number})" for name, number in listed.stored.items())
    if asked.where is not None:
        return f"No run in {home} meets the condition; it has runs of {known}."
    return f"No runs of {asked.task} in {home}, which has runs of {known}."


def _emit_damaged(found: Sequence[object], damage: Sequence[Reason], name: str) -> None:
    """What was found; where something is damaged an error, and beside it what is whole."""
    error = {"kind": "StoreError", "title": DAMAGED, "reasons": damage}
    emit({"error": error, name: found} if damage else found)


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


@app.command(
    "prune",
    epilog=examples(
        "openwork runs prune --keep solved",
        "openwork runs prune --keep last --where 'created < 2026-11-01' --yes",
    ),
)
def prune_runs(
    keep: Annotated[
        str,
        typer.Option("--keep", help="Whose checkpoints stay: all, solved, last or none; see below.", metavar="RULE"),
    ],
    where: Where = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it.")] = False,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Free the room that checkpoints take; without --yes, only say how much.

    With `last`, of every run that has ended the final weights are kept, and not those after each epoch. With `solved`
    that is so of runs that are not solved. With `none`, runs that are not solved, and of which nothing was measured,
    lose their final weights too. No row goes: lists, histories, verdicts and programs stay. Runs in training, imported
    ones, and those whose training was judged are left as they are.
    """
    rule = keep_rule(keep)
    condition = EVERY if where is None else condition_of(where)
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        listed = list_runs(kept, condition, watch=_watch(display))
        chosen = prunable(kept, listed.runs, rule)
        done = yes and not listed.damage  # a damaged store may say of a run what is not so, and what goes is gone
        if done:
            prune(kept, chosen, _watch(display))
    freed = sum(each.bytes for each in chosen)
    if as_json:
        emit({"runs": [each.run.name for each in chosen], "bytes": freed, "done": done})
    else:
        said = f"{freed / 1e6:,.1f} MB, the checkpoints of {len(chosen):,} of {listed.found:,} runs"
        people(as_json).print(f"Freed {said}." if done else f"Would free {said}: --yes does it.", soft_wrap=True)
    if listed.damage:
        raise typer.Exit(tell(StoreError(DAMAGED, listed.damage), as_json=False))


@app.command(
    "export",
    epilog=examples(
        "openwork runs export --to tensorboard -o boards",
        "openwork runs export --to wandb --where 'task = sort and solved'",
    ),
)
def export_runs(
    to: Annotated[str, typer.Option("--to", help=f"For which program: {', '.join(TRACKERS)}.", show_default=False)],
    where: Where = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write; else openwork-PROGRAM.", show_default=False)
    ] = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Write histories of runs for TensorBoard, MLflow or Weights & Biases, through their own libraries, offline.

    Of every run that has ended: what decided it, and what was measured after each epoch; runs that differ in their seed
    only are one group. What is there already is left as it is, so the same command adds what is new. Weights stay here:
    `openwork export` writes these.
    """
    condition = EVERY if where is None else condition_of(where)
    folder = Path(f"openwork-{to}") if output is None else output
    tracker = require_tracker(to, folder)
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        listed = list_runs(kept, condition, watch=_watch(display))
        ended = [run for run in listed.runs if run.ended]
        written = []
        for number, run in enumerate(ended):
            display(Step(f"writing run {run.name}", number / len(ended), 0))
            if add_to(tracker, history_of(run), folder):
                written.append(run.name)
    if as_json:
        emit({"written": written, "runs": len(ended), "folder": str(folder), "look": tracker.look()})
    else:
        said = f"Wrote {len(written):,} runs to {folder}; {len(ended) - len(written):,} were there already, and"
        said += f" {len(listed.runs) - len(ended):,} have not ended. To see them: {tracker.look()}"
        people(as_json).print(said, markup=False, highlight=False, soft_wrap=True)
    if listed.damage:
        raise typer.Exit(tell(StoreError(DAMAGED, listed.damage), as_json=False))


@app.command("recover", epilog=examples("openwork runs recover", "openwork runs recover --store other-runs --json"))
def recover_runs(store: StorePath = None, as_json: JsonFlag = False) -> None:
    """Rebuild the store: what is whole in its database, and every run that its files can tell of.

    For a damaged store, or one whose database was moved away. Writes a new database, keeps the old one in a folder
    beside it, deletes nothing, and tells what came back and what did not.
    """
    home = default_home() if store is None else store.expanduser().absolute()
    with ProgressDisplay(aside()) as display:
        recovered = recover(home, _watch(display))
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
