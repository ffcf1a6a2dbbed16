"""The live page in a real browser: typing, cutting, claims run again, links, files, keys, widths, colours, harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from openwork import analyses
from openwork.jobs.opened import OpenedRun, open_run
from openwork.jobs.setting import Setting
from openwork.page import live_html
from openwork.runs import Store

from .bench import COUNTED, answers, cell, counted, outside
from .conftest import AXE


@pytest.fixture(scope="session")
def opened(store: Path) -> OpenedRun:
    """The run that the page is about, for what the native engine says of it."""
    with Store.open(store) as kept:
        name = re.search(r"openwork · run (\w+)", (store / "live.html").read_text(encoding="utf-8"))[1]
        return open_run(kept.find(name), Setting(kept), trains=False)


def test_it_is_small_loads_itself_and_starts_its_worker_from_itself(visit, live):
    tab = visit(live)
    assert tab.requests[0] == live.as_uri()
    assert all(url.startswith("blob:") for url in tab.requests[1:])
    assert tab.errors == []
    assert live.stat().st_size < 1_500_000


def test_typing_answers_as_the_model_does(visit, live, opened):
    tab = visit(live)
    cell(tab, 0).click()
    tab.page.keyboard.type("01101001")
    question = int("01101001", 2)
    trace = next(
        opened.subject.engine.run(opened.stack, opened.subject.inputs.tokens, graded=opened.subject.inputs.graded)
    )
    assert answers(tab) == [str(symbol) for symbol in trace.logits[0, question].argmax(axis=-1)]
    expect(tab.page).to_have_url(re.compile(f"q={question}(&|$)"))


def test_what_cannot_stand_there_is_refused_politely(visit, live):
    tab = visit(live)
    before = answers(tab)
    cell(tab, 2).press("7")
    said = tab.page.locator("#asking .live-said").first
    assert "cannot stand there: x[2] is 0 or 1" in said.inner_text()
    assert cell(tab, 2).input_value() in ("0", "1")
    assert answers(tab) == before
    tab.page.get_by_role("button", name="layer 0 MLP, everywhere").focus()
    assert said.inner_text() == ""


@pytest.mark.parametrize("by", ["zero", "mean", "resample"])
def test_a_cut_counts_what_the_native_engine_counts(visit, live, opened, by):
    tab = visit(live)
    names = {"zero": "zero", "mean": "its mean", "resample": "another input"}
    tab.page.get_by_role("radio", name=names[by]).evaluate("radio => radio.click()")
    tab.page.get_by_role("button", name="layer 0 MLP, everywhere").press("Enter")
    expected = analyses.ablate(opened.subject, "blocks.0.mlp", by).without
    inputs = len(opened.subject.inputs)
    assert counted(tab)["right"] == [round(share * inputs) for share in expected.per_position]
    assert counted(tab)["sequences"] == round(expected.sequences * inputs)
    assert tab.errors == []


def test_a_link_brings_back_the_whole_state(visit, live):
    first = visit(
        live, link="#cut?q=5&with=9&cut=patch:L0A@3,zero:L1M&by=mean&basis=W_E&norm=0&measure=cosine&show=logit"
    )
    counts, said = counted(first), answers(first)
    url = first.page.url
    again = visit(live, link=url[url.index("#") :])
    assert (counted(again), answers(again)) == (counts, said)
    assert again.page.get_by_role("button", name=re.compile("second question")).count() > 0
    assert again.page.get_by_role("radio", name="cosine").is_checked()


def test_a_link_leads_to_the_part_that_was_used_last(visit, live):
    page = visit(live).page
    page.get_by_role("button", name="layer 0 MLP, everywhere").press("Enter")
    expect(page).to_have_url(re.compile(r"#cut\?cut=zero:L0M"))
    page.locator("#asking input").first.press("ArrowUp")
    expect(page).to_have_url(re.compile(r"#cut\?q="))
    page.locator("#compare, #routes").get_by_role("button", name="y[1]").first.click()
    expect(page).to_have_url(re.compile(r"#routes\?q=.*route=1"))


@pytest.mark.parametrize("width", [380, 1280])
def test_where_a_link_leads_is_in_sight_below_the_bench(visit, live, width):
    page = visit(live, width, link="#cut?cut=mean:L1A,zero:L0M@9&by=mean").page
    page.wait_for_selector(f"{COUNTED}[data-counted]")
    bar, head = (page.locator(name).bounding_box() for name in ("#asking", "#cut h2"))
    assert bar["y"] + bar["height"] <= head["y"] < 450


def test_a_link_that_says_nonsense_is_the_page_as_it_opens(visit, live):
    tab = visit(live, link="#cut?q=99999999&cut=zero:L9M,burn:L0M,zero:L0M@999&by=fire&basis=<img>&claim=%22")
    assert tab.page.locator("#cut button[aria-pressed=true]").count() == 0
    assert tab.errors == []


def test_a_claim_is_tested_again_and_comes_out_the_same(visit, live):
    tab = visit(live)
    for claim in ("mirror-attention", "embedding-readout", "mlps-necessary"):
        fold = tab.page.locator(f"#claim-{claim}")
        fold.get_by_role("button", name="Run it again here").click()
        expect(fold.locator(".live-rerun [role=status]")).to_contain_text("every case is the same", timeout=20_000)
    assert tab.errors == []


def test_what_holds_is_counted_again_where_it_leads(visit, live):
    tab = visit(live)
    held = tab.page.locator("#verdict .live-holding li a[href*=cut]")
    told = [(one.get_attribute("href"), one.locator("b").inner_text()) for one in held.all()]
    assert told
    for link, value in told[:3]:
        page = visit(live, link=link).page
        page.wait_for_selector(f"{COUNTED}[data-counted]")
        assert page.locator(COUNTED).inner_text().startswith(f"{value} of answers are right")


def test_a_counterexample_loads_into_play(visit, live):
    tab = visit(live)
    line = tab.page.locator("#claim-embedding-readout .ow-counterexamples li").nth(1)
    digits = re.match(r"x = ([01 ]+):", line.inner_text())[1].replace(" ", "")
    line.get_by_role("button").click()
    expect(tab.page).to_have_url(re.compile(rf"#play\?.*q={int(digits, 2)}(&|$)"))
    for index, digit in enumerate(digits):
        expect(cell(tab, index)).to_have_value(digit)


def test_an_edge_of_a_route_is_cut_on_the_bench(visit, live):
    tab = visit(live)
    tab.page.locator("#routes .live-edges button").first.click()
    assert tab.page.locator("#routes .live-cut").count() == 1
    assert counted(tab)["sequences"] >= 0
    tab.page.get_by_role("button", name="put everything back").first.click()
    assert tab.page.locator("#routes .live-cut").count() == 0


@pytest.mark.parametrize(("kind", "begins"), [("SVG", b"<svg"), ("PNG", b"\x89PNG"), ("CSV", b",BOS")])
def test_figures_and_tables_are_saved(visit, live, kind, begins):
    tab = visit(live)
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name=f"Save Attention, layer 0 head 0, as a grid as {kind}").click()
    raw = Path(saved.value.path()).read_bytes()
    assert raw.startswith(begins)
    if kind == "SVG":
        assert b"class=" not in raw and raw.count(b'fill="rgb') > 256


def test_keys_alone_are_enough(visit, live):
    page = visit(live).page
    cell_one = page.locator("#asking input").first
    cell_one.focus()
    before = cell_one.input_value()
    page.keyboard.press("ArrowUp")
    assert cell_one.input_value() != before
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("x[1]")
    grid = page.get_by_role("group", name=re.compile("Attention, layer 0 head 0, as a grid"))
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert re.search(r"from x\[0\] .* to BOS .*: \d\.\d{4}", page.locator(".live-tip").inner_text())
    page.locator("#cut .live-switches button").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


@pytest.mark.parametrize("width", [380, 1280])
def test_nothing_makes_the_page_scroll_sideways(visit, live, width):
    page = visit(live, width, link="#cut?cut=zero:L0A").page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert outside(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(visit, live, scheme):
    page = visit(live, scheme=scheme, link="#cut?cut=zero:L0A&by=patch").page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]] == []


def test_a_key_is_answered_within_a_frame(visit, live):
    page = visit(live).page
    took = page.evaluate("""() => {
        const input = document.querySelector("#asking input");
        const times = Array.from({length: 21}, (_, turn) => {
            const began = performance.now();
            input.value = String(turn % 2);
            input.dispatchEvent(new Event("input"));
            return performance.now() - began;
        });
        return times.sort((one, other) => one - other)[10];
    }""")
    assert took < 100, "16 ms is the aim on a quiet machine; this only catches what is far off"


def test_harm_stays_text_and_nothing_leaves(visit, hostile_live):
    tab = visit(hostile_live)
    page = tab.page
    page.locator("#asking input").first.press("ArrowUp")
    page.get_by_role("button", name="layer 0 MLP, everywhere").press("Enter")
    counted(tab)
    for button in page.get_by_role("button", name="Run it again here").all():
        button.click()
    page.get_by_role("button", name=re.compile("^play with it")).first.click()
    page.locator("#routes .live-edges button").first.click()
    for name in ("svg .ow-cell", ".live-token", ".live-edge"):
        page.locator(name).first.hover(force=True)
    assert page.evaluate("window.harmed") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert [url for url in tab.requests[1:] if not url.startswith("blob:")] == []
    assert tab.errors == []
    assert "window.harmed=1" in page.locator("h1").inner_text()


def test_the_policy_refuses_a_foreign_script_and_every_request(visit, live):
    tab = visit(live)
    ran = tab.page.evaluate("""async () => {
        const script = document.createElement("script");
        script.textContent = "window.foreign = 1";
        document.body.append(script);
        const asked = await fetch("https://example.invalid/").then(() => "answered", () => "refused");
        return [window.foreign ?? null, asked];
    }""")
    assert ran == [None, "refused"]
    assert all("Content Security Policy" in said for said in tab.errors if "Failed to load" not in said)


def test_in_a_notebook_the_page_lives_in_a_frame(browser, opened, tmp_path):
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!doctype html><title>n</title><link rel=icon href=data:,><p>above</p>{opened._repr_html_()}")
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text))
    page.goto(notebook.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#asking input").first.press("ArrowUp")
    frame.get_by_role("link", name="Cut", exact=True).first.click()
    frame.get_by_role("button", name="layer 0 MLP, everywhere").press("Enter")
    frame.locator(f"{COUNTED}[data-counted]").wait_for()
    assert page.url == notebook.as_uri()
    assert errors == []
    page.close()


def test_what_has_no_room_is_left_out_and_the_page_says_so(harm, monkeypatch):
    whole = live_html(harm)
    most = len(whole.encode()) - 1
    monkeypatch.setitem(live_html.__globals__, "MOST_BYTES", most)
    page = live_html(harm)
    assert len(page.encode()) <= most
    assert page.count("There was no room for this") == 1
    monkeypatch.setitem(live_html.__globals__, "MOST_BYTES", len(whole.encode()))
    assert live_html(harm) == whole


def test_on_paper_stands_what_can_be_read_there(visit, live):
    page = visit(live).page
    page.evaluate("document.querySelectorAll('#measured details').forEach(fold => fold.open = false)")
    page.emulate_media(media="print")
    assert page.locator("#asking").evaluate("bar => getComputedStyle(bar).position") == "static"
    assert page.locator(".live-save:visible, .live-tools:visible, #measured:visible").count() == 0
    page.locator("#play").evaluate("part => part.scrollIntoView()")  # what is far below is not laid out
    chosen = page.locator("#play .live-choice").first.locator("label:visible")
    expect(chosen).to_have_text(["probabilities"])
    ink = "text => [getComputedStyle(text).color, getComputedStyle(document.body).color]"
    assert len(set(chosen.locator("span").evaluate(ink))) == 1


def test_arcs_are_of_the_chosen_token_in_every_head(visit, live):
    page = visit(live, link="#play?from=9").page
    heads = page.locator(".live-arcs")

    def queries() -> set[str]:
        return set(page.eval_on_selector_all(".live-arcs path:visible", "found => found.map(p => p.dataset.query)"))

    assert queries() == {"9"}
    heads.first.locator("[data-token='12']").click()
    expect(page).to_have_url(re.compile("from=12"))
    assert queries() == {"12"}
    heads.last.locator("[data-token='12']").click()
    expect(page).to_have_url(re.compile("from=all"))
    assert len(queries()) > 2
