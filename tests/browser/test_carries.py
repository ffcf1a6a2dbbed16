"""The page of an addition: the carries of the question at hand, and what the program holds of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from openwork.analyses import Subject
from openwork.data import DataSplit
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.page import LiveReport, live_html
from openwork.programs import Decompilation, Output, Place, Program, Symbol, Variable
from openwork.programs.language import Compared, Constant, Name, Plus
from openwork.report import Overview, write_page
from openwork.tasks import make_task
from openwork.training import Experiment, Measured, Progress, recipe

from .bench import cell, outside
from .conftest import AXE


@pytest.fixture(scope="module")
def carrying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned nothing, with a program that keeps the first carry at the equals sign."""
    task = make_task("addition", {"base": 4, "digits": 2})
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task)
    symbols = tuple(Symbol(one.name, one.position) for one in task.variables)
    carry = Variable(
        "head0[5]", (Compared(Plus(Name("a[1]"), Name("b[1]")), ">=", Constant(4)),), (Place("blocks.0.attn", 5),)
    )
    outputs = (Output("y[0]", Name("head0[5]"), 5), *(Output(name, Constant(0), 5) for name in task.outputs[1:]))
    found = Decompilation(Program(symbols, (carry,), outputs), None, (), None, None, "all", True, (), "", 0.0)
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 1.0, 8, 8), None, "finished", 1)
    overview = Overview(Experiment(task, spec, recipe(), DataSplit()), "abc", 0, 1, 256, (epoch,), "native", 1.0)
    page = live_html(LiveReport(subject, overview, (), (), (found,), None, ()))
    return write_page(page, tmp_path_factory.mktemp("carrying") / "page.html")


@pytest.mark.parametrize("width", [380, 1280])
def test_carries_follow_what_is_typed_and_a_changed_line_is_marked(visit, carrying, width):
    tab = visit(carrying, width)
    for at, digit in enumerate("1233"):
        cell(tab, at).fill(digit)
    shown = tab.page.locator(".live-carrying")
    assert shown.get_attribute("data-carries") == "1 1"
    said = tab.page.locator(".live-carries-prose").inner_text()
    assert said.startswith("From the right: 2 + 3 = 11, 1 is carried; then 1 + 3 + 1 = 11, 1 is carried.")
    assert "head0[5] is the carry out of place 0, here 1" in said
    assert tab.page.locator(".live-carry-held.live-right").inner_text() == "1"
    tab.page.locator(".live-line").first.click()
    tab.page.get_by_label("the number").fill("6")
    assert tab.page.locator(".live-carry-held.live-wrong").inner_text() == "0"
    assert outside(tab.page) == []
    tab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]] == []
    assert tab.errors == []
