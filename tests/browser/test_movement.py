"""The first screen of a solved model's page: the mechanism, the program beside it, their motion, and the tour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from safetensors.numpy import load_file

from openwork.analyses import Route, Routes, Subject
from openwork.analyses.routes import Hop, RoutePath
from openwork.engines.native import NativeEngine
from openwork.models import stack_of
from openwork.page import LiveReport, live_html
from openwork.programs import Decompilation, Output, Place, Program, Symbol, Variable
from openwork.programs.language import Constant, Modulo, Name, Plus
from openwork.report import Overview, write_page
from openwork.training import Measured, Progress, named_experiment

from .bench import answers, outside
from .conftest import AXE

SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved" / "model_B.safetensors"
NOTEBOOK = named_experiment("notebook")
DOT = ".live-dot[visibility=visible]"
HEAD = "blocks.0.attn.head.0"
BROKEN = """[...document.querySelectorAll(".live-code")].flatMap((line) => {
  const [first, ...rest] = [...line.children].map((piece) => piece.getBoundingClientRect());
  return rest.filter((piece) => piece.top > first.top + 1).map((piece) => piece.left > first.left + 1);
})"""
"""of every piece of a line of code below the line's first, whether it stands further right"""


def program() -> Program:
    """What the models of the notebook do: the mirrored digit is fetched, and 1 is added."""
    symbols = tuple(Symbol(f"x[{at}]", at + 1) for at in range(8))
    heads = tuple(
        Variable(f"head0[{8 + i}]", (Name(f"x[{7 - i}]"),), (Place("blocks.0.attn", 8 + i),)) for i in range(1, 8)
    )
    made = (Modulo(Plus(Name(name), Constant(1)), 4) for name in ("x[7]", *(head.name for head in heads)))
    return Program(symbols, heads, tuple(Output(f"y[{i}]", one, 8 + i) for i, one in enumerate(made)))


