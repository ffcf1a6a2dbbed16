"""Languages learned by our own recipes, with seeds that nobody had looked at, decompiled: docs/public_programs.md.

    python bench/held_out_languages.py --store FOLDER              train and decompile what is missing; go on at will
    python bench/held_out_languages.py --store FOLDER --minutes 8  begin with no other model after so long

What is measured stands in bench/held_out_languages.toml. What is found is kept in docs/held_out_languages.json after
every model, with the version of the search. A model that is there from this version is not looked at again.
`python bench/public_programs.py --write` puts it on the page.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from pathlib import Path
from typing import Any

from held_out import openwork
from kept import read, write
from openwork import open_run
from openwork.programs import decompile, program_text
from openwork.programs.verdicts.decompilation import VERSION, Decompilation

HERE = Path(__file__).resolve().parent
ASKED = tomllib.loads((HERE / "held_out_languages.toml").read_text(encoding="utf-8"))
KEPT = HERE.parent / "docs/held_out_languages.json"
COLUMNS = ("task", "seed", "equal", "verdict", "lines", "least followed", "lost", "bits", "s")
Row = dict[str, Any]


def main() -> None:
    """Everything that was asked for and is not there yet, until the time is over."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--store", type=Path, required=True, help="a folder of runs")
    asked.add_argument("--minutes", type=float, default=float("inf"))
    given = asked.parse_args()
    until = time.monotonic() + 60 * given.minutes
    for task in ASKED["tasks"]:
        if time.monotonic() > until:
            return
        words = [word for param in task["params"] for word in ("--param", param)]
        runs = openwork("train", task["name"], *words, "--seeds", ASKED["seeds"], "--store", str(given.store))
        name = f"{task['name']}({', '.join(task['params'])})"
        for run in runs:
            known = {(row["task"], row["seed"]) for row in kept() if row["version"] == VERSION}
            if (name, run["seed"]) not in known and time.monotonic() < until:
                keep(row_of(given.store, name, run))


def row_of(store: Path, name: str, run: Row) -> Row:
    """What became of one model; one that does not solve its task is not decompiled."""
    about: Row = {"task": name, "seed": run["seed"], "solved": run["solved"], "version": VERSION}
    if not run["solved"]:
        return about
    return about | came_to(decompile(open_run(run["name"], store=store).subject, ASKED["seconds"]))


def came_to(found: Decompilation) -> Row:
    """What decompiling a model came to, in short."""
    equal, whole, short = found.equal, found.whole, found.short
    return {
        "word": found.word,
        "missing": found.missing,
        "inputs": equal and equal.inputs,
        "same": equal and equal.same,
        "lines": short and short.lines,
        "together": found.least("together"),
        "lost": whole and whole.share,
        "bits": short and short.share,
        "seconds": round(found.seconds, 1),
        "program": None if found.program is None else program_text(found.program.with_readable_tables()),
    }


def kept() -> list[Row]:
    """Every model that was measured."""
    return read(KEPT, [])


def keep(row: Row) -> None:
    """In place of what was found of this model before."""
    rows = [old for old in kept() if (old["task"], old["seed"]) != (row["task"], row["seed"])]
    write(KEPT, [*rows, row])


def section() -> str:
    """The table and what is missing, as Markdown."""
    rows = kept()
    solved = [row for row in rows if row["solved"]]
    equal = sum(row["inputs"] is not None and row["same"] == row["inputs"] for row in solved)
    done = sum(row["word"] == "decompiled" for row in solved)
    lines = [f"| {' | '.join(COLUMNS)} |", "|" + ":--|" * len(COLUMNS), *map(cells, rows)]
    said = f"Measured {len(rows)} of {len(ASKED['tasks']) * count(ASKED['seeds'])}, solved {len(solved)}. Asked: equal "
    said += f"{ASKED['equal']:.0%}, decompiled {ASKED['decompiled']:.0%} of those solved. Found: equal {equal}, "
    small = sum(len(row["missing"]) == 1 and "of the answer table's bits" in row["missing"][0] for row in solved)
    said += f"decompiled {done}; {small} more lack nothing but that their domain is so small that 5 % of its answer "
    said += "table's bits do not say the program."
    older = sum(row["version"] != VERSION for row in rows)
    said += f" {older} by an earlier version of the search." if older else ""
    why = [f"- `{row['task']}` {row['seed']}: {'; '.join(row['missing'])}" for row in solved if row["missing"]]
    return "\n".join([*lines, "", said, "", *why])


def count(seeds: str) -> int:
    first, last = map(int, seeds.split(".."))
    return last - first + 1


def cells(row: Row) -> str:
    begin = [f"`{row['task']}`", str(row["seed"])]
    if not row["solved"]:
        return f"| {' | '.join([*begin, 'not solved'])} |{' |' * (len(COLUMNS) - 3)}"
    return f"| {' | '.join([*begin, *figures(row), str(round(row['seconds']))])} |"


def figures(row: Row) -> list[str]:
    """From `equal` to `bits`; empty what was not measured before the time was over."""
    if not row["inputs"]:
        return ["no program", row["word"], "", "", "", ""]
    rate = "no line" if row["together"] is None else f"{row['together']:.3f}"
    drawn = " drawn anew" if row.get("drawn") else ""
    shares = ["" if row[name] is None else f"{row[name]:.2%}" for name in ("lost", "bits")]
    return [f"{row['same']:,} of {row['inputs']:,}{drawn}", row["word"], str(row["lines"]), rate, *shares]


if __name__ == "__main__":
    main()
