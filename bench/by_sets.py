"""Proofs by sets of inputs: held to proofs that list every input, and the maximum of 4 of 64 numbers.

python bench/by_sets.py --validate         models of one layer that nobody trained, on every task that is listed
python bench/by_sets.py --store FOLDER     the stored models of the maximum of 4 of 64 numbers, trained by
    openwork train maximum --param numbers=64 --param length=4 --experiment max-of-4 --seeds 8 --store FOLDER

python bench/by_sets.py --adder            the ten-digit adder that lies with the tests, on all 10^20 pairs
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines.native import NativeEngine
from openwork.models import Stack, initial_stack, spec_for, stack_of
from openwork.proofs import prove, prove_by_sets
from openwork.runs import Store
from openwork.tasks import OURS, Maximum, ReversedAddition, Task

ROOT = Path(__file__).parents[1]
ADDER = ReversedAddition(10, 10)
MOST = 1000
"""inputs of a task that is validated"""
LARGER = 6.0
"""times the first weights: then logits differ, and some inputs are right"""
SECONDS = 20.0


def untrained(task: Task) -> Subject:
    """A model of one layer, as it begins but with larger weights."""
    spec = spec_for(task, n_layers=1, d_model=16, n_heads=2, d_head=8, d_mlp=16)
    flat = initial_stack(spec, [0]).flat * np.float32(LARGER)
    return Subject.of(NativeEngine(2), Stack(spec, flat), task)


def validate() -> None:
    """By sets an output is proved on as many inputs as by listing, and no more."""
    print("| task | inputs | proved by listing | by sets, at least | bounds | seconds |\n|---|---|---|---|---|---|")
    for kind in OURS:
        task = kind()
        if not task.one_symbol_each or task.pad_token is not None or (task.domain_size or MOST + 1) > MOST:
            continue
        subject, began = untrained(task), time.process_time()
        found = prove_by_sets(subject)
        spent, listed = time.process_time() - began, prove(subject)
        assert found.ended and found.proved <= listed.proved, task
        assert len(task.outputs) > 1 or found.proved == listed.proved, task
        print(f"| {task} | {listed.inputs:,} | {listed.proved:,} | {found.proved:,} | {found.boxes:,} | {spent:.1f} |")


def maximum(folder: Path) -> None:
    """Shares proved without listing, of every run of `maximum` that is stored there."""
    print("| seed | share proved | bounds | seconds |\n|---|---|---|---|")
    with Store.open(folder) as store:
        for run in store.runs():
            if run.task != Maximum(64, 4):
                continue
            subject = Subject.of(NativeEngine(2), store.stack(run), run.task, Inputs(10_000))
            began = time.process_time()
            found = prove_by_sets(subject, seconds=SECONDS)
            wrong = ", some surely wrong" if found.wrong else ""
            spent = time.process_time() - began
            print(f"| {run.seed} | {found.share}{wrong} | {found.boxes:,} | {spent:.1f} |", flush=True)


def adder() -> None:
    """Every pair of ten-digit numbers."""
    subject = Subject.of(NativeEngine(2), adder_stack(), ADDER, Inputs(10_000))
    began = time.process_time()
    found = prove_by_sets(subject, threads=2)
    print(found.summary, found.beside, f"{time.process_time() - began:.0f} s of processor time", sep="\n")


def adder_stack() -> Stack:
    """Its weights."""
    task = ADDER
    sizes = {"n_layers": 1, "d_model": 64, "n_heads": 4, "d_head": 16, "d_mlp": 256}
    spec = spec_for(task, **sizes, normalization_type=None, attn_scale=1.0)
    named = load_file(ROOT / "tests/proofs/sets/adder.safetensors")
    return stack_of(spec, {name: array[None] for name, array in named.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--adder", action="store_true")
    parser.add_argument("--store", type=Path)
    given = parser.parse_args()
    if given.validate:
        validate()
    if given.adder:
        adder()
    if given.store:
        maximum(given.store)


if __name__ == "__main__":
    main()
