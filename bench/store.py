"""How long lists of a store with very many runs take: writes one with made-up runs, then asks it as `openwork` does.

    python bench/store.py --runs 1000000 --home FOLDER

The runs have no files. Their rows have all that rows have, checksums too: what is listed is verified as ever. The store
is kept, and asked again by the same command.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from openwork.models import spec_for
from openwork.runs import EVERY, Store, condition, group_runs, list_runs
from openwork.runs.checksums import checksum, linked
from openwork.runs.columns import RUN
from openwork.runs.rows import COLUMNS, STATE
from openwork.runs.summaries import summarise
from openwork.tasks import make_task
from openwork.training import Experiment, named_experiment, recipe

EPOCHS = 2
"""of each run"""
BATCH = 50_000
"""runs that are written in one change"""
PAGE = 100
REPEATS = 5
INSERT = f"INSERT INTO runs ({', '.join(COLUMNS + STATE)}, checksum) VALUES ({'?, ' * len(COLUMNS + STATE)}?)"
ASKED = (
    ("a page of all", "", 0.0),
    ("the middle page of all", "", 0.5),
    ("the last page of all", "", 1.0),
    ("solved and layers = 2", "solved and layers = 2", 0.0),
    ("a condition that few meet", "not solved and layers = 2 and weight_decay = 0.1 and seed < 100", 0.0),
    ("a condition that none meets", "accuracy > 2", 0.0),
    (
        "three tasks' runs by date, a quarter on",
        "task in (sort, majority, 'reverse-increment') and created > 2026-01-01",
        0.25,
    ),
)
"""in words, the condition, and which share of the store's runs comes before the page"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=100_000)
    arguments.add_argument("--home", type=Path, required=True)
    arguments.add_argument("--write", type=int, metavar="RUNS", help="write so many more of them, and ask nothing")
    chosen = arguments.parse_args()
    with Store.open(chosen.home) as store:
        with store.database.reading() as rows:
            [(there,)] = rows.execute("SELECT count(*) FROM runs")
        for first in range(there, chosen.runs, BATCH):
            seconds = timed(
                lambda first=first: write(store, range(first, min(first + BATCH, chosen.runs)), chosen.runs)
            )
            print(f"wrote run {first:,} and those after it in {seconds:.0f} s", file=sys.stderr)
    if chosen.write is not None:
        return
    size = sum(path.stat().st_size for path in chosen.home.glob("store.sqlite*"))
    head = "found | processor s, median | worst | clock s, nothing in memory | MB from disk"
    print(f"| asked of {chosen.runs:,} runs, {size / 1e6:,.0f} MB | {head} |\n|---|---:|---:|---:|---:|---:|")
    for name, text, share in ASKED:
        skip = max(0, int(share * chosen.runs) - PAGE)
        report(name, chosen.home, lambda text=text, skip=skip: listed(chosen.home, text, skip))
    report("counted by experiment", chosen.home, lambda: grouped(chosen.home))
    report("a run by the beginning of its name", chosen.home, lambda: found(chosen.home))


def report(name: str, home: Path, ask: Callable[[], int]) -> None:
    """A line of the table."""
    counts: list[int] = []
    forget(home)
    before, clock = read_from_disk(), time.monotonic()
    counts.append(ask())
    cold, read = time.monotonic() - clock, read_from_disk() - before
    seconds = [timed(lambda: counts.append(ask())) for _ in range(REPEATS)]
    figures = f"{statistics.median(seconds):.2f} | {max(seconds):.2f} | {cold:.1f} | {read / 1e6:,.0f}"
    print(f"| {name} | {counts[0]:,} | {figures} |", flush=True)


def forget(home: Path) -> None:
    """Has the system forget what it holds of the store in memory, as after a restart."""
    for path in home.glob("store.sqlite*"):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read_from_disk() -> int:
    """Bytes that this process has had read from a disk; 0 where the system does not tell."""
    try:
        told = Path("/proc/self/io").read_text()
    except OSError:
        return 0
    return int(dict(line.split(": ") for line in told.splitlines())["read_bytes"])


