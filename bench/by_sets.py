"""Proofs by sets of inputs, held to what listing every input shows. (`bench/max_of_4.py` has a benchmark of others.)

python bench/by_sets.py --validate         models of one layer that nobody trained, on every task that is listed
python bench/by_sets.py --pairs FOLDER     stored adders of up to 4 digits, held to a pass over all 10^8 pairs; by
    openwork train reversed-addition --param digits=4 --experiment provable-adder --d-model 32 --d-mlp 64 --n-heads 4
        --d-head 8 --seeds 0..1 --store FOLDER

python bench/by_sets.py --adder            the ten-digit adder that lies with the tests, on all 10^20 pairs
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.data import Inputs, dataset_of
from openwork.engines.native import NativeEngine
from openwork.models import Stack, initial_stack, spec_for, stack_of
from openwork.proofs import prove, prove_by_sets
from openwork.runs import Store
from openwork.tasks import (
    OURS,
    Addition,
    CaesarShift,
    Copy,
    Maximum,
    Reverse,
    ReversedAddition,
    RunLength,
    Sort,
    Task,
)
from openwork.training.experiments.provable_adder import provable_adder

ROOT = Path(__file__).parents[1]
ADDER = ReversedAddition(10, 10)
MOST = 1000
"""inputs of a task that is validated at its usual size"""
SMALLER = (
    Maximum(6, 3),
    Addition(3, 2),
    ReversedAddition(3, 2),
    Copy(3, 4),
    Reverse(3, 4),
    Sort(3, 4),
    CaesarShift(3, 4),
    RunLength(2, 6),
)
"""others, at a size that takes seconds"""
LARGER = 6.0
"""times the first weights: then logits differ, and some inputs are right"""
SECONDS = 60.0
"""of the processor, for one proof"""
MOST_DIGITS = 4
BLOCK, TOLD = 2**16, 50
"""questions of a pass; so many passes are told as one"""


def untrained(task: Task) -> Subject:
    """A model of one layer, as it begins but with larger weights."""
    spec = spec_for(task, n_layers=1, d_model=16, n_heads=2, d_head=8, d_mlp=16)
    flat = initial_stack(spec, [0]).flat * np.float32(LARGER)
    return Subject.of(NativeEngine(2), Stack(spec, flat), task)


def validate() -> None:
    """By sets each output is proved on as many inputs as it is right on, and all of them on no more than by listing."""
    print("| task | inputs | proved by listing | by sets, at least | each output | bounds | seconds |")
    print("|---|---|---|---|---|---|---|", flush=True)
    usual = (kind() for kind in OURS)
    fit = [t for t in usual if t.one_symbol_each and t.pad_token is None and (t.domain_size or MOST + 1) <= MOST]
    for task in (*fit, *SMALLER):
        subject, began = untrained(task), time.process_time()
        found = prove_by_sets(subject)
        spent, listed = time.process_time() - began, prove(subject)
        assert found.ended and found.proved <= listed.proved, task
        each = [found.inputs - one.unproved for one in found.outputs]
        assert each == right(subject) and (len(each) > 1 or found.proved == listed.proved), task
        row = f"| {task} | {listed.inputs:,} | {listed.proved:,} | {found.proved:,} | {' '.join(map(str, each))} "
        print(f"{row}| {found.boxes:,} | {spent:.1f} |", flush=True)


def right(subject: Subject) -> list[int]:
    """How many inputs each output is right on, as the engine's pass has it."""
    asked = subject.inputs
    [trace] = subject.engine.run(subject.stack, asked.tokens, graded=asked.graded, block=len(asked))
    return [int(count) for count in (trace.answers[0] == asked.answers).sum(axis=0)]


def all_pairs(folder: Path) -> None:
    """Each output is proved on exactly as many of all pairs as the engine's pass is right on, or on fewer."""
    print(
        "| digits | seed | output | as run, right | proved by sets | bounds | seconds |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    with Store.open(folder) as store:
        runs = [run for run in store.runs() if run.task.name == ADDER.name and run.ended]
        for run in sorted(runs, key=lambda run: (run.task.params["digits"], run.seed)):
            if run.task.params["digits"] > MOST_DIGITS:
                continue
            subject = Subject.of(NativeEngine(1), store.stack(run), run.task, Inputs(10_000))
            found = prove_by_sets(subject, seconds=SECONDS)
            counts = right_on_all(subject)
            for one, as_run in zip(found.outputs, counts, strict=True):
                proved = found.inputs - one.unproved
                row = f"| {run.task.params['digits']} | {run.seed} | {one.output} | {as_run:,} | {proved:,} "
                print(f"{row}| {one.boxes:,} | {one.seconds:.1f} |", flush=True)


def right_on_all(subject: Subject) -> list[int]:
    """How many of all questions each output is right on, block by block."""
    task, counts = subject.task, np.zeros(len(subject.task.outputs), np.int64)
    size = task.domain_size or 0
    for start in range(0, size, BLOCK):
        asked = dataset_of(task, np.arange(start, min(start + BLOCK, size), dtype=np.int64))
        [trace] = subject.engine.run(subject.stack, asked.tokens, graded=asked.graded, block=len(asked))
        counts += (trace.answers[0] == asked.answers).sum(axis=0)
        if start // BLOCK % TOLD == 0:
            print(f"{100 * start / size:.0f} %", file=sys.stderr, flush=True)
    return [int(count) for count in counts]


def adder() -> None:
    """Every pair of ten-digit numbers."""
    subject = Subject.of(NativeEngine(2), adder_stack(), ADDER, Inputs(10_000))
    began = time.process_time()
    found = prove_by_sets(subject, threads=2)
    print(found.summary, found.beside, f"{time.process_time() - began:.0f} s of processor time", sep="\n")


def adder_stack() -> Stack:
    """Its weights."""
    named = load_file(ROOT / "tests/proofs/sets/adder.safetensors")
    return stack_of(provable_adder(ADDER).spec, {name: array[None] for name, array in named.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--adder", action="store_true")
    parser.add_argument("--pairs", type=Path)
    given = parser.parse_args()
    if given.validate:
        validate()
    if given.adder:
        adder()
    if given.pairs:
        all_pairs(given.pairs)


if __name__ == "__main__":
    main()
