from __future__ import annotations

import subprocess
import sys

import plotly.graph_objects as go
import plotly.io
import pytest

from openwork.report import parts as p
from openwork.report.lower_plotly import DRAWN, figure_of


def inside(shown):
    for one in shown:
        if isinstance(one, p.Section | p.Beside | p.Fold):
            yield from inside(one.parts)
        else:
            yield one


def test_every_kind_that_is_drawn_becomes_a_figure(every_part):
    drawn = [one for one in inside(every_part) if isinstance(one, DRAWN)]
    assert {type(one) for one in drawn} == set(DRAWN)
    for one in drawn:
        assert figure_of(one).to_json()


def test_numbers_are_the_same_as_in_the_part(every_part):
    heatmap = next(one for one in inside(every_part) if isinstance(one, p.Heatmap))
    figure = figure_of(heatmap)
    assert figure.data[0].z[0][0] == heatmap.values[0][0]
    assert (figure.data[0].zmin, figure.data[0].zmax) == (0, 1)
    assert len(figure.layout.shapes) == len(heatmap.outlined)


def test_a_scale_around_zero_is_even():
    figure = figure_of(p.Heatmap("H", ((1.0,),), ("r",), ("c",), low=-2.0, high=1.0))
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-2, 2)


def test_lines_differ_by_more_than_colour():
    lines = tuple(p.Series(name, (1, 2), (0, 1)) for name in "ab")
    figure = figure_of(p.Curve("C", lines, "x", "y", y_range=(0, 1)))
    assert [line.line.dash for line in figure.data] == ["solid", "dash"]
    assert figure.layout.yaxis.range == (0, 1)


def test_a_table_without_shares_stays_a_table():
    figure = figure_of(p.Table(p.columns("a", "b"), (("1", "2"),), "Said. More."))
    assert isinstance(figure.data[0], go.Table)
    assert figure.layout.title.text == "Said"


def test_nothing_is_read_as_markup(every_part, poisoned):
    for one in inside(poisoned(every_part)):
        if isinstance(one, DRAWN):
            assert "<" not in figure_of(one).to_json().replace("%{z:.4f}<extra></extra>", "")


def test_what_is_not_a_figure_says_so():
    with pytest.raises(TypeError, match="Text"):
        figure_of(p.Text("words"))


def test_importing_the_report_loads_no_plotly_and_changes_no_template():
    code = "import sys, openwork.report; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert plotly.io.templates.default == "plotly"
