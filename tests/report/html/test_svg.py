from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from openwork.report.html.svg import MINUS, element, number
from openwork.report.html.svg_curve import nice_ticks, svg_curve, tick_text
from openwork.report.html.svg_heatmap import colour_class, short_number, summary, svg_heatmap
from openwork.report.html.svg_key import svg_key
from openwork.report.parts import NOTHING, Curve, Heatmap, Series


def heatmap(values=((0.25, 1.0), (0.0, math.nan)), **more):
    return Heatmap("A map", values, ("r0", "r1"), ("c0", "c1"), **more)


def titles(svg: str) -> list[str]:
    return [title.text for title in ElementTree.fromstring(svg).iter("title")]


def test_an_element_escapes_its_attributes_and_its_text():
    made = element("text", "<b>", class_='"><script>', x=1.0, stroke_width=None)
    assert made == '<text class="&#34;&gt;&lt;script&gt;" x="1">&lt;b&gt;</text>'


def test_coordinates_are_short():
    assert [number(v) for v in (1.0, 1.256, -0.5)] == ["1", "1.26", "-0.5"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (1, 35, (5, 10, 15, 20, 25, 30, 35)),
        (2, 2, (2,)),
        (-1, 1, (-1, -0.5, 0, 0.5, 1)),
    ],
)
def test_ticks_are_round_and_inside(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)


def test_ticks_far_from_one_are_powers():
    assert [tick_text(v) for v in (0.01, 0.001, 1e5, -2.5, 0)] == ["0.01", "10⁻³", "10⁵", f"{MINUS}2.5", "0"]


def test_a_heatmap_tells_every_number_on_hover():
    assert titles(svg_heatmap(heatmap())) == [
        "r0, c0: 0.2500",
        "r0, c1: 1.0000",
        "r1, c0: 0.0000",
        "r1, c1: no number",
    ]


def test_a_heatmap_frames_what_is_outlined():
    assert svg_heatmap(heatmap(outlined=((0, 1),))).count("ow-outlined") == 1


def test_colours_follow_the_scale():
    assert [colour_class(v, 0, 1) for v in (0, 0.5, 1, 7, math.nan)] == [
        "ow-q0",
        "ow-q10",
        "ow-q20",
        "ow-q20",
        "ow-none",
    ]
    assert [colour_class(v, -1, 2) for v in (-2, 0, 2)] == ["ow-d0", "ow-d10", "ow-d20"]
    assert colour_class(3, 3, 3) == "ow-q0"


def test_cells_are_short_and_never_claim_to_be_whole():
    share, other = heatmap(), heatmap(low=-3.0, high=3.0)
    assert [short_number(v, share) for v in (0.001, 0.126, 1, math.nan)] == ["", ".13", "1", NOTHING]
    assert [short_number(v, other) for v in (-1.26, -0.01)] == [f"{MINUS}1.3", "0.0"]
    assert short_number(0.9999, share) == ".99"


def test_the_name_of_a_heatmap_tells_where_rows_are_largest():
    assert summary(heatmap()) == "Heatmap, A map. Largest in each row: r0: 1 at c1; r1: 0 at c0"
    assert summary(heatmap(values=((math.nan,) * 2,) * 2)) == "Heatmap, A map."


@pytest.mark.parametrize(("low", "high", "ends"), [(0.0, 1.0, ["0", "1"]), (-1.0, 2.0, [f"{MINUS}2", "2"])])
def test_the_key_tells_both_ends(low, high, ends):
    key = ElementTree.fromstring(svg_key(heatmap(low=low, high=high)))
    assert [text.text for text in key.iter("text")] == ends


def test_a_curve_leaves_out_what_is_not_finite():
    line = Series("a", (1, 2, 3), (0.5, math.inf, 0.7))
    svg = svg_curve(Curve("C", (line,), "epoch", "share"))
    assert titles(svg) == ["a, epoch 1: 0.5", "a, epoch 3: 0.7"]
    [points] = re.findall(r'points="([^"]+)"', svg)
    assert len(points.split()) == 2


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("y", [(), (0.0, 0.0), (math.nan, math.nan), (1e-9, 5.0)])
def test_every_curve_can_be_drawn(log, y):
    line = Series("a", tuple(range(len(y))), y)
    svg = svg_curve(Curve("C", (line,), "epoch", "nats", log_y=log))
    assert "nan" not in svg
    ElementTree.fromstring(svg)