def routes(names: tuple[str, ...]) -> Routes:
    found = []
    for i in range(8):
        path = RoutePath(8 - i, (Hop(HEAD, 8 - i, 8 + i),), 1.0, 1.0)
        found.append(Route(f"y[{i}]", f"x[{7 - i}]", 8 - i, 8 + i, 8, 1.0, 1.0, "one", (path,)))
    return Routes(tuple(found), names, 8, 8, "all", 0.9, 8)


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a model that ships with the tests; its program and routes are written down, not looked for."""
    weights = {name: array[None] for name, array in load_file(SOLVED).items()}
    subject = Subject.of(NativeEngine(1), stack_of(NOTEBOOK.spec, weights), NOTEBOOK.task)
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 1.0, 8, 8), None, "finished", 1)
    overview = Overview(NOTEBOOK, "abc", 0, 65_536, 65_536, (epoch,), "native", 1.0, proof="proved with margin 2")
    found = Decompilation(program(), None, (), None, None, "all", True, (), "", 0.0)
    report = LiveReport(subject, overview, (), (), (found,), routes(subject.position_names), ())
    return write_page(live_html(report), tmp_path_factory.mktemp("moving") / "page.html")


def stage(page) -> str:
    return page.locator(".live-step").inner_text()


def test_the_picture_says_what_the_model_says_and_the_program_stands_in_it(visit, moving):
    tab = visit(moving)
    page = tab.page
    assert page.locator(".live-says text:first-of-type").all_text_contents() == answers(tab)
    symbols = page.locator(".live-ground text:first-of-type").all_text_contents()
    stands = page.locator(".live-stand text").all_text_contents()
    assert stands == symbols[7:0:-1]
    assert page.locator(".live-standings").inner_text().split("\n")[0] == "right on all 65,536 inputs"
    assert "y[1] is (x[6] + 1) % 4: fetched by head 0.0" in page.locator(".ow-lede").inner_text()
    page.locator(".live-motion select").last.select_option("y[2]")
    assert page.locator(".live-stand.live-lit").count() == 1
    expect(page).to_have_url(re.compile("output=2"))
    assert tab.errors == []


def test_nothing_moves_unasked_and_what_moves_can_be_stopped_and_stepped(visit, moving):
    page = visit(moving).page
    assert page.locator(".live-dot:visible").count() == 0
    page.locator(".live-play").click()
    expect(page.locator(DOT)).to_have_count(8)
    expect(page.locator(".live-step")).to_contain_text("Step 2", timeout=90_000)
    page.locator(".live-play").click()
    assert page.locator(DOT).count() == 0
    assert stage(page).startswith("Step 2 of 6, attention 0: head0[9] = ")
    page.get_by_role("button", name="One step back").click()
    assert stage(page) == "Step 1 of 6, the tokens enter"
    page.locator("#asking input").nth(5).press("ArrowUp")
    expect(page.locator(DOT)).to_have_count(1)


def test_for_who_wants_reduced_motion_nothing_glides(visit, moving):
    page = visit(moving).page
    page.emulate_media(reduced_motion="reduce")
    page.locator(".live-play").click()
    expect(page.locator(".live-step")).to_contain_text("Step 3", timeout=90_000)
    assert page.locator(DOT).count() == 0


def test_a_number_of_the_program_is_changed_and_the_inputs_counted_where_they_part(visit, moving):
    tab = visit(moving)
    page = tab.page
    page.locator(".live-line").last.click()
    expect(page.locator(".live-parted")).to_contain_text("agree on all 65,536 inputs", timeout=90_000)
    page.get_by_label("the number").fill("2")
    expect(page.locator(".live-parted")).to_contain_text("part on 65,536 of 65,536 inputs", timeout=90_000)
    expect(page).to_have_url(re.compile(r"set=2\.\d\.2"))
    page.locator(".live-line").first.click()
    before = answers(tab)
    page.get_by_role("button", name=re.compile("take head0")).click()
    taken = (int(page.locator("#asking .live-second input").nth(6).input_value()) + 1) % 4
    swapped, was = answers(tab), page.locator("#asking .live-was").all_inner_texts()
    said = page.locator(".live-of-line code").all_inner_texts()
    assert said == [" ".join([before[0], str(taken), *before[2:]]), " ".join(swapped)]
    assert was == ([f"was {before[1]}"] if before[1] != swapped[1] else [])
    assert tab.errors == []


SUM = """() => {
  const [table, own, all] = document.querySelectorAll(".live-ledger");
  const number = (cell) => Number(cell.dataset.number.replace(/^[^0-9]/, "-"));
  const numbers = (row) => [...row.querySelectorAll("[data-number]")].map(number);
  const named = (rows) => [...rows].map((row) => [row.cells[0].textContent, numbers(row)]);
  const [rows, cases, mine] = [table, all, own].map((one) => named(one.tBodies[0].rows));
  return { rows, sum: numbers(table.tFoot.rows[0]), cases, own: mine };
}"""
"""the numbers of the sum, row by row, and those of the two tables beside it"""


def test_the_sum_that_makes_an_answer_opens_to_keys_and_neurons(visit, moving):
    tab = visit(moving, link="#how?output=2")
    page = tab.page
    expect(page.locator(".live-ledger-prose")).to_contain_text("At y[2]")
    found = page.evaluate(SUM)
    said = answers(tab)
    largest = [symbol for symbol, value in zip("0123", found["sum"], strict=True) if value == max(found["sum"])]
    assert largest == [said[2]]
    assert [row[1].index(max(row[1])) for row in found["cases"]] == [1, 2, 3, 0]
    page.get_by_role("button", name="head 0.0", exact=True).click()
    expect(page).to_have_url(re.compile("open=L0H0"))
    rows = page.evaluate(SUM)["rows"]
    head = next(at for at, (name, _) in enumerate(rows) if name == "head 0.0")
    after = next(at for at, (name, _) in enumerate(rows) if name == "MLP 0")
    assert rows[head + 1][0].startswith("x[5] (")
    pieces = [sum(column) for column in zip(*(votes for _, votes in rows[head + 1 : after]), strict=True)]
    assert pieces == pytest.approx(rows[head][1], abs=1e-4)
    assert page.evaluate(SUM)["own"][0][0] == "x[5] = 0"
    assert page.get_by_role("button", name="head 0.0", exact=True).evaluate("one => one === document.activeElement")
    page.get_by_role("button", name="MLP 1", exact=True).click()
    assert "neurons fire at y[1]" in page.locator(".live-ledger-prose").inner_text()
    page.locator("#asking input").nth(5).press("ArrowUp")
    assert (int(said[2]) + 1) % 4 == int(answers(tab)[2])
    page.wait_for_timeout(300)
    assert page.evaluate(SUM)["sum"] != found["sum"]
    assert tab.errors == []


def test_a_long_line_breaks_behind_what_it_assigns_and_hangs(visit, moving):
    page = visit(moving).page
    code = page.locator(".live-line code")
    said = code.all_inner_texts()
    page.locator(".live-listing").evaluate("box => { box.style.width = '11rem'; }")
    broken = page.evaluate(BROKEN)
    assert broken and all(hangs for hangs in broken)
    assert code.all_inner_texts() == said


@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1280, "light")])
def test_the_tour_leads_on_and_axe_finds_nothing_to_mend(visit, moving, width, scheme):
    tab = visit(moving, width, scheme)
    page = tab.page
    page.locator(".live-tour a").nth(1).click()
    expect(page.locator("#tour")).to_contain_text("2 of 4. Watch y[1] come about")
    page.get_by_role("link", name="next").click()
    expect(page.locator("#cut-view .live-counted")).to_contain_text("of answers are right", timeout=90_000)
    assert page.locator(".live-tour a[aria-current]").count() == 1
    assert outside(page) == []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]] == []
    page.get_by_role("button", name="end the tour").click()
    assert not page.locator("#tour").is_visible()
    assert tab.errors == []
