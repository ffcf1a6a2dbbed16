"""Models that nobody had looked at, decompiled: the table of docs/decompile.md that was registered beforehand.

    python bench/held_out.py --store FOLDER                 train and decompile what is missing; stop and go on at will
    python bench/held_out.py --store FOLDER --minutes 8     begin with no other model after so long
    python bench/held_out.py --train --store FOLDER         only train
    python bench/held_out.py --task sort --store FOLDER     only this task now; repeatable
    python bench/held_out.py --write                        only the page, from what is kept
    python bench/held_out.py --registered held_out_again    the same of an earlier registration

What is measured stands in bench/NAME.toml, of the newest registration unless another one is named. Everything is done
by `openwork` itself, a process for each model; what is found is kept in docs/NAME.json after every one, with the
version of the search. A model that is there from this version is not looked at again; one from an earlier version is,
and until then its row counts and is said to be older.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from kept import read, write
from openwork.programs.verdicts.decompilation import VERSION

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs/decompile.md"
REGISTRATIONS = ("held_out", "held_out_again", "held_out_600", "held_out_800", "held_out_1100")
"""by the names of their files, the newest last"""
END = "<!-- end -->"
COLUMNS = ("models", "solved", "equal", "decompiled", "lines", "together, least", "lost, most", "bits, most", "s, most")
Row = dict[str, Any]


@dataclass(frozen=True)
class Registration:
    """What was asked before anything was measured, where it is kept, and where it begins on the page."""

    name: str

    @cached_property
    def asked(self) -> dict[str, Any]:
        return tomllib.loads((HERE / f"{self.name}.toml").read_text(encoding="utf-8"))

    @property
    def kept(self) -> Path:
        return HERE.parent / f"docs/{self.name}.json"

    @property
    def begin(self) -> str:
        return f"<!-- written by bench/held_out.py --registered {self.name} -->"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--store", type=Path, help="a folder of runs")
    asked.add_argument("--minutes", type=float, default=float("inf"))
    asked.add_argument("--train", action="store_true")
    asked.add_argument("--task", action="append")
    asked.add_argument("--write", action="store_true")
    asked.add_argument("--registered", choices=REGISTRATIONS, default=REGISTRATIONS[-1])
    given = asked.parse_args()
    registered = Registration(given.registered)
    if given.store is None and not given.write:
        asked.error("say a --store, or --write")
    if not given.write:
        until = time.monotonic() + 60 * given.minutes
        measure(registered, given.store, given.task, until, only_train=given.train)
    page = PAGE.read_text(encoding="utf-8")
    if registered.kept.exists() and registered.begin in page:  # what is older is in the log
        head, rest = page.split(registered.begin)
        tail = rest.split(END, 1)[1]
        said = table(registered, kept(registered))
        PAGE.write_text(f"{head}{registered.begin}\n{said}\n{END}{tail}", encoding="utf-8")


def measure(registered: Registration, store: Path, only: Sequence[str] | None, until: float, only_train: bool) -> None:
    """Everything that was asked for and is not there yet, of these tasks, until then."""
    for models in registered.asked["models"]:
        for task in (task for task in models["tasks"] if not only or task in only):
            if time.monotonic() > until:
                return
            name = " ".join([task, *models["options"]])
            runs = openwork("train", task, "--seeds", models["seeds"], *models["options"], "--store", str(store))
            for run in () if only_train else runs:
                rows = kept(registered)
                known = {(row["models"], row["seed"]) for row in rows if row.get("version") == VERSION}
                if (name, run["seed"]) not in known and time.monotonic() < until:
                    keep(registered, row(registered, store, name, run))


def row(registered: Registration, store: Path, name: str, run: Row) -> Row:
    """What became of one model; a model that does not solve its task is not decompiled."""
    about: Row = {"models": name, "seed": run["seed"], "solved": run["solved"], "version": VERSION}
    if not run["solved"]:
        return about
    found = openwork("decompile", run["name"], "--seconds", str(registered.asked["clock"]), "--store", str(store))
    lines = found["lines"]
    equal, whole, short = found["equal"], found["whole"], found["short"]
    return about | {
        "word": found["word"],
        "missing": found["missing"],
        "inputs": equal and equal["inputs"],
        "equal": equal and equal["same"] / equal["inputs"],
        "counterexamples": equal and equal["counterexamples"][:1],
        "lines": short and short["lines"],
        "entries": short and short["entries"],
        "together": min((rate(line["together"]) for line in lines), default=None),
        "lost": whole and whole["lost"] / whole["inputs"],
        "bits": short and short["bits"] / short["table_bits"],
        "seconds": round(found["seconds"], 1),
        "program": found["text"],
    }


def rate(of: Row) -> float:
    """Of the pairs, those that followed."""
    return float(of["followed"]) / float(of["pairs"])


def openwork(*words: str) -> Any:
    """What a command prints as JSON. One that finds nothing ends with 1 and prints it all the same."""
    done = subprocess.run(["openwork", *words, "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise SystemExit(f"openwork {' '.join(words)} ended with {done.returncode}")
    said = json.loads(done.stdout)
    if "error" in said:
        raise SystemExit(f"openwork {' '.join(words)}: {said['error']['title']}")
    return said


def kept(registered: Registration) -> list[Row]:
    """Every model that was measured."""
    return read(registered.kept, [])


def keep(registered: Registration, row: Row) -> None:
    """In place of what was found of this model before."""
    rows = kept(registered)
    places = [n for n, old in enumerate(rows) if (old["models"], old["seed"]) == (row["models"], row["seed"])]
    at = places[0] if places else len(rows)
    rows[at : at + 1] = [row]
    write(registered.kept, rows)


def table(registered: Registration, rows: Sequence[Row]) -> str:
    """A line for each kind of model, and one for all of them against what was asked."""
    asked = registered.asked
    lines = [f"| {' | '.join(COLUMNS)} |", "|" + ":--|" * len(COLUMNS)]
    lines += [cells(asked, name, some) for name, some in grouped(rows)]
    lines.append(cells(asked, "**all**", rows))
    solved = [row for row in rows if row["solved"]]
    lines += ["", f"Asked: equal {asked['equal']:.0%}, decompiled {asked['decompiled']:.0%} of those solved. Found: "]
    equal, decompiled = (partial(which, asked["seconds"]) for which in (is_equal, is_decompiled))
    lines[-1] += f"equal {share(solved, equal)}, decompiled {share(solved, decompiled)}."
    older = [row for row in rows if row.get("version") != VERSION]
    if older:
        names = ", ".join(f"{name} {len(some)}" for name, some in grouped(older))
        lines[-1] += f" Measured with an earlier version of the search, and not again yet: {names}."
    return "\n".join(lines)


def grouped(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for name in dict.fromkeys(row["models"] for row in rows):
        yield name, [row for row in rows if row["models"] == name]


def cells(asked: Row, name: str, rows: Sequence[Row]) -> str:
    solved = [row for row in rows if row["solved"]]

    def over(key: str, of: Any, form: str) -> str:
        values = [row[key] for row in solved if row[key] is not None]
        return format(of(values), form) if values else ""

    found = (sum(which(asked["seconds"], row) for row in solved) for which in (is_equal, is_decompiled))
    counts = (len(rows), len(solved), *found)
    lines = [over("lines", min, "d"), over("lines", max, "d")]
    figures = [
        " to ".join(dict.fromkeys(lines)),
        over("together", min, ".3f"),
        over("lost", max, ".2%"),
        over("bits", max, ".2%"),
        over("seconds", max, ".0f"),
    ]
    return f"| {name}, {counts[0]} | {' | '.join(map(str, counts[1:]))} | {' | '.join(figures)} |"


def is_equal(seconds: float, row: Row) -> bool:
    return bool(row["equal"] == 1 and row["seconds"] <= seconds)


def is_decompiled(seconds: float, row: Row) -> bool:
    return bool(row["word"] == "decompiled" and row["seconds"] <= seconds)


def share(rows: Sequence[Row], which: Any) -> str:
    return f"{sum(map(which, rows))} of {len(rows)}" + (f" ({sum(map(which, rows)) / len(rows):.0%})" if rows else "")


if __name__ == "__main__":
    main()
