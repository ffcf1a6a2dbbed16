from __future__ import annotations

import pytest

from openwork.report import palette
from openwork.report.html.css import palette_css

PAPER = {"light": "#fffefb", "dark": "#14171b"}
SEQUENCES = {"light": palette.LIGHT_SEQUENCE, "dark": palette.DARK_SEQUENCE}
OPPOSITES = {"light": palette.LIGHT_OPPOSITE, "dark": palette.DARK_OPPOSITE}
LINES = {"light": palette.LINES_LIGHT, "dark": palette.LINES_DARK}
DEUTERAN = ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969))
"""how linear red, green and blue look to a reader without green cones (Machado and others, 2009)"""


def seen_without_green(colour: str) -> tuple[float, ...]:
    rgb = [palette._linear(v) for v in palette._rgb(colour)]
    return tuple(palette._gamma(sum(w * v for w, v in zip(row, rgb, strict=True))) for row in DEUTERAN)


@pytest.mark.parametrize("scheme", PAPER)
def test_a_scale_goes_one_way_in_grey(scheme):
    shades = [palette.luminance(colour) for colour in palette.scale(SEQUENCES[scheme])]
    assert shades == sorted(shades, reverse=scheme == "light")
    assert len(shades) == palette.STEPS + 1


@pytest.mark.parametrize("scheme", PAPER)
def test_numbers_can_be_read_on_every_step(scheme):
    steps = palette.scale(SEQUENCES[scheme]) + palette.diverging(OPPOSITES[scheme], SEQUENCES[scheme])
    assert min(palette.contrast(palette.ink_on(colour), colour) for colour in steps) >= 4.5


@pytest.mark.parametrize("scheme", PAPER)
def test_lines_stand_out_from_the_paper(scheme):
    assert min(palette.contrast(line, PAPER[scheme]) for line in LINES[scheme]) >= 3


@pytest.mark.parametrize("scheme", PAPER)
def test_opposite_ends_and_first_lines_differ_without_green(scheme):
    pairs = [(OPPOSITES[scheme][3], SEQUENCES[scheme][3]), LINES[scheme][:2]]
    for one, other in pairs:
        there = zip(seen_without_green(one), seen_without_green(other), strict=True)
        assert max(abs(a - b) for a, b in there) > 0.25


def test_a_scale_runs_through_its_anchors():
    assert palette.scale(("#000000", "#ff0000", "#ffffff"), 2) == ("#000000", "#ff0000", "#ffffff")
    assert palette.diverging(palette.LIGHT_OPPOSITE, palette.LIGHT_SEQUENCE)[10] == palette.LIGHT_SEQUENCE[0]


def test_both_schemes_have_a_rule_for_every_step():
    css = palette_css()
    assert css.count(".ow-q20 rect") == css.count(".ow-d0 rect") == css.count(".ow-l5.ow-line") == 2
