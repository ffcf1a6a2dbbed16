from __future__ import annotations

import io

from rich.console import Console

from openwork.cli.check_progress import CheckDisplay


def shown(times, rows, terminal=False) -> str:
    out = io.StringIO()
    clock = iter(times)
    with CheckDisplay(Console(file=out, force_terminal=terminal, width=100), 1000, lambda: next(clock)) as display:
        for count in rows:
            display(count)
    return out.getvalue()


def test_a_short_check_says_nothing():
    assert shown([0, 0.5, 1.5], [500, 500]) == ""


def test_a_long_one_says_how_far_it_is_and_what_is_left():
    lines = shown([0, 4, 5, 8], [400, 100, 300]).splitlines()
    assert [line.strip() for line in lines] == [
        "400 of 1,000 inputs through the model, about 6.0 s left",
        "800 of 1,000 inputs through the model, about 2.0 s left",
    ]


def test_on_a_terminal_one_line_is_written_over_and_removed():
    text = shown([0, 4, 5], [400, 100], terminal=True)
    assert "\n" not in text
    assert text.endswith("\r")
    assert text.count("inputs through the model") == 2
