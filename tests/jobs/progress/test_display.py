from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from openwork.analyses import Stage, Step, stages_of
from openwork.jobs.progress.display import ERASE, PLAIN_EVERY, ProgressDisplay
from openwork.models import model_spec
from openwork.training import EpochEnd, Measured, Progress, TrainingState

SPEC = model_spec(n_layers=1, d_model=2, n_heads=1, d_head=1, d_mlp=2, d_vocab=3, n_ctx=4)


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def clock():
    return Clock()


def plain(said, clock):
    return ProgressDisplay(Console(file=said, width=200), clock, beat=0)


def terminal(said, clock, width=60, beat=0):
    return ProgressDisplay(Console(file=said, width=width, force_terminal=True, color_system=None), clock, beat=beat)


def epoch(number, status="training"):
    part = Measured(0.5, 0.5, 5, 10)
    model = Progress(0, number, 1e-3, 0.5, part, part, status, 100 * number)
    return EpochEnd((model,), TrainingState.fresh(SPEC, [0]), 0.5, 40)


def test_stages_are_named_counted_and_timed(said, clock):
    with plain(said, clock) as display:
        begin = stages_of(display, ("training", "judging"))
        begin("training")
        clock.now = 3.0
        begin("judging", "judging two claims")
    assert said.getvalue().splitlines() == [
        "1 of 2: training",
        "1 of 2: training: took 3.0 s",
        "2 of 2: judging two claims",
        "2 of 2: judging two claims: took 0.0 s",
    ]


def test_no_spell_is_silent_though_nothing_is_told_from_inside(said, clock):
    with plain(said, clock) as display:
        display(Stage("measuring", 1, 2))
        for tenth in range(1, 60):
            clock.now = tenth / 10
            display.look()
    lines = said.getvalue().splitlines()[1:-1]
    assert PLAIN_EVERY < 2 and lines == [f"1 of 2: measuring, {second} s so far" for second in (1, 3, 4)]


def test_the_thread_looks_by_itself(said):
    heard = threading.Event()

    class Heard(io.StringIO):
        def write(self, text):
            if "so far" in text:
                heard.set()
            return super().write(text)

    with ProgressDisplay(Console(file=Heard(), width=200), beat=0.01) as display:
        display(Stage("measuring", 1, 2))
        assert heard.wait(20)


def test_an_error_ends_it_without_saying_that_the_stage_is_done(said, clock):
    with pytest.raises(KeyboardInterrupt), plain(said, clock) as display:
        display(Stage("measuring", 1, 2))
        raise KeyboardInterrupt
    assert said.getvalue() == "1 of 2: measuring\n"


def test_a_job_of_one_stage_shows_nothing_in_its_first_second(said, clock):
    with plain(said, clock) as display:
        display(Stage("looking for routes"))
        for clock.now, done in ((0.0, 0.0), (0.5, 0.4), (2.0, 0.5), (3.0, 0.6), (4.0, 1.0)):
            display(Step("y[0]", done, 1000))
    assert said.getvalue().splitlines() == ["looking for routes: y[0], 50 %, about 2.0 s left, 1,000 forward rows"]


def test_lines_of_training_are_few_and_every_end_has_one(said, clock):
    with plain(said, clock) as display:
        for number in range(1, 30):
            display(epoch(number))
        display(epoch(30, "solved"))
    assert [line.partition(",")[0] for line in said.getvalue().splitlines()] == ["epoch 1/40", "epoch 30/40"]
    assert "\x1b" not in said.getvalue()


def test_on_a_terminal_the_stage_stands_above_the_seeds(said, clock):
    with terminal(said, clock) as display:
        display(Stage("training seeds", 1, 5))
        clock.now = 1.0
        display(epoch(7))
    text = said.getvalue()
    assert "1 of 5: training seeds" in text and "7/40" in text


def test_outside_with_one_line_changes_and_is_taken_away(said, clock):
    display = terminal(said, clock, width=30)
    for clock.now, done in ((0.0, 0.25), (2.0, 0.5), (4.0, 0.75), (6.0, 1.0)):
        display(Step("part", done, 2000))
    first, *lines = said.getvalue().split(ERASE)
    assert first == "" and lines == ["part, 50 %, about 4.0 s left,"[:29], "part, 75 %, about 2.0 s left,"[:29], ""]


def test_quiet_is_quiet(said, clock):
    display = ProgressDisplay(Console(file=said, width=30, force_terminal=True, quiet=True), clock)
    with display:
        display(Stage("measuring", 1, 2))
        clock.now = 5.0
        display(Step("part", 0.5, 1))
    assert said.getvalue() == ""