def timed(job: Callable[[], object]) -> float:
    """Seconds of processor time: the disk is not waited for, other programs are not counted."""
    begun = time.process_time()
    job()
    return time.process_time() - begun


def listed(home: Path, text: str, skip: int) -> int:
    """How many runs meet a condition, as found for one page of them."""
    with Store.open(home) as store:
        begun = list_runs(store, condition(text) if text else EVERY, most=PAGE, skip=skip)
    assert not begun.damage, begun.damage
    return begun.found


def grouped(home: Path) -> int:
    """How many experiments there are."""
    with Store.open(home) as store:
        groups, damage = group_runs(store)
    assert not damage
    return len(groups)


def found(home: Path) -> int:
    """One run, by its name."""
    with Store.open(home) as store:
        name = list_runs(store, most=1).runs[0].name
        return int(store.find(name[:11]).name == name)


def experiments() -> list[Experiment]:
    """Three tasks, one and two layers, four weight decays."""
    made = []
    for name in ("reverse-increment", "sort", "majority"):
        task = make_task(name)
        usual = named_experiment(name, task)
        for layers in (1, 2):
            spec = spec_for(task, n_layers=layers, d_model=32, n_heads=2, d_head=16, d_mlp=64)
            for decay in (0.0, 0.01, 0.03, 0.1):
                made.append(Experiment(task, spec, recipe(weight_decay=decay), usual.split))
    return made


def write(store: Store, numbers: range, runs: int) -> None:
    """Writes these of so many runs in one change."""
    every = [(e.key, json.dumps(e.as_json(), sort_keys=True)) for e in experiments()]
    with store.database.changing() as change:
        rows, summaries = change.rows, []
        numbers_of = dict(rows.execute("SELECT experiment, id FROM experiments"))
        for number in numbers:
            key, text = every[number % len(every)]
            seed, right = number // len(every), number % 3 != 0
            name = checksum("made up", key, seed)[:12]
            created = f"2026-{1 + number * 12 // runs:02}-{1 + number % 28:02}T12:00:00+00:00"
            status = "solved" if right else "finished"
            epochs = [
                (name, epoch, 0.01, 0.5 / epoch, 10 * epoch, 0.1, *parts, "0" * 64)
                for epoch, share in ((1, 0.5), (EPOCHS, 1.0 if right else 0.9))
                for parts in [(0.4 / epoch, share, int(100 * share), 100, 0.4 / epoch, share, int(10 * share), 10)]
            ]
            state = (None, None, linked("", epochs), "")
            values = (name, seed, status, EPOCHS, "made up", created, created, key, text, *state)
            rows.execute(INSERT, (*values, checksum("runs", *values)))
            for _, epoch, lr, running, step, seconds, *measured, weights in epochs:
                where = (name, epoch, lr, running, step, seconds, "", 0, weights)
                rows.execute("INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", where)
                rows.execute("INSERT INTO metrics VALUES (?, ?, 'train', ?, ?, ?, ?)", (name, epoch, *measured[:4]))
                rows.execute("INSERT INTO metrics VALUES (?, ?, 'held_out', ?, ?, ?, ?)", (name, epoch, *measured[4:]))
            change.added.add(name)
            if number < len(every):
                summarise(rows, name)  # which makes the row of its experiment
                numbers_of[key] = rows.execute("SELECT number FROM summaries WHERE run = ?", (name,)).fetchone()[0]
                continue
            last = (epochs[-1][6], epochs[-1][7], epochs[-1][10], epochs[-1][11])
            own = (
                name,
                seed,
                status,
                int(right),
                EPOCHS,
                EPOCHS if right else None,
                *last,
                "made up",
                created,
                created,
            )
            summaries.append((numbers_of[key], *own))
        marks = ", ".join("?" for _ in range(len(RUN) + 1))
        columns = ", ".join(column.name for column in RUN)
        rows.executemany(f"INSERT INTO summaries (number, {columns}) VALUES ({marks})", summaries)


if __name__ == "__main__":
    main()
