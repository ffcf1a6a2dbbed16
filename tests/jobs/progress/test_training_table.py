from __future__ import annotations

import io

from rich.console import Console

from openwork.jobs.progress.training_table import MOST_ROWS, TrainingTable
from openwork.models import model_spec
from openwork.training import EpochEnd, Measured, Progress, TrainingState

SPEC = model_spec(n_layers=1, d_model=2, n_heads=1, d_head=1, d_mlp=2, d_vocab=3, n_ctx=4)


def progress(seed, epoch, accuracy, status="training", step=None):
    part = Measured(1.0 - accuracy, accuracy, round(accuracy * 10), 10)
    return Progress(seed, epoch, 1e-3, 1.0 - accuracy, part, part, status, step or 100 * epoch)


def event(*models, seconds=0.5, epochs=40):
    state = TrainingState.fresh(SPEC, [p.seed for p in models])
    return EpochEnd(tuple(models), state, seconds, epochs)


def after(*events):
    table = TrainingTable()
    for one in events:
        table.take(one)
    return table


def shown(table):
    said = io.StringIO()
    Console(file=said, width=80).print(table.picture())
    return said.getvalue()


def test_one_line_says_it_all():
    table = after(event(progress(0, 1, 0.25), progress(1, 1, 0.5)))
    assert table.line() == (
        "epoch 1/40, 2 training, 400 steps/s, at most 20 s left; best: seed 1, loss 0.5000, 50.00 % right"
    )
    table.take(event(progress(0, 2, 0.5), progress(1, 2, 1.0, "solved")))
    assert "1 training, 1 solved, 400 steps/s" in table.line()
    assert TrainingTable().line() == ""


def test_the_table_has_every_seed():
    text = shown(after(event(progress(3, 7, 0.875), progress(5, 7, 0.25, "diverged", step=612))))
    for word in ("seed", "7/40", "87.50 %", "diverged at step 612", "steps/s", "left"):
        assert word in text


def test_many_seeds_fit_a_screen():
    text = shown(after(event(*(progress(seed, 1, 0.5) for seed in range(64)))))
    assert f"and {64 - MOST_ROWS} more" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_resumed_seed_does_not_inflate_the_rate():
    assert "100 steps/s" in after(event(progress(0, 30, 0.5), seconds=1.0)).line()


def test_an_experiment_that_a_claim_asks_for_has_its_own_number_of_epochs():
    assert (
        after(event(progress(0, 3, 0.5), epochs=3), event(progress(0, 1, 0.5), epochs=8)).line().startswith("epoch 1/8")
    )


def test_epochs_that_take_longer_than_was_said_leave_nothing_said():
    table = after(event(progress(0, 1, 0.5), seconds=0.5), event(progress(0, 2, 0.5), seconds=5.0))
    assert "left" not in table.line()
