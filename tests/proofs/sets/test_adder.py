"""A trained adder of ten digits, proved on pairs that nobody can list: 10^20.

`bench/by_sets.py --adder` proves all of it, which takes about a minute; here the first and the last digit of the sum
are proved for every pair, and those between in some of their cases.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines.native import NativeEngine
from openwork.models import stack_of
from openwork.proofs.sets.boxes import boxes_of
from openwork.proofs.sets.listed_cases import cases_of
from openwork.proofs.sets.search import Search, ground, searched
from openwork.tasks import ReversedAddition
from openwork.training.experiments.provable_adder import provable_adder

DIGITS = 10
SOME = 151
"""every so many-th case of a digit in between"""


@pytest.fixture(scope="module")
def adder() -> Subject:
    task = ReversedAddition(10, DIGITS)
    named = load_file(Path(__file__).parent / "adder.safetensors")
    stack = stack_of(provable_adder(task).spec, {name: array[None] for name, array in named.items()})
    return Subject.of(NativeEngine(1), stack, task, Inputs(500))


@pytest.mark.parametrize("place", range(DIGITS + 1))
def test_a_digit_is_proved(adder, place):
    engine, task = NativeEngine(1), adder.task
    on = ground(adder, engine, place, 1.0)
    boxes = boxes_of(cases_of(task, task.outputs[place]), on.query)
    if 0 < place < DIGITS:
        boxes = boxes.take(np.arange(0, len(boxes), SOME))
    search = Search(place, boxes)
    searched(on, search, lambda search: True)
    assert search.unproved == 0 and search.least > 1.0
    if place in (0, DIGITS):
        assert search.boxes in (100, 200)


def test_a_digit_that_is_told_otherwise_is_not_proved(adder):
    """The same sets with another right answer: nothing of them is."""
    on = ground(adder, NativeEngine(1), 0, 0.0)
    boxes = boxes_of(cases_of(adder.task, "y[0]"), on.query).take(np.arange(3))
    search = Search(0, replace(boxes, answers=(boxes.answers + 1) % 10))
    searched(on, search, lambda search: search.boxes < 20)
    assert search.unproved > 0 and search.least == np.inf
