"""Which models are proved right on every input: docs/proofs_table.md. Every shipped task, and models that are public.

    python bench/proofs_table.py --store FOLDER            a run of each task: of those that are solved, or else of all,
                                                           the one with the smallest seed
    python bench/proofs_table.py --store FOLDER --train    trains seed 200 of the tasks that have none there first
    python bench/proofs_table.py --course FOLDER           the four models of a public course, FOLDER/NAME.pt
    python bench/proofs_table.py --languages FOLDER        the nineteen public GPT-2 models of formal languages
                                                           and --only NAME, repeatable, those that are called so
    python bench/proofs_table.py --write                   the page, from docs/proofs_table.json

Models A and B, which ship with the tests, are always looked at. Where every question can be listed, all are; a model of
one layer is proved by sets too, so that the two can be compared; what cannot be proved is told with the reason. Folders
are no part of the project. What is found is kept after every model and not measured again.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from kept import read, write
from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.data.domain import MOST_ENUMERATED
from openwork.engines import choose_engine
from openwork.engines.native import NativeEngine
from openwork.errors import OpenworkError
from openwork.interop import imported_model, read_checkpoint
from openwork.proofs import Proof, SetProof, prove, prove_by_sets, require_provable, too_many_to_list
from openwork.runs import Store
from openwork.tasks import OURS, Task, format_count
from proofs import solved
from public_languages import Case, cases
from public_programs import COURSE, course_stack

DOCS = Path(__file__).resolve().parent.parent / "docs"
KEPT, PAGE = DOCS / "proofs_table.json", DOCS / "proofs_table.md"
BEGIN, END = "<!-- written by bench/proofs_table.py -->", "<!-- end -->"
SEED = "200"
SECONDS = 30.0
"""of the processor for a proof by sets"""
MOST = 2**20
"""questions up to which all are listed"""
MORE_BITS = 2**15
"""questions that get more bits where double precision leaves them open, as `openwork prove --more-bits` says"""
Row = dict[str, Any]
T = TypeVar("T")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--store", type=Path)
    asked.add_argument("--train", action="store_true")
    asked.add_argument("--course", type=Path)
    asked.add_argument("--languages", type=Path)
    asked.add_argument("--only", action="append", default=[])
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    for name, subject in models(given):
        if name not in kept() and (not given.only or any(part in name for part in given.only)):
            write(KEPT, kept() | {name: row_of(subject())})
            print(name, kept()[name], flush=True)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        head, tail = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n{told(kept())}\n{END}{tail}", encoding="utf-8")


def models(given: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Subject]]]:
    """What is asked for, each under its name."""
    for letter in "AB":
        yield f"model {letter}, {solved(letter).task}", lambda letter=letter: solved(letter)
    if given.store is not None:
        for task in (kind() for kind in OURS):
            if given.train:
                subprocess.run(trained(task, given.store), check=False, stdout=subprocess.DEVNULL)
            with Store.open(given.store) as store:
                ended = (run for run in store.runs() if run.task == task and run.ended)
                runs = sorted(ended, key=lambda run: (not run.solved, run.seed))
                if runs:
                    stack = store.stack(runs[0])
                    yield f"{task}, seed {runs[0].seed}", lambda stack=stack, task=task: subject_of(stack, task)
    if given.course is not None:
        for name, (task_name, _) in COURSE.items():
            stack, task = course_stack(given.course, name)
            yield f"public: {name}, {task}", lambda stack=stack, task=task: subject_of(stack, task)
            assert task.name == task_name
    if given.languages is not None:
        for case in cases():
            named = f"public: {case.folder}, {case.task}"
            yield named, lambda case=case: subject_of(language_stack(given.languages, case), case.task)


def language_stack(folder: Path, case: Case) -> Any:
    return imported_model(read_checkpoint(folder / case.folder, None), {}, case.task).stack


def trained(task: Task, folder: Path) -> list[str]:
    return ["openwork", "train", task.name, "--seed", SEED, "--store", str(folder)]


def subject_of(stack: Any, task: Task) -> Subject:
    few = task.domain_size is not None and task.domain_size <= MOST
    engine = NativeEngine(1) if stack.spec.pad_token is None else choose_engine(stack.spec).engine
    return Subject.of(engine, stack, task, Inputs() if few else Inputs(10_000))


def row_of(subject: Subject) -> Row:
    """By listing where that can be; by sets where that can be."""
    task = subject.task
    row: Row = {"inputs": str(task.domain_size or ""), "layers": subject.spec.n_layers}
    try:
        require_provable(subject, 0.0)
        if (task.domain_size or 0) > MOST:
            row["reason"] = "too many to list here"
        else:
            found, seconds = timed(lambda: prove(subject, closer=MORE_BITS))
            row["listing"] = of_listing(found) | {"seconds": round(seconds, 2)}
    except OpenworkError as error:
        row["reason"] = "; ".join(reason.what for reason in error.reasons) or str(error)
    if "listing" not in row and not too_many_to_list(task):
        return row
    try:
        by_sets, seconds = timed(lambda: prove_by_sets(subject, seconds=SECONDS))
        row["sets"] = of_sets(by_sets) | {"seconds": round(seconds, 2)}
    except OpenworkError as error:
        row["no_sets"] = "; ".join(reason.what for reason in error.reasons)
    return row


def of_listing(found: Proof) -> Row:
    return {
        "proved": found.proved,
        "margin": found.margin,
        "radius": found.radius,
        "undecided": found.n_undecided,
        "wrong": found.n_wrong,
        "closer": found.closer,
    }


def of_sets(found: SetProof) -> Row:
    return {
        "proved": str(found.proved),
        "share": found.share,
        "margin": found.margin,
        "bounds": found.boxes,
        "listed": sum(one.rows for one in found.outputs),
        "ended": found.ended,
        "outputs": len(found.outputs),
    }


def timed(job: Callable[[], T]) -> tuple[T, float]:
    """What came out, and processor time."""
    began = time.process_time()
    found = job()
    return found, time.process_time() - began


def kept() -> dict[str, Row]:
    """Every model that was measured."""
    return read(KEPT, {})


def told(rows: dict[str, Row]) -> str:
    """Three tables: by listing, by sets beside it, and what is not proved."""
    names = ("model", "inputs", "proved", "smallest margin", "largest radius", "surely wrong", "UNDECIDED", "s")
    lines = ["### Every input by itself", "", head(names)]
    for name, row in rows.items():
        if "listing" in row:
            own, size = row["listing"], int(row["inputs"])
            share = "100 %" if own["proved"] == size else f"{own['proved']:,}"
            margin = "" if own["margin"] is None else f"{own['margin']:.4g}"
            cells = (name, f"{size:,}", share, margin, f"{own['radius']:.1e}", f"{own['wrong']:,}")
            lines.append(line((*cells, f"{own['undecided']:,}", f"{own['seconds']:.2f}")))
    lines += ["", "### By sets of inputs", ""]
    lines += [head(("model", "inputs", "by listing", "by sets, at least", "margin", "bounds", "inputs listed", "s"))]
    for name, row in rows.items():
        if "sets" in row:
            own, size = row["sets"], int(row["inputs"])
            listed = "" if "listing" not in row else f"{row['listing']['proved']:,}"
            margin = "" if own["margin"] is None else f"{own['margin']:.4g}"
            share = own["share"] + ("" if own["ended"] else ", not ended")
            cells = (name, format_count(size), listed, share, margin, f"{own['bounds']:,}", f"{own['listed']:,}")
            lines.append(line((*cells, f"{own['seconds']:.2f}")))
    lines += ["", "### Not proved, and why", "", head(("model", "inputs", "reason"))]
    for name, row in rows.items():
        if "listing" not in row and "sets" not in row:
            size = format_count(int(row["inputs"])) if row["inputs"] else "not counted"
            lines.append(line((name, size, row.get("no_sets") or row.get("reason", ""))))
    left = [task for task in (kind() for kind in OURS) if not any(name.startswith(f"{task}, seed") for name in rows)]
    lines += [line((str(task), format_count(task.domain_size), why_not(task))) for task in left]
    return "\n".join(lines)


def why_not(task: Task) -> str:
    """Of a task of which no model is there."""
    if task.domain_size is None or task.domain_size > MOST_ENUMERATED:
        return "no model is proved: the questions cannot be listed, and the task names no cases"
    return "no model of it was trained for this table"


def head(names: tuple[str, ...]) -> str:
    return line(names) + "\n" + "|" + ":--|" * len(names)


def line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
