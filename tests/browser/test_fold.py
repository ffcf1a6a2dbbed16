"""Figures with room for some of many answers: what is right and likely is shown, and others are found by name."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .bench import answers, outside
from .conftest import AXE, drawn


def rows(page):
    return page.locator("#play-view .live-grid[aria-label^='Answers'] .ow-row-label:visible").all_text_contents()


@pytest.mark.parametrize("width", [380, 1280])
def test_of_113_answers_those_that_matter_are_shown_and_others_are_found(visit, tmp_path, width):
    tab = visit(drawn("modular-addition", tmp_path, {"p": 113}), width)
    page = tab.page
    shown = rows(page)
    assert len(shown) == 12 and set(answers(tab)) <= set(shown) and shown == sorted(shown, key=int)
    assert page.locator("#play-view .live-grid[aria-label^='Answers'] .live-outlined").count() == 1
    page.locator("#play-view .live-fold input").fill("100")
    assert rows(page) == ["100"]
    page.locator("#play-view .live-fold input").fill("11")
    assert rows(page) == ["11", "110", "111", "112"]
    page.locator("#play-view .live-fold input").fill("none")
    assert rows(page) == []
    assert "none of 113" in page.locator("#play-view .live-fold").inner_text()
    page.locator("#how-view .live-fold input").fill("77")
    expect(page.locator("#how-view .live-ledger thead th").last).to_have_text("77")
    page.locator("#asking input").first.fill("x")
    assert "symbols, 0, 1, … or 112" in page.locator("#asking .live-said").first.inner_text()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]] == []
    assert outside(page) == [] and tab.errors == []


def test_no_answer_of_a_text_that_is_right_or_said_is_folded_away(visit, tmp_path):
    tab = visit(drawn("varying-copy", tmp_path))
    shown = rows(tab.page)
    said = tab.page.locator("#asking .live-answer:visible b").all_inner_texts()
    assert all(any(name.startswith(one.strip()) for name in shown) for one in said) and 12 <= len(shown) < 24
    wanted = len(said)
    assert tab.page.locator("#play-view .live-grid[aria-label^='Answers'] .live-outlined").count() == wanted
