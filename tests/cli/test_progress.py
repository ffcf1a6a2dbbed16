from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from openwork.cli.progress import MOST_ROWS, TrainingDisplay
from openwork.models import model_spec
from openwork.training import EpochEnd, Measured, Progress, TrainingState

SPEC = model_spec(n_layers=1, d_model=2, n_heads=1, d_head=1, d_mlp=2, d_vocab=3, n_ctx=4)


def progress(seed, epoch, accuracy, status="training", step=None):
    part = Measured(1.0 - accuracy, accuracy, round(accuracy * 10), 10)
    return Progress(seed, epoch, 1e-3, 1.0 - accuracy, part, part, status, step or 100 * epoch)


def event(*models, seconds=0.5, epochs=40):
    state = TrainingState.fresh(SPEC, [p.seed for p in models])
    return EpochEnd(tuple(models), state, seconds, epochs)


@pytest.fixture
def said():
    return io.StringIO()


def test_without_a_terminal_it_prints_plain_lines(said):
    clock = iter(np.arange(0.0, 100.0, 1.0))
    with TrainingDisplay(Console(file=said, width=200), lambda: next(clock)) as display:
        display(event(progress(0, 1, 0.25), progress(1, 1, 0.5)))
        display(event(progress(0, 2, 0.5), progress(1, 2, 1.0, "solved")))
    lines = said.getvalue().splitlines()
    assert lines[0] == (
        "epoch 1/40, 2 training, 400 steps/s, at most 20 s left; best: seed 1, loss 0.5000, 50.00 % right"
    )
    assert "1 training, 1 solved, 400 steps/s" in lines[-1]
    assert "\x1b" not in said.getvalue()


def test_lines_are_few(said):
    with TrainingDisplay(Console(file=said, width=200), lambda: 0.0) as display:
        for epoch in range(1, 30):
            display(event(progress(0, epoch, 0.1)))
    assert len(said.getvalue().splitlines()) == 1


def test_on_a_terminal_it_shows_every_seed(said):
    console = Console(file=said, width=80, force_terminal=True, color_system=None)
    with TrainingDisplay(console) as display:
        display(event(progress(3, 7, 0.875), progress(5, 7, 0.25, "diverged", step=612)))
    text = said.getvalue()
    for word in ("seed", "7/40", "87.50 %", "diverged at step 612", "steps/s", "left"):
        assert word in text


def test_many_seeds_fit_a_screen(said):
    console = Console(file=said, width=80)
    display = TrainingDisplay(console)
    display(event(*(progress(seed, 1, 0.5) for seed in range(64))))
    console.print(display.picture())
    assert f"and {64 - MOST_ROWS} more" in said.getvalue()
    assert max(map(len, said.getvalue().splitlines()[1:])) <= 80


def test_a_resumed_seed_does_not_inflate_the_rate(said):
    display = TrainingDisplay(Console(file=said, width=200))
    display(event(progress(0, 30, 0.5), seconds=1.0))
    assert "100 steps/s" in said.getvalue()


def test_an_experiment_that_a_claim_asks_for_has_its_own_number_of_epochs(said):
    clock = iter(np.arange(0.0, 100.0, 2.0))
    display = TrainingDisplay(Console(file=said, width=200), lambda: next(clock))
    display(event(progress(0, 3, 0.5), epochs=3))
    display(event(progress(0, 1, 0.5), epochs=8))
    assert [line.partition(",")[0] for line in said.getvalue().splitlines()] == ["epoch 3/3", "epoch 1/8"]
