"""What a proof costs beside a plain float64 pass; or every solved run of a store proved. Writes into docs/proofs.md.

python bench/proofs.py [--store FOLDER] [--write-docs]

Without a folder, models A and B, which ship with the tests. Else every solved run in it whose questions can be listed;
`bench/held_out.py --train --store FOLDER` trains some of every task with a recipe, with seeds nobody tuned anything on.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.engines.native import NativeEngine
from openwork.models import Stack, stack_of
from openwork.proofs import Proof, prove
from openwork.runs import Run, Store
from openwork.training import named_experiment

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proofs.md"
ROUNDS = 5


def solved(model: str) -> Subject:
    """Model A or B of the notebook's recipe."""
    notebook = named_experiment("notebook")
    weights = load_file(ROOT / "tests" / "known_circuits" / "solved" / f"model_{model}.safetensors")
    stack = stack_of(notebook.spec, {name: array[None] for name, array in weights.items()})
    return Subject.of(NativeEngine(1), stack, notebook.task)


def timed(job) -> tuple[float, object]:  # type: ignore[no-untyped-def]
    """Processor time, and what came out."""
    began = time.process_time()
    found = job()
    return time.process_time() - began, found


def row(model: str) -> str:
    """One line of the table: the two alternate, and medians are told."""
    subject = solved(model)
    wide = Stack(subject.spec.model_copy(update={"dtype": "float64"}), subject.stack.flat.astype(np.float64))
    proofs, passes, proof = [], [], None
    for _ in range(ROUNDS):
        seconds, proof = timed(lambda: prove(subject))
        proofs.append(seconds)
        passes.append(timed(lambda: subject.engine.score(wide, subject.inputs))[0])
    assert isinstance(proof, Proof)
    spent, plain = float(np.median(proofs)), float(np.median(passes))
    return (
        f"| {model} | {proof.proved:,} of {proof.inputs:,} | {proof.margin:.4g} | {proof.radius:.1e} | {spent:.2f} s | "
        f"{spent / plain:.0f} |"
    )


def proved_runs(store: Store, runs: list[Run]) -> str:
    """One line of the table of tasks."""
    proofs = []
    for run in runs:
        subject = Subject.of(NativeEngine(1), store.stack(run), run.task)
        proofs.append(timed(lambda subject=subject: prove(subject)))
    whole = [proof for _, proof in proofs if proof.whole]
    missing = [
        f"{run.seed}: {p.n_wrong:,} not so, {p.n_undecided:,} UNDECIDED"
        for run, (_, p) in zip(runs, proofs, strict=True)
        if not p.whole
    ]
    margins = [p.margin for p in whole]
    said = f"{min(margins):.3g} to {max(margins):.3g}" if margins else ""
    closer = sum(p.closer for _, p in proofs)
    seconds = np.median([spent for spent, _ in proofs])
    radius = max(p.radius for _, p in proofs)
    counts = f"{proofs[0][1].inputs:,} | {len(whole)} of {len(runs)}"
    return f"| {runs[0].task} | {counts} | {said} | {radius:.1e} | {closer} | {seconds:.2f} s | {'; '.join(missing)} |"


def table_of_tasks(folder: Path) -> list[str]:
    """Every solved run whose questions can be listed."""
    by_task = defaultdict(list)
    with Store.open(folder) as store:
        for run in store.runs():
            listed = run.task.domain_size is not None and run.task.domain_size <= 2**22
            if run.solved and listed and run.task.one_symbol_each:
                by_task[str(run.task)].append(run)
        rows = [proved_runs(store, runs) for runs in by_task.values()]
    return [
        "| task | inputs | proved | margins | largest radius | more bits | processor time | not proved |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path)
    parser.add_argument("--write-docs", action="store_true")
    given = parser.parse_args()
    if given.store is None:
        name, lines = (
            "models",
            [
                "| model | proved | margin | largest radius | processor time | plain float64 passes |",
                "|---|---|---|---|---|---|",
                *(row(model) for model in "AB"),
            ],
        )
    else:
        name, lines = "tasks", table_of_tasks(given.store)
    table = "\n".join(lines) + "\n"
    print(table)
    if given.write_docs:
        text, begin = PAGE.read_text(), f"<!-- {name}:begin -->\n"
        before, after = text.index(begin) + len(begin), text.index(f"<!-- {name}:end -->")
        PAGE.write_text(text[:before] + table + text[after:])


if __name__ == "__main__":
    main()
