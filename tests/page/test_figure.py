"""The figure of routes for a publication: every way once, fonts by option, and text that cannot be markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from openwork.analyses import Route, Routes
from openwork.analyses.routes import Hop, RoutePath
from openwork.errors import PlanError
from openwork.models import spec_for
from openwork.page import routes_figure
from openwork.tasks import ReverseIncrement

HEAD = "blocks.0.attn.head.0"
HOSTILE = "<script>&\"'"


def drawn(font="sans", kind="one", name="x"):
    task = ReverseIncrement(3, 2)
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    path = RoutePath(1, (Hop(HEAD, 1, 3),), 0.5, 1.0)
    paths = (path,) if kind == "one" else ()
    route = Route("y[1]", "x[0]", 1, 3, 8, 1.0, 1.0, kind, paths)
    return routes_figure(task, spec, Routes((route,), ("BOS", name, "x[1]", "y[0]"), 8, 8, "all", 0.9, 8), font)


def test_a_route_is_a_line_for_each_layer_as_thick_as_it_carries():
    found = drawn()
    lines = re.findall(r'<path d="M [^"]*" stroke="#\w+" stroke-width="([\d.]+)"', found.svg)
    assert lines == ["2.85", "2.85"]
    root = ElementTree.fromstring(found.svg)
    assert (int(root.get("width")), int(root.get("height"))) == (found.width, found.height)
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"y[0]", "y[1]", "BOS", "attn 1", "MLP 1", "tokens", "answers"} <= set(texts)
    assert found._repr_svg_() == found.svg


def test_answers_that_share_a_stream_stand_side_by_side_in_it():
    task = ReverseIncrement(3, 2)
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=3)

    def route(output, entry, at, target):
        path = RoutePath(entry, (Hop(HEAD, entry, at), Hop(HEAD.replace("0.a", "1.a"), at, target)), 1.0, 1.0)
        return Route(output, "x[0]", entry, target, 8, 1.0, 1.0, "one", (path,))

    found = Routes(
        (route("y[0]", 0, 1, 2), route("y[1]", 1, 1, 3)), ("BOS", "x[0]", "x[1]", "y[0]"), 8, 8, "all", 0.9, 8
    )
    lines = re.findall(
        r'<path d="M ([\d.]+) \S+ C \S+ \S+ \S+ \S+ ([\d.]+) [^"]*" stroke="#\w+" stroke-w',
        routes_figure(task, spec, found).svg,
    )
    [first, second], [third, fourth] = lines[:2], lines[2:]
    assert first[1] == second[0] and third[1] == fourth[0], "each goes on where it came to"
    assert first[1] != third[1]


@pytest.mark.parametrize(("font", "family"), [("matplotlib", "DejaVu Sans"), ("latex", "Latin Modern Roman")])
def test_fonts_are_chosen_by_name(font, family):
    assert family in ElementTree.fromstring(drawn(font).svg).get("font-family")


def test_names_are_text_and_never_markup():
    texts = [one.text for one in ElementTree.fromstring(drawn(name=HOSTILE).svg).iter() if one.text]
    assert HOSTILE in texts


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(PlanError, match="no such font"):
        drawn("comic")
    with pytest.raises(PlanError, match="nothing to draw"):
        drawn(kind="none")
