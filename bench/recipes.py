"""How well each named experiment does: seeds 0 to 7 trained side by side, timed, and put into docs/recipes.md.

    python bench/recipes.py                  every experiment whose figures are missing or older than its recipe
    python bench/recipes.py --only copy sort these, again
    python bench/recipes.py --write          only the page, from docs/recipes.json

Figures are kept in docs/recipes.json after each experiment, so that it can be stopped and gone on with. "Solved" is
right on every input that training looks at after an epoch: the whole domain, or where it is too large the drawn inputs.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from pathlib import Path
from typing import Any

from machine import machine
from openwork.data.interval import clopper_pearson
from openwork.engines import choose_engine
from openwork.models import n_params
from openwork.tasks import format_count, make_task
from openwork.training import EXPERIMENTS, Experiment, Progress, TrainingState, named_experiment, train
from openwork.training.experiments.default import default_experiment

DOCS = Path(__file__).resolve().parent.parent / "docs"
KEPT, PAGE = DOCS / "recipes.json", DOCS / "recipes.md"
SEEDS = range(8)
HEAD = """# Recipes

Every experiment that has a name, seeds 0 to 7 side by side, each until it is right on every input or its epochs end.

Written by `python bench/recipes.py`, which measures what is missing. Times are those of a machine that may have had
other work to do."""
LEFT_OUT = {"grokking", "max-of-4", "provable-adder"}
"""what these are for is not to be solved: docs/grokking.md and docs/proofs.md have their figures"""
OTHER_SIZES = (
    make_task("dyck", {"depth": 0}),
    *(make_task("tomita", {"number": number}) for number in (1, 2, 3, 5, 6, 7)),
    make_task("repeated", {"times": 2}),
)
"""tasks that are another language with other parameters, each learned as its task says"""


def experiments() -> dict[str, Experiment]:
    """All that are measured, by what the page calls them."""
    named = {name: named_experiment(name) for name in EXPERIMENTS if name not in LEFT_OUT}
    return named | {str(task): default_experiment(task) for task in OTHER_SIZES}


def measured(name: str, threads: int | None) -> dict[str, Any]:
    """One row: how the seeds of this experiment ended, and how long all of them took."""
    experiment = experiments()[name]
    choice = choose_engine(experiment.spec, None, threads)
    started, last = time.perf_counter(), {}
    for event in train(choice.engine, experiment, TrainingState.fresh(experiment.spec, SEEDS)):
        last |= {progress.seed: progress for progress in event.progress}
        told = max(progress.epoch for progress in event.progress)
        print(
            f"\r{name}: epoch {told} of {experiment.recipe.epochs}, {len(event.progress)} seeds",
            end="",
            file=sys.stderr,
        )
    seconds = time.perf_counter() - started
    print(file=sys.stderr)
    return row(name, experiment, tuple(last.values()), seconds) | {"engine": choice.engine.name, "machine": machine()}


def row(name: str, experiment: Experiment, ended: tuple[Progress, ...], seconds: float) -> dict[str, Any]:
    """What the table says of one experiment."""
    solved = [p.epoch for p in ended if right_everywhere(p)]
    worst = min(least_right(p) for p in ended)
    return {
        "experiment": name,
        "key": experiment.key,
        "task": str(experiment.task),
        "domain": format_count(experiment.task.domain_size),
        "parameters": n_params(experiment.spec),
        "seeds": len(ended),
        "solved": len(solved),
        "epochs": sorted(solved),
        "least": worst,
        "seconds": float(f"{seconds:.2g}"),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def right_everywhere(progress: Progress) -> bool:
    """Whether every input was answered right at the end."""
    parts = [progress.train, *([progress.held_out] if progress.held_out else [])]
    return all(part.sequences == part.inputs for part in parts)


def least_right(progress: Progress) -> float:
    """The lower of the shares of inputs that are right, trained on and held out."""
    parts = [progress.train, *([progress.held_out] if progress.held_out else [])]
    return min(part.sequences / part.inputs for part in parts)


def page(rows: list[dict[str, Any]]) -> str:
    """docs/recipes.md."""
    names = ("experiment", "task", "inputs", "parameters", "solved", "95 % interval", "epochs of those")
    names += ("least right", "all seeds", "machine")
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for found in sorted(rows, key=lambda r: r["experiment"]):
        low, high = clopper_pearson(found["solved"], found["seeds"])
        epochs = f"{found['epochs'][0]} to {found['epochs'][-1]}" if found["epochs"] else ""
        lines.append(
            f"| `{found['experiment']}` | {found['task']} | {found['domain']} | {found['parameters']:,} "
            f"| {found['solved']} of {found['seeds']} | {low:.0%} to {high:.0%} | {epochs} | {found['least']:.2%} "
            f"| {found['seconds']:g} s | {found['machine']}, {found['engine']}, {found['date']} |"
        )
    return "\n\n".join([HEAD, "\n".join(lines)]) + "\n"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=sorted(experiments()), help="measure these, again")
    parser.add_argument("--threads", type=int, help="cores to use; else all")
    parser.add_argument("--write", action="store_true", help="only write the page from what is kept")
    options = parser.parse_args()
    kept = {r["experiment"]: r for r in json.loads(KEPT.read_text(encoding="utf-8"))["rows"]} if KEPT.exists() else {}
    wanted = experiments()
    missing = [name for name, one in wanted.items() if name not in kept or kept[name]["key"] != one.key]
    for name in [] if options.write else options.only or missing:
        kept[name] = measured(name, options.threads)
        rows = [r for experiment, r in sorted(kept.items()) if experiment in wanted]
        KEPT.write_text(json.dumps({"rows": rows}, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page([r for r in kept.values() if r["experiment"] in wanted]), encoding="utf-8")


if __name__ == "__main__":
    main()
