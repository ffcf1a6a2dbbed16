"""`openwork reproduce`: a published recipe to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openwork.claims import clopper_pearson
from openwork.cli import options
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, path_text, people
from openwork.jobs import reproduction
from openwork.jobs.given_files import require_writable
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.setting import Setting
from openwork.report import Reproduction, comparisons, reproduction_screen
from openwork.report.terminal.lowering import terminal
from openwork.runs import Store

app = typer.Typer(add_completion=False)
EXAMPLES = examples(
    "openwork reproduce notebook",
    "openwork reproduce notebook --seeds 16",
    "openwork reproduce notebook --seeds 16 --json",
)


@app.command(epilog=EXAMPLES)
def reproduce(
    publication: Annotated[str, typer.Argument(help="What to reproduce: notebook.", show_default=False)],
    seed: options.OneSeed = None,
    seeds: options.SeedList = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="HTML file to write; else none.", show_default=False)
    ] = None,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Run a published recipe; its numbers beside ours.

    Trains it for one seed (0) or many, prints every number that it reports beside what each seed gave, says in how
    many seeds it was right on every input with an exact 95 % interval, and judges the claims made about it.
    """
    chosen, console = options.seeds_of(seed, seeds) or (0,), people(as_json)
    if output is not None:
        require_writable(output)
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        setting = Setting(kept, engine, threads, display)
        result = reproduction.reproduce(publication, setting, seeds=chosen, page=output)
    if as_json:
        emit(_as_json(result) | {"report": None if output is None else str(output.absolute())})
        return
    console.print(terminal(reproduction_screen(result)))
    if output is not None:
        console.print(f"\nReport: {path_text(output)}", soft_wrap=True)


def _as_json(found: Reproduction) -> dict[str, Any]:
    return {
        "experiment": found.experiment.as_json(),
        "compared": comparisons(found),
        "right_after_some_epoch": _rate(len(found.reached), len(found.seeds)),
        "right_at_the_end": _rate(len(found.solved_at_end), len(found.seeds)),
        "seeds": [
            {
                "seed": s.seed,
                "epochs": s.curve.records(),
                "zeroed": [ablation.records()[-2] for ablation in s.zeroed],
                "readout": s.readout.records(),
                "attention": s.attention.records(),
                "mlp_outputs": s.outputs.records(),
            }
            for s in found.seeds
        ],
        "judged": found.judged,
        "verdicts": [verdict.as_json() for verdict in (*found.verdicts, *found.recipe.verdicts)],
    }


def _rate(count: int, total: int) -> dict[str, Any]:
    return {"seeds": count, "of": total, "interval_95": clopper_pearson(count, total)}
