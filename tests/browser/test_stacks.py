"""A program that counts at every position: its numbers stand over the symbols as stacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from openwork.analyses import Subject
from openwork.data import DataSplit
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.page import LiveReport, live_html
from openwork.programs import Decompilation, Output, Place, Program, Symbol, Variable
from openwork.programs.language import Constant, Count, Minus, Name
from openwork.report import Overview, write_page
from openwork.tasks import make_task
from openwork.training import Experiment, Measured, Progress, recipe

from .bench import cell, outside
from .conftest import AXE


@pytest.fixture(scope="module")
def stacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned nothing, with the program of one that counts what is open; so also below 0."""
    task = make_task("dyck", {"depth": 2, "length": 6})
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task)
    symbols = tuple(Symbol(f"s[{at}]", at) for at in range(task.n_pos))
    seen = [tuple(Name(symbol.name) for symbol in symbols[: at + 1]) for at in range(task.n_pos)]
    opened = tuple(
        Variable(f"head0[{at}]", (Minus(Count(some, 1), Count(some, 0)),), (Place("blocks.0.attn", at),))
        for at, some in enumerate(seen)
    )
    outputs = tuple(Output(name, Constant(0), at) for at, name in enumerate(task.outputs))
    found = Decompilation(Program(symbols, opened, outputs), None, (), None, None, "all", True, (), "", 0.0)
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 1.0, 8, 8), None, "finished", 1)
    inputs = len(subject.inputs)
    overview = Overview(
        Experiment(task, spec, recipe(), DataSplit()), "abc", 0, inputs, inputs, (epoch,), "native", 1.0
    )
    page = live_html(LiveReport(subject, overview, (), (), (found,), None, ()))
    return write_page(page, tmp_path_factory.mktemp("stacked") / "page.html")


@pytest.mark.parametrize("width", [380, 1280])
def test_stacks_are_as_high_as_their_numbers_and_follow_what_is_typed(visit, stacked, width):
    tab = visit(stacked, width)
    for at, symbol in enumerate(("a", "a", "b", "b", "<pad>", "<pad>")):
        cell(tab, at).fill(symbol)
    drawing = tab.page.locator(".live-stacks")
    assert drawing.get_attribute("aria-label") == "<bos>: 0, a: -1, a: -2, b: -1, b: 0"
    assert drawing.locator(".live-box").count() == 4
    assert outside(tab.page) == []
    tab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]] == []
    assert tab.errors == []
