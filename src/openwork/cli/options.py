"""Options that several commands share, and how their text becomes values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from openwork.errors import OpenworkError, Reason, RecipeError, StoreError, TaskError, suggestion
from openwork.jobs.cluster.address import wrong_address
from openwork.runs import Keep, keep_rule

MOST_SEEDS = 1_048_576
"""in one command; more is most likely a slip"""

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value on standard output, for machines.")]
StorePath = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="FOLDER",
        help="Folder of runs; else OPENWORK_HOME, else ./openwork-runs.",
        show_default=False,
    ),
]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine", metavar="NAME", help="native or torch; else the one that suits the model.", show_default=False
    ),
]
EACH_SECONDS = 24.0
"""for the program of one of many models, as in a report"""
EachSeconds = Annotated[float, typer.Option("--seconds", help="How long to look for the program of one model.")]
ProveEach = Annotated[bool, typer.Option("--prove", help="Prove every solved model right on every input, too.")]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        min=1,
        help="Cores to use; else all, or OMP_NUM_THREADS. Never changes a result.",
        show_default=False,
    ),
]
TaskName = Annotated[
    str, typer.Argument(help="A name that `openwork tasks` lists, or your own Python file.", show_default=False)
]
TaskParams = Annotated[
    list[str] | None,
    typer.Option(
        "--param", metavar="NAME=VALUE", help="A parameter of the task, as base=4. Repeatable.", show_default=False
    ),
]
SeedList = Annotated[
    str | None,
    typer.Option(
        "--seeds", metavar="SEEDS", help="16 (that is 0 to 15), 4..9 (both included), or 1,5,7.", show_default=False
    ),
]
ExperimentName = Annotated[
    str | None, typer.Option("--experiment", help="A named one; else the task's own.", show_default=False)
]
MostInputs = Annotated[
    int | None,
    typer.Option(
        "--inputs",
        min=1,
        help="Measure on at most so many inputs, drawn where there are more; else all, or 10,000 of more than 2^22.",
        show_default=False,
    ),
]
SampleSeed = Annotated[
    int, typer.Option("--sample-seed", min=0, help="Seed with which inputs are drawn.", show_default=False)
]
OnlyRight = Annotated[
    bool,
    typer.Option("--only-right", help="Judge how the model works on those inputs only that it answers right."),
]
Compare = Annotated[
    bool,
    typer.Option("--compare", help="Look for the routes of up to two other solved seeds too, for the page."),
]
KeepRule = Annotated[
    str,
    typer.Option(
        "--keep",
        metavar="RULE",
        help="Whose checkpoints stay once a seed has ended: all, solved, last or none, as of `openwork runs prune`.",
    ),
]
OnCluster = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="CLUSTER",
        help="Have a Ray cluster do it: ray, the one that RAY_ADDRESS names or one on this machine; or ray://HOST:PORT.",
        show_default=False,
    ),
]
Patience = Annotated[
    float,
    typer.Option("--patience", metavar="SECONDS", help="Of a cluster: after how long a batch is given up as endless."),
]
PATIENCE = 1800.0
OneSeed = Annotated[int | None, typer.Option("--seed", min=0, help="One seed.", show_default=False)]


def seeds_of(one: int | None, text: str | None) -> tuple[int, ...] | None:
    """What `--seed` and `--seeds` ask for; None where neither is given.

    Raises:
        RecipeError: both are given, or the text is no list of seeds.
    """
    if one is not None and text is not None:
        raise RecipeError("which seeds?", Reason("--seed, --seeds", "both are given", "give one of them"))
    if text is None:
        return None if one is None else (one,)
    seeds = _parse_seeds(text)
    if not seeds or len(seeds) > MOST_SEEDS:
        how_many = f"{text!r} is not a list of 1 to {MOST_SEEDS:,} seeds"
        mend = "write 16, 4..9 or 1,5,7: 16 means 0 to 15, and 0..0 means seed 0 alone"
        raise RecipeError("which seeds?", Reason("--seeds", how_many, mend))
    return seeds


def _parse_seeds(text: str) -> tuple[int, ...]:
    """The seeds that the text names; none where it cannot be read or names too many."""
    first, dots, last = text.partition("..")
    if dots:
        bounds = (first, last) if first.isdecimal() and last.isdecimal() else ("1", "0")
        low, high = map(int, bounds)
        return tuple(range(low, high + 1)) if high - low < MOST_SEEDS else ()
    if text.isdecimal():
        return tuple(range(min(int(text), MOST_SEEDS + 1)))
    parts = text.split(",")
    return tuple(dict.fromkeys(map(int, parts))) if all(part.isdecimal() for part in parts) else ()


def kept_and_done(keep: str, on: str | None, patience: float) -> tuple[Keep, str | None]:
    """The rule for checkpoints, and the cluster that is asked for, None for this machine.

    Raises:
        OpenworkError: no such rule, no cluster, or one that cannot be waited for; all at once.
    """
    wrong = [] if on is None else wrong_address(on)
    if not patience > 0:
        wrong.append(Reason("--patience", f"{patience:g} is not above 0", f"for example {PATIENCE:g}"))
    try:
        rule = keep_rule(keep)
    except StoreError as error:
        wrong = [*error.reasons, *wrong]
    if wrong:
        raise OpenworkError("nothing can be kept or done so", wrong)
    return rule, on


def params_of(texts: Sequence[str] | None) -> dict[str, int]:
    """`["base=4"]` as `{"base": 4}`.

    Raises:
        TaskError: with everything that is not NAME=WHOLE NUMBER, or is given twice.
    """
    params: dict[str, int] = {}
    reasons = []
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value.lstrip("-").isdecimal()):
            reasons.append(Reason("--param", f"{text!r} is not NAME=WHOLE NUMBER", "write it as base=4"))
        elif name in params:
            reasons.append(Reason("--param", f"{name} is given twice", "give it once"))
        else:
            params[name] = int(value)
    if reasons:
        raise TaskError("the task's parameters cannot be read", reasons)
    return params


def one_of(option: str, value: str | None, known: Sequence[str], error: type[OpenworkError]) -> None:
    """Raises `error`, with the nearest known value, unless `value` is one of `known` or None."""
    if value is not None and value not in known:
        raise error(f"unknown value of {option}", Reason(option, f"there is no {value!r}", suggestion(value, known)))
