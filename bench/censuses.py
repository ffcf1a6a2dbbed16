"""Censuses of tasks that ship, and the table of docs/census.md from them:

python bench/censuses.py --run sort majority --store FOLDER     makes them, or goes on with them
python bench/censuses.py --nulls sort majority --store FOLDER   the nulls alone, beside a census of 32 seeds
python bench/censuses.py --write                                writes the table of all that are in docs/census

A census may be ended at any moment and run again. What every go took of the processor is added up in hours.json: one
that is killed is not counted, one that is ended by Ctrl-C is.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FOLDER, PAGE = Path("docs/census"), Path("docs/census.md")
HOURS, NULLS = "hours.json", "nulls.json"
BEGIN, END = "<!-- written by bench/censuses.py -->", "<!-- end -->"
ASKED = ("--seeds", "0..199", "--prove", "--keep", "last", "--programs", "10")
OF_NULLS = ("--seeds", "0..31", "--keep", "last", "--programs", "0", "--null")
HEAD = (
    "task",
    "solved",
    "counted",
    "proved",
    "mechanisms",
    "algorithms",
    "most frequent",
    "next is another",
    "random",
    "shuffled",
    "a program, s",
    "all, processor min",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--run", nargs="+", metavar="TASK", default=())
    arguments.add_argument("--nulls", nargs="+", metavar="TASK", default=())
    arguments.add_argument("--store", default="openwork-runs")
    arguments.add_argument("--null", action="store_true", help="also of untrained models, which often takes longer")
    arguments.add_argument("--write", action="store_true", help=f"write the table of {PAGE}; else it is printed")
    chosen = arguments.parse_args()
    for task in chosen.run:
        run(task, chosen.store, null=chosen.null)
    for task in chosen.nulls:
        run_null(task, chosen.store)
    lines = table()
    if chosen.write:
        before, _, rest = PAGE.read_text().partition(f"{BEGIN}\n")
        PAGE.write_text("\n".join((f"{before}{BEGIN}", *lines, END)) + rest.partition(END)[2])
    else:
        print("\n".join(lines))


def run(task: str, store: str, *, null: bool) -> None:
    """The census of a task, in a process of its own; what it took joins what earlier goes took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    target = FOLDER / f"{task}.json"
    try:
        command = ["census", task, *ASKED, *(["--null"] if null else []), "--store", store, "-o", str(target)]
        done = subprocess.run([Path(sys.executable).with_name("openwork"), *command], check=False)
    finally:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        seconds = hours()
        seconds[task] = round(seconds.get(task, 0.0) + took, 1)
        (FOLDER / HOURS).write_text(json.dumps(seconds, indent=1, sort_keys=True) + "\n")
    if done.returncode:
        raise SystemExit(done.returncode)


def run_null(task: str, store: str) -> None:
    """The census of a few seeds and of the same models untrained; of it only what the nulls found is kept."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "found.json"
        command = ["census", task, *OF_NULLS, "--store", store, "-o", str(target)]
        subprocess.run([Path(sys.executable).with_name("openwork"), *command], check=True)
        found = json.loads(target.read_text())
    known = nulls() | {task: found["null"]}
    (FOLDER / NULLS).write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def nulls() -> dict[str, dict[str, Any]]:
    """By task, what nulls found that were asked for alone."""
    path = FOLDER / NULLS
    found: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    return found


def hours() -> dict[str, float]:
    """By task, processor seconds of all goes."""
    path = FOLDER / HOURS
    found: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}
    return found


def table() -> list[str]:
    """A row for each census in the folder."""
    took, apart = hours(), nulls()
    files = sorted(path for path in FOLDER.glob("*.json") if path.name not in (HOURS, NULLS))
    rows = (row(json.loads(path.read_text()), took.get(path.stem), apart.get(path.stem)) for path in files)
    head = [f"| {' | '.join(HEAD)} |", f"|---|{'---:|' * (len(HEAD) - 1)}"]
    return [*head, *(f"| {' | '.join(cells)} |" for cells in rows)]


def row(census: dict[str, Any], took: float | None, apart: dict[str, Any] | None) -> list[str]:
    """One census: counts with their exact intervals, what each null found, and what it took."""
    first = census["mechanisms"][0] if census["mechanisms"] else None
    unseen, task = census["unseen"], census["experiment"]["task"]
    params = ", ".join(f"{name}={value}" for name, value in task["params"].items())
    looked = [model["seconds"] for model in census["models"] if model["word"]]
    return [
        f"`{task['name']}` ({params})",
        counted(census["solved"]),
        counted(census["counted"]),
        f"{census['proved']['count']} of {census['proved']['of']}" if census["proved"] else "-",
        f"{len(census['mechanisms'])}",
        f"{census['algorithms']}",
        counted(first) if first else "-",
        f"{unseen['estimate']:.0%} ({between(unseen['interval'])})" if unseen["estimate"] is not None else "-",
        null(census["null"] or apart),
        null(census["shuffled"]),
        f"{sum(looked) / len(looked):.1f}" if looked else "-",
        f"{took / 60:.1f}" if took is not None else "-",
    ]


def counted(found: dict[str, Any]) -> str:
    """So many of so many, with the interval of the share."""
    return f"{found['count']} of {found['of']} ({between(found['interval'])})"


def between(interval: list[float]) -> str:
    """An interval of a share."""
    return f"{interval[0]:.0%} to {interval[1]:.0%}"


def null(found: dict[str, Any] | None) -> str:
    """How many solve what they are asked, have a program, and have a mechanism of the census."""
    if found is None:
        return "-"
    return f"{found['solved']}, {found['decompiled']}, {found['shared']} of {found['models']}"


if __name__ == "__main__":
    main()
