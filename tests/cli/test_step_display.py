from __future__ import annotations

import io

import pytest
from rich.console import Console

from openwork.analyses import Step
from openwork.cli.step_display import StepDisplay


@pytest.fixture
def said():
    return io.StringIO()


def steps(count):
    return [Step(f"part {n}", n / count, 1000 * n) for n in range(1, count + 1)]


def shown(console, times, watched):
    display = StepDisplay(console, iter(times).__next__)
    for step in watched:
        display(step)


def test_elsewhere_it_prints_a_plain_line_now_and_then(said):
    shown(Console(file=said, width=200), [0.0, 0.5, 1.0, 1.5, 3.5, 4.0, 4.5, 6.0, 7.0, 8.0], steps(10))
    assert said.getvalue().splitlines() == [
        "part 3: 30 %, 3,000 forward rows, about 3.5 s left",
        "part 5: 50 %, 5,000 forward rows, about 4.4 s left",
        "part 8: 80 %, 8,000 forward rows, about 1.7 s left",
    ]


def test_what_is_over_in_a_moment_shows_nothing(said):
    shown(Console(file=said, width=200), [0.0, 0.2, 0.4, 0.6], steps(4))
    assert said.getvalue() == ""


def test_on_a_terminal_one_line_changes_and_is_taken_away(said):
    console = Console(file=said, width=30, force_terminal=True, color_system=None)
    shown(console, [0.0, 2.0, 4.0, 6.0], steps(4))
    lines = said.getvalue().split("\r\x1b[2K")
    assert lines == ["", "part 2: 50 %, 2,000 forward r", "part 3: 75 %, 3,000 forward r", ""]


def test_the_next_measurement_begins_anew(said):
    shown(Console(file=said, width=200), [0.0, 2.0, 100.0, 100.5, 101.5], [*steps(4)[:2], *steps(4)[:3]])
    assert [line.partition(":")[0] for line in said.getvalue().splitlines()] == ["part 2", "part 3"]


def test_quiet_is_quiet(said):
    shown(Console(file=said, width=30, force_terminal=True, quiet=True), [0.0, 2.0, 4.0, 6.0], steps(4))
    assert said.getvalue() == ""
