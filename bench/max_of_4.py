"""The maximum of 4 of 64 numbers, proved without listing the 16.8 million questions: docs/max_of_4.md.

    openwork train maximum --param numbers=64 --param length=4 --experiment max-of-4 --seeds 0..99 --store FOLDER
    python bench/max_of_4.py --store FOLDER                every stored model that is not kept yet
    python bench/max_of_4.py --store FOLDER --listed 2     also the proof that lists every question, of so many of them
    python bench/max_of_4.py --write                       the page, from docs/max_of_4.json

Of each model the certificate is checked too, by `openwork_certificate`, which has bounds and counts of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from kept import read, write
from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines.native import NativeEngine
from openwork.proofs import prove, prove_by_sets, write_set_certificate
from openwork.runs import Run, Store
from openwork.tasks import Maximum
from openwork_certificate import sets

DOCS = Path(__file__).resolve().parent.parent / "docs"
KEPT, PAGE = DOCS / "max_of_4.json", DOCS / "max_of_4.md"
BEGIN, END = "<!-- written by bench/max_of_4.py -->", "<!-- end -->"
TASK = Maximum(64, 4)
SECONDS = 60.0
"""of the processor, for each proof"""
THREADS = 1
Row = dict[str, Any]
T = TypeVar("T")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--store", type=Path, help="a folder of runs")
    asked.add_argument("--listed", type=int, default=0, help="so many models are proved by listing as well")
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    if given.store is None and not given.write:
        asked.error("say a --store, or --write")
    if given.store is not None:
        measure(given.store, given.listed)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        head, tail = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n{told(kept())}\n{END}{tail}", encoding="utf-8")


def measure(folder: Path, listed: int) -> None:
    """Every finished run of the task that is not kept yet; the first so many by listing too."""
    with Store.open(folder) as store:
        runs = sorted((run for run in store.runs() if run.task == TASK and run.ended), key=lambda run: run.seed)
        for number, run in enumerate(runs):
            rows = {row["seed"]: row for row in kept()}
            row = rows.get(run.seed) or by_sets(store, run)
            if number < listed and "listed" not in row:
                row |= by_listing(store, run)
            rows[run.seed] = row
            write(KEPT, [rows[seed] for seed in sorted(rows)])
            print(row, flush=True)


def subject_of(store: Store, run: Run) -> Subject:
    return Subject.of(NativeEngine(THREADS), store.stack(run), run.task, Inputs(10_000))


def by_sets(store: Store, run: Run) -> Row:
    """One model proved by sets, and its certificate checked."""
    subject = subject_of(store, run)
    found, seconds = timed(lambda: prove_by_sets(subject, seconds=SECONDS, threads=THREADS))
    held = json.loads(write_set_certificate(subject, found))
    (checked, _), checking = timed(lambda: sets.check(held))
    return {
        "seed": run.seed,
        "proved": found.proved,
        "ended": found.ended,
        "bounds": found.boxes,
        "listed_inputs": found.outputs[0].rows,
        "margin": found.margin,
        "surely_wrong_met": len(found.wrong),
        "seconds": round(seconds, 2),
        "checked": checked,
        "checking": round(checking, 2),
    }


def by_listing(store: Store, run: Run) -> Row:
    """The same model, every question by itself."""
    subject = subject_of(store, run)
    found, seconds = timed(lambda: prove(subject, threads=THREADS))
    return {
        "listed": found.proved,
        "listed_wrong": found.n_wrong,
        "listed_undecided": found.n_undecided,
        "listed_least": found.least,
        "listed_seconds": round(seconds, 1),
    }


def timed(job: Callable[[], T]) -> tuple[T, float]:
    """What came out, and processor time."""
    began = time.process_time()
    found = job()
    return found, time.process_time() - began


def kept() -> list[Row]:
    """Every model that was measured."""
    return read(KEPT, [])


def told(rows: Sequence[Row]) -> str:
    """All of them in short, and then each."""
    size = TASK.domain_size or 0
    proved = sorted(row["proved"] for row in rows)
    alike = sum(row["checked"] == row["proved"] for row in rows)
    more = sum(row["checked"] > row["proved"] for row in rows)
    lines = [
        f"{len(rows)} models. Share proved: least {sets.share_of(proved[0], size)}, median "
        f"{sets.share_of(proved[len(proved) // 2], size)}, most {sets.share_of(proved[-1], size)}; "
        f"{sum(row['proved'] == size for row in rows)} of them whole, {sum(row['ended'] for row in rows)} searches "
        "ended. "
        f"Median {statistics.median(row['bounds'] for row in rows):,.0f} bounds and "
        f"{statistics.median(row['seconds'] for row in rows):.2f} s of one core.",
        "",
        f"The checker counted as many as proved in {alike} of them and more in {more}, in a median of "
        f"{statistics.median(row['checking'] for row in rows):.1f} s.",
        "",
    ]
    listed = [row for row in rows if "listed" in row]
    lines += [
        "| seed | right, by listing | surely wrong | UNDECIDED | by sets | listing, s | by sets, s |",
        "|--:" * 7 + "|",
    ]
    lines += [
        f"| {row['seed']} | {row['listed']:,} | {row['listed_wrong']:,} | {row['listed_undecided']:,} "
        f"| {row['proved']:,} "
        f"| {row['listed_seconds']:.0f} | {row['seconds']:.2f} |"
        for row in listed
    ]
    lines += ["", "| seed | not proved | share proved | margin | bounds | s | checked, s |", "|--:" * 7 + "|"]
    for row in rows:
        ended = "" if row["ended"] else ", not ended"
        lines.append(
            f"| {row['seed']} | {size - row['proved']:,}{ended} | {sets.share_of(row['proved'], size)} "
            f"| {row['margin']:.3g} | {row['bounds']:,} | {row['seconds']:.2f} | {row['checking']:.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
