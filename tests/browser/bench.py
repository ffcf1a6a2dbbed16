"""What tests ask of the bench of a live page: its cells, what the model says, what was counted, what sticks out."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent
COUNTED = "#cut-view .live-counted"


def cell(tab, index):
    return tab.page.locator("#asking .live-row").first.locator("input").nth(index)


def answers(tab):
    return [text.strip() for text in tab.page.locator("#asking .live-answers").first.locator("b").all_inner_texts()]


def counted(tab):
    tab.page.wait_for_selector(f"{COUNTED}[data-counted]")
    return json.loads(tab.page.locator(COUNTED).get_attribute("data-counted"))


def outside(page):
    return page.evaluate((HERE / "outside.js").read_text(encoding="utf-8"))
