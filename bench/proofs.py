"""What a proof costs beside a plain float64 pass, for models that ship with the tests; writes docs/proofs.md's table.

python bench/proofs.py [--write-docs]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.engines.native import NativeEngine
from openwork.models import Stack, stack_of
from openwork.proofs import Proof, prove
from openwork.training import named_experiment

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proofs.md"
BEGIN, END = "<!-- proofs:begin -->\n", "<!-- proofs:end -->"
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


def main() -> None:
    lines = [
        "| model | proved | margin | largest radius | processor time | plain float64 passes |",
        "|---|---|---|---|---|---|",
        *(row(model) for model in "AB"),
    ]
    table = "\n".join(lines) + "\n"
    print(table)
    if "--write-docs" in sys.argv[1:]:
        text = PAGE.read_text()
        before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
        PAGE.write_text(text[:before] + table + text[after:])


if __name__ == "__main__":
    main()
