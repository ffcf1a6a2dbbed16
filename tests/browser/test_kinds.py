"""The live page of other models and tasks: drawn questions, long ones, pads, words for answers, no norm."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from openwork.analyses import Subject
from openwork.data import DataSplit, Inputs
from openwork.engines import choose_engine
from openwork.engines.grading import answers_of
from openwork.interventions import Plan, Zero
from openwork.models import initial_stack, spec_for
from openwork.page import LiveReport, live_html
from openwork.report import Overview, write_page
from openwork.tasks import make_task
from openwork.tasks.symbol_sets import set_text
from openwork.training import Experiment, Measured, Progress, recipe

from .bench import answers, cell, counted, outside
from .conftest import AXE, drawn


@pytest.mark.parametrize(
    "name", ["palindrome", "first-unique", "running-sum-sign", "balanced-brackets", "dyck", "count-up"]
)
def test_every_kind_of_task_can_be_played_with(visit, tmp_path, name):
    task = make_task(name)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=3)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task, Inputs(500))
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 0.5, 1, 8), None, "finished", 1)
    overview = Overview(
        Experiment(task, spec, recipe(), DataSplit(inputs=400)), "abc", 0, 1, 8, (epoch,), "native", 1.0
    )
    page = write_page(live_html(LiveReport(subject, overview, (), (), (), None, ())), tmp_path / "page.html")
    tab = visit(page)
    before = tab.page.url
    tab.page.get_by_role("button", name="another question").click()
    expect(tab.page).not_to_have_url(before, timeout=20_000)
    tab.page.get_by_role("button", name="layer 0 head 1, everywhere").press("Enter")
    expected = subject.score(Plan((Zero("blocks.0.attn.hook_z", heads=(1,)),)))
    assert counted(tab)["right"] == expected.right[0].tolist()
    assert tab.errors == []
    assert outside(tab.page) == []


def test_a_set_is_told_symbol_by_symbol_where_the_question_ends(visit, language):
    task = make_task("dyck")
    question = task.questions(np.array([100]))
    last, right = int((question < 2).sum()), int(task.answers(question).max())
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=3)
    [trace] = choose_engine(spec).engine.run(initial_stack(spec, [0]), task.tokens(question), graded=[last])
    said = int(answers_of(trace.logits[0, 0, 0], sets=True))
    symbols = task.vocabulary.symbols
    page = visit(language, link="#play?q=100").page
    shown = page.locator("#asking .live-said-row .live-answer:visible")
    verdict = "right" if said == right else f"wrong, {set_text(right, symbols)} is right"
    told = f"next[{last}] = {set_text(said, symbols)}: {verdict}"
    assert shown.count() == 1 and shown.get_attribute("aria-label").splitlines()[0] == told
    inside = [symbol for i, symbol in enumerate(symbols) if said >> i & 1]
    assert shown.locator(".live-in").all_inner_texts() == inside
    wrong = [symbol for i, symbol in enumerate(symbols) if (said ^ right) >> i & 1]
    assert shown.locator(".live-off-side").all_inner_texts() == wrong
    assert "Routes are not looked for where answers are sets" in page.locator("#routes").inner_text()


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("name", ["live", "crowded"])
def test_no_answer_covers_its_neighbour(visit, request, width, name):
    page = visit(request.getfixturevalue(name), width).page
    sticking = page.evaluate("""() => [...document.querySelectorAll(".live-answer, .live-cell")].filter((cell) => {
        const room = cell.getBoundingClientRect();
        return [...cell.children].some((child) => {
            const text = document.createRange();
            text.selectNodeContents(child);
            const taken = text.getBoundingClientRect();
            return taken.width && (taken.left < room.left - 1 || taken.right > room.right + 1);
        });
    }).map((cell) => cell.textContent)""")
    assert sticking == []


def test_the_tour_follows_no_output_that_the_question_may_not_ask(visit, language):
    page = visit(language).page
    step = page.locator(".live-tour a").nth(1)
    assert step.inner_text().splitlines()[0].endswith("Watch it come about")
    step.click()
    expect(page).to_have_url(re.compile(r"#how\?stage=0&tour=2$"))
    assert page.get_by_label("Which answer to follow").locator("option:checked").inner_text() == "all answers"


@pytest.mark.parametrize(("width", "share"), [(380, 0.25), (1280, 0.33)])
def test_the_bench_leaves_room_for_what_it_is_about(visit, crowded, width, share):
    page = visit(crowded, width, link="#cut?cut=zero:L0A,zero:L0M&by=patch").page
    assert page.evaluate("parseFloat(document.documentElement.style.getPropertyValue('--bar'))") < share * 900


def test_no_word_in_a_grid_is_wider_than_its_cell(visit, crowded):
    page = visit(crowded).page
    wide = page.evaluate("""() => [...document.querySelectorAll(".live-grid .ow-cell")].filter((cell) =>
        cell.querySelector("text").getBBox().width > cell.querySelector("rect").getBBox().width).length""")
    assert wide == 0
    assert page.get_by_text("after the final norm").count() == 1, "only the caption speaks of a norm"


def test_the_bar_keeps_its_height_when_parts_are_switched_off(visit, live):
    for width in (380, 1280):
        page = visit(live, width, link="#cut").page
        bar = page.locator("#asking")
        before = bar.evaluate("bar => bar.offsetHeight")
        page.get_by_role("button", name="layer 0 MLP, everywhere").press("Enter")
        page.wait_for_selector(".live-back:visible")
        assert bar.evaluate("bar => bar.offsetHeight") == before


def said_by_the_engine(name: str, text: str) -> list[str]:
    """What the model of the page `crowded` says to a question, in the letters that its cells have room for."""
    task = make_task(name)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=3, normalization_type=None)
    tokens = np.array([[task.vocabulary.symbols.index(symbol) for symbol in text.split()]], np.int32)
    trace = next(choose_engine(spec).engine.run(initial_stack(spec, [0]), tokens, graded=task.graded))
    return [task.answer_vocabulary.symbols[i][:3] for i in trace.logits[0, 0].argmax(axis=-1)]


def test_a_question_that_the_page_does_not_hold_is_answered_all_the_same(visit, crowded):
    tab = visit(crowded)
    text = "5 -5 4 -4 3 -3 2 -2 1 -1 0 0 1 1 2 2 3 3 4 4"
    for index, symbol in enumerate(text.split()):
        cell(tab, index).fill(symbol)
    assert answers(tab) == said_by_the_engine("running-sum-sign", text)
    assert tab.page.locator(".live-unheld").inner_text() == ""
    task = make_task("running-sum-sign")
    question = np.array([[task.vocabulary.symbols.index(symbol) for symbol in text.split()]], np.int32)
    wanted = [task.answer_vocabulary.symbols[i][:3] for i in task.answers(question)[0]]
    right = [
        "live-right" in (one.get_attribute("class") or "") for one in tab.page.locator("#asking .live-answer").all()
    ]
    assert right == [said == want for said, want in zip(answers(tab), wanted, strict=True)]
    expect(tab.page).to_have_url(re.compile(r"q=v5\.6\.4\.7\.3\.8\.2\.9\.1\.10\.0\.0\.1\.1\.2\.2\.3\.3\.4\.4(&|$)"))
    url = tab.page.url
    again = visit(crowded, link=f"{url[url.index('#') :]}&cut=patch:L0A&with=v{'.'.join(['1'] * 20)}")
    cells = again.page.locator("#asking .live-answer").all_inner_texts()
    whole = [re.split(r"was |\n", cell)[-1] if "was " in cell else cell.split("\n")[1] for cell in cells]
    assert whole == answers(tab)
    assert counted(again)["sequences"] >= 0
    again.page.get_by_role("button", name="another question").click()
    assert again.page.locator(".live-unheld").inner_text() == ""
    assert tab.errors == again.errors == []


def test_only_symbols_that_occur_are_offered(visit, brackets):
    tab = visit(brackets)
    assert tab.page.locator("#asking .live-symbols").first.get_by_role("button").all_inner_texts() == ["(", ")"]
    cell(tab, 0).press("ArrowUp")
    cell(tab, 0).press("ArrowUp")
    assert cell(tab, 0).input_value() in ("(", ")")


def test_pads_are_not_in_the_way(visit, brackets):
    page = visit(brackets).page
    cell_one = page.locator("#asking input").first
    before = page.locator(".live-arcs").first.bounding_box()["width"]
    cell_one.focus()
    cell_one.evaluate("""input => {
        const data = new DataTransfer();
        data.setData("text", "( ) end" + " pad".repeat(38));
        input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
    }""")
    shown = page.locator("#asking .live-row").first.locator(".live-cell:visible")
    assert shown.count() == 5
    assert page.locator(".live-arcs").first.bounding_box()["width"] < before
    assert page.locator(".live-arcs").first.locator(".live-token:visible").count() == 4
    page.get_by_role("group", name=re.compile("Attention, layer 0 head 0, as a grid")).focus()
    for key in ["ArrowDown"] * 6:
        page.keyboard.press(key)
    assert page.locator(".live-tip").inner_text().startswith("from b[2] (end)")


@pytest.mark.parametrize("name", ["crowded", "brackets", "language"])
@pytest.mark.parametrize("width", [380, 1280])
def test_axe_finds_nothing_to_mend_there_either(visit, request, name, width):
    page = visit(request.getfixturevalue(name), width, link="#cut?cut=zero:L0A&by=patch").page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]] == []
    assert outside(page) == []


@pytest.mark.parametrize("name", ["crowded", "brackets"])
def test_of_drawn_questions_the_page_never_says_that_they_are_all(request, visit, name):
    page = visit(request.getfixturevalue(name), link="#cut?cut=mean:L0A").page
    # By key: what is counted meanwhile may move the button from under a pointer.
    page.get_by_role("button", name="Run it again here").first.press("Enter")
    expect(page.locator(".live-rerun")).to_contain_text("Tested in this browser", timeout=30_000)
    shown = page.locator("body").inner_text()
    assert "500 drawn questions" in shown
    assert not re.findall(r"(?i).*(?:every (?:input|question)|all (?:inputs|questions)\b|whole domain).*", shown)


def test_a_symbol_of_many_is_found_by_typing_a_part_of_it(visit, tmp_path):
    tab = visit(drawn("palindrome", tmp_path))
    cell(tab, 2).click()
    find = tab.page.get_by_label("Find a symbol for x[2]")
    find.fill("3")
    symbols = tab.page.locator("#asking .live-row").first.locator(".live-symbols button:visible")
    assert symbols.all_inner_texts()[:3] == ["3", "13", "23"]
    find.press("Enter")
    assert cell(tab, 2).input_value() == "3"
    assert tab.page.get_by_label("Find a symbol for x[3]").evaluate("one => one === document.activeElement")
    tab.page.get_by_label("Find a symbol for x[3]").fill("none")
    assert "No symbol has" in tab.page.locator("#asking .live-said").first.inner_text()
    assert tab.errors == []
