"""`openwork findings`: what holds of all the models that an experiment gives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork.claims import Claim, article_for, heading_for, instead_for
from openwork.cli import options, overrides
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, path_text, people
from openwork.cli.typed import typed
from openwork.errors import OpenworkError, Reason
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.findings import findings as findings_of
from openwork.jobs.given_files import read_claims, require_writable
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report import Findings, findings_document, write_html, write_markdown
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store
from openwork.training import Experiment, named_experiment

app = typer.Typer(add_completion=False)
WRITERS = {".md": write_markdown, ".html": write_html}


@app.command(
    epilog=examples(
        "openwork findings notebook --seeds 64 --split shuffled -o findings.md",
        "openwork findings reverse-increment --seeds 8 --claims mine.toml",
        "openwork findings notebook --seeds 64 --programs --prove",
    )
)
def findings(
    experiment: Annotated[str, typer.Argument(help="A named experiment, for example notebook.", show_default=False)],
    seeds: options.SeedList = None,
    split: overrides.SplitKind = None,
    claims: Annotated[
        list[Path] | None,
        typer.Option("--claims", help="A claims file; else those that come along. Repeatable.", show_default=False),
    ] = None,
    programs: Annotated[
        bool,
        typer.Option("--programs", help="Look for the program of each too, and count mechanisms as a census does."),
    ] = False,
    seconds: options.EachSeconds = options.EACH_SECONDS,
    prove: options.ProveEach = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A page to write, .md or .html.", show_default=False)
    ] = None,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Ask every claim of every solved seed, and count the mechanisms.

    Trains the seeds, judges all claims on each one that is right on every input, and finds its routes. What is in the
    store is not done again, so an interrupted command goes on where it was.
    """
    _require_possible(output, programs, seconds, prove)
    wanted = _experiment(experiment, split)
    groups = _groups(wanted, claims)
    chosen = options.seeds_of(None, seeds) or tuple(range(16))
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        setting = Setting(kept, engine, threads, display)
        heading = None if claims else heading_for(wanted.task)
        published = None if heading is None else heading.publication
        looked = CensusAsked(wanted, chosen, seconds, prove) if programs else None
        result = findings_of(wanted, chosen, groups, setting, typed(), published, looked)
    if output is not None:
        WRITERS[output.suffix](findings_document(result), output)
    if as_json:
        emit(_summary(result))
        return
    console = people(as_json)
    document = findings_document(result)
    console.print(terminal(document.parts[: 1 + len(groups)]))
    if output is not None:
        console.print(f"All of it: {path_text(output)}", soft_wrap=True)


def _require_possible(output: Path | None, programs: bool, seconds: float, prove: bool) -> None:
    """Nothing where the page can be written and there is time to look for programs; every reason otherwise."""
    reasons = []
    if output is not None and output.suffix not in WRITERS:
        reasons.append(Reason("--output", f"{output.name} ends neither in .md nor in .html"))
    if not seconds > 0:
        reasons.append(Reason("--seconds", f"{seconds:g} is not above 0", "for example 24"))
    if prove and not programs:
        what = "is asked of models whose programs are looked for"
        reasons.append(Reason("--prove", what, "write --programs too"))
    if reasons:
        raise OpenworkError("there can be no such findings", reasons)
    if output is not None:
        require_writable(output)


def _experiment(name: str, split: str | None) -> Experiment:
    wanted = named_experiment(name)
    if split is None:
        return wanted
    return overrides.experiment_with(wanted.task, name, {}, {}, {"kind": split})


def _groups(wanted: Experiment, files: list[Path] | None) -> tuple[tuple[str, tuple[Claim, ...]], ...]:
    if files:
        return tuple((file.stem, read_claims(file, wanted.task, wanted.spec)) for file in files)
    own = "What holds instead" if article_for(wanted.task) else "What holds"
    shipped = (("The article", article_for), (own, instead_for))
    return tuple((title, claims) for title, of in shipped if (claims := of(wanted.task, wanted.spec)))


def _summary(found: Findings) -> dict[str, object]:
    return {
        "seeds": found.seeds,
        "solved": [model.seed for model in found.models],
        "mechanisms": [[model.seed for model in of] for _, of in found.mechanisms],
        "shapes": {shape: [model.seed for model in of] for shape, of in found.shapes},
        "claims": {
            claim.id: {str(verdict.outcome): 0 for verdict in found.verdicts(claim.id)} | _counts(found, claim.id)
            for _, claims in found.claims
            for claim in claims
        },
        "programs": None if found.census is None else found.census.as_json(0)["mechanisms"],
        "recipe": {verdict.claim.id: str(verdict.outcome) for verdict in found.recipe.verdicts},
    }


def _counts(found: Findings, claim: str) -> dict[str, int]:
    outcomes = [str(verdict.outcome) for verdict in found.verdicts(claim)]
    return {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
