"""`openwork gallery`: a page about somebody else's model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from openwork.claims import ClaimsHeading
from openwork.cli import options
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, path_text, people
from openwork.cli.typed import typed
from openwork.data import Inputs
from openwork.errors import ClaimError, OpenworkError, Reason
from openwork.jobs.gallery import gallery_page, gallery_run
from openwork.jobs.given_files import read_claims, read_heading, require_writable
from openwork.jobs.given_task import given_task
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report import gallery_document, verdict_parts, write_html, write_markdown
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store
from openwork.tasks import Task, make_task

app = typer.Typer(add_completion=False)
WRITERS = {".md": write_markdown, ".html": write_html}
TRACED = 500
"""inputs on which routes are found unless more are asked for"""


@app.command(
    epilog=examples(
        "openwork gallery palindrome.pt palindrome.toml -o palindrome.md",
        "openwork gallery brackets.pt brackets.toml --program brackets.py --inputs 2000",
        "openwork gallery palindrome.pt palindrome.toml --live",
        "openwork gallery theirs.pt theirs.toml --task my_task.py",
    )
)
def gallery(
    file: Annotated[Path, typer.Argument(help="Its file, or the folder with it.", show_default=False)],
    claims: Annotated[Path, typer.Argument(help="A claims file in TOML.", show_default=False)],
    program: Annotated[
        list[Path] | None,
        typer.Option("--program", help="A Python file to run, which a claim names. Repeatable.", show_default=False),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="What the model should compute; else what the claims name.", show_default=False),
    ] = None,
    param: options.TaskParams = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Page to write, .md or .html; else FILE.md.", show_default=False),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="A page, .html, that holds the model, to play with.")] = False,
    inputs: options.MostInputs = None,
    routes_on: Annotated[
        int, typer.Option("--routes-on", min=1, help="Find routes on at most so many inputs.")
    ] = TRACED,
    sample_seed: options.SampleSeed = 0,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Write a page about somebody else's model: how it works, and what nobody understands yet.

    Imports the file, finds out by trial what it does not say, judges the claims on those inputs that the model answers
    right, finds its routes, and tells what is open: what the claims file lists, and what was measured to be so.
    """
    heading, page = read_heading(claims), output or Path(f"{file.stem}.{'html' if live else 'md'}")
    wanted = _task(claims, heading, task, options.params_of(param))
    _require_page(page, live)
    read_claims(claims, wanted, None, program or ())
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        opened, imported = gallery_run(
            file,
            wanted,
            heading,
            claims_for=lambda spec: read_claims(claims, wanted, spec, program or ()),
            setting=Setting(kept, engine, threads, display),
            inputs=Inputs(inputs, sample_seed),
            traced=Inputs(min(routes_on, inputs or routes_on), sample_seed),
            live=live,
        )
        if live:
            opened.report(page)
        else:
            WRITERS[page.suffix](gallery_document(gallery_page(opened, imported, heading, typed())), page)
    verdicts = opened.claims
    if as_json:
        emit({"run": opened.stored.name, "page": str(page.absolute()), "verdicts": [v.as_json() for v in verdicts]})
    else:
        people(as_json).print(terminal(verdict_parts(verdicts)[:1]))
        people(as_json).print(f"Page: {path_text(page)}", soft_wrap=True)
    if not all(verdict.met for verdict in verdicts):
        raise typer.Exit(1)


def _require_page(page: Path, live: bool) -> None:
    """Raises OpenworkError where no page of this name can be written."""
    if page.suffix not in WRITERS or (live and page.suffix != ".html"):
        what = "does not end in .html" if live else "ends neither in .md nor in .html"
        raise OpenworkError("the page cannot be written", Reason("--output", f"{page.name} {what}"))
    require_writable(page)


def _task(claims: Path, heading: ClaimsHeading, given: str | None, params: Mapping[str, int]) -> Task:
    """The task that the user names, else the one of the claims: a file that they name is not executed.

    Raises:
        ClaimError: neither names one, or each another.
        TaskError: there is no such task, or it is none.
    """
    if given is not None:
        task = given_task(given, params)
        if heading.task and heading.task != task.name:
            what = f"the claims are about {heading.task}, and {given} is {task.name}"
            raise ClaimError(f"{claims.name} is about another task", Reason("--task", what, "leave --task out"))
        return task
    if not heading.task:
        reason = Reason("task", "is missing", 'write task = "..." above the claims, or name one: --task')
        raise ClaimError(f"{claims.name} does not say what it is about", reason)
    return make_task(heading.task, params)
