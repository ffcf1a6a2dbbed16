from __future__ import annotations

import math

from openwork.analyses import learning_curve
from openwork.training import Measured, Progress


def row(epoch: int, right: int, held_out_right: int | None = 10) -> Progress:
    held_out = None if held_out_right is None else Measured(0.2, held_out_right / 10, held_out_right, 10)
    return Progress(0, epoch, 1e-3, 0.1, Measured(0.1, right / 10, right, 10), held_out, "training", epoch)


def test_first_solved_and_for_good():
    curve = learning_curve([row(4, 10), row(1, 3), row(2, 10), row(3, 10, 9), row(5, 10)])
    assert [r.epoch for r in curve.rows] == [1, 2, 3, 4, 5]
    assert (curve.first_solved, curve.solved_for_good) == (2, 4)
    assert curve.summary == "First right on every input after epoch 2, for good from epoch 4."


def test_lost_again_and_never():
    assert learning_curve([row(1, 10), row(2, 9)]).solved_for_good is None
    never = learning_curve([row(1, 9)])
    assert never.first_solved is None and "90.00 % in training, 100 % held out" in never.summary
    assert learning_curve([]).summary == "Not trained."


def test_nothing_held_out():
    curve = learning_curve([row(1, 10, None)])
    assert curve.first_solved == 1
    assert math.isnan(curve.records()[0]["held_out_loss"])
