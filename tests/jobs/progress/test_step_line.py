from __future__ import annotations

from openwork.analyses import Step
from openwork.jobs.progress.step_line import StepLine


def lines(*told):
    line = StepLine()
    for now, done in told:
        line.take(Step("y[0]", done, 1000), now)
        yield line.line(now)


def test_the_time_left_is_told_once_enough_is_done():
    assert list(lines((0, 0.0), (0.5, 0.2), (2, 0.5), (3, 0.75))) == [
        "y[0], 0 %, 1,000 forward rows",
        "y[0], 20 %, 1,000 forward rows",
        "y[0], 50 %, about 2.0 s left, 1,000 forward rows",
        "y[0], 75 %, about 1.0 s left, 1,000 forward rows",
    ]


def test_one_that_is_further_back_begins_anew():
    assert list(lines((0, 0.0), (2, 0.5), (100, 0.1)))[-1] == "y[0], 10 %, 1,000 forward rows"


def test_nothing_is_said_of_rows_where_there_are_none():
    line = StepLine()
    assert line.line(0) == ""
    line.take(Step("reading", 0.5, 0), 0)
    assert line.line(0) == "reading, 50 %"
