"""Every solved run of a store decompiled: one row of docs/decompile.md for each.

    openwork train copy --seeds 40..42      # and the other tasks, into one store
    python bench/decompile.py --store FOLDER > table.md

Nothing is taken from what the store has kept: every run is searched anew, and the seconds are of the processor.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import Decompilation, decompile, program_text
from openwork.runs import Run, Store

COLUMNS = "model | equal | lines | entries | alone, least / mean | together, least / mean | whole | short | s | verdict"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--store", type=Path, required=True)
    asked.add_argument("--task", action="append", help="only runs of this task; repeatable")
    asked.add_argument("--seconds", type=float, default=120.0)
    asked.add_argument("--programs", type=Path, help="a folder to write the programs to")
    given = asked.parse_args()
    print(f"| {COLUMNS} |", "|" + ":--|" * len(COLUMNS.split("|")), sep="\n", flush=True)
    with Store.open(given.store) as store:
        for run in store.runs():
            if run.solved and (not given.task or run.task.name in given.task):
                found = decompiled(store, run, given.seconds)
                print(row(f"{run.task.name} {run.seed}", found), flush=True)
                if given.programs is not None and found.program is not None:
                    file = given.programs / f"{run.task.name}-{run.seed}.py"
                    file.write_text(program_text(found.program), encoding="utf-8")


def decompiled(store: Store, run: Run, seconds: float) -> Decompilation:
    """The run's model, searched anew."""
    stack = store.stack(run)
    return decompile(Subject.of(choose_engine(stack.spec).engine, stack, run.task), seconds)


def row(name: str, found: Decompilation) -> str:
    """One row of the table."""
    if found.equal is None or found.short is None or found.whole is None:
        return f"| {name} |{7 * ' |'} {found.seconds:.0f} | {found.word} |"
    cells = [
        name,
        percent(found.equal.share),
        str(found.short.lines),
        str(found.short.entries) + (f" (largest {found.short.largest_table})" if found.short.entries else ""),
        rates(found, "alone"),
        rates(found, "together"),
        percent(found.whole.share),
        percent(found.short.share),
        f"{found.seconds:.1f}",
        found.word,
    ]
    return f"| {' | '.join(cells)} |"


def rates(found: Decompilation, which: str) -> str:
    """The least and the mean rate of the lines."""
    least, mean = found.least(which), found.mean(which)
    return "no line" if least is None or mean is None else f"{least:.3f} / {mean:.3f}"


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


if __name__ == "__main__":
    main()
