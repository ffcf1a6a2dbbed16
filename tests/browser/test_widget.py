"""The page as a widget: what is typed on it reaches the model behind it, and what that sets is asked on the page."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from playwright.sync_api import expect

NOTEBOOK = """<!doctype html><meta charset=utf-8><div id=cell></div><script>
globalThis.held = {question: QUESTION, title: "a page", html: HTML};
globalThis.listeners = [];
globalThis.model = {
  get: (name) => held[name],
  set: (name, value) => { held[name] = value; },
  save_changes: () => { globalThis.saved = (globalThis.saved ?? 0) + 1; },
  on: (_, listener) => listeners.push(listener),
  off: (_, listener) => listeners.splice(listeners.indexOf(listener), 1),
};
</script><script type=module>
WIDGET
globalThis.leave = widget.render({model, el: document.getElementById("cell")});
</script>"""


@pytest.fixture
def cell(browser, live, tmp_path):
    """A cell that shows the page, with this question asked before it is there."""
    contexts = []

    def shown(question):
        widget = (files("openwork.page") / "widget.js").read_text(encoding="utf-8")
        html = json.dumps(live.read_text(encoding="utf-8")).replace("<", "\\u003c")
        text = NOTEBOOK.replace("QUESTION", json.dumps(question)).replace("HTML", html)
        path = tmp_path / "notebook.html"
        path.write_text(text.replace("WIDGET", widget.replace("export default", "const widget =")), encoding="utf-8")
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        return page

    yield shown
    for context in contexts:
        context.close()


def digits(page):
    return page.frame_locator("iframe").locator("#asking .live-row").first.locator("input")


def test_the_question_is_one_on_both_sides(cell):
    page = cell([])
    page.wait_for_function("held.question.length === 8", timeout=90_000)
    digits(page).nth(2).press("ArrowUp")
    page.wait_for_function("saved >= 2")
    typed = page.evaluate("held.question")
    assert [int(one.input_value()) for one in digits(page).all()] == typed
    page.evaluate("held.question = [1, 0, 1, 1, 0, 0, 1, 0]; listeners.forEach((listener) => listener())")
    for at, digit in enumerate("10110010"):
        expect(digits(page).nth(at)).to_have_value(digit)


def test_what_was_asked_before_the_page_was_there_is_asked_when_it_is(cell):
    page = cell([1, 1, 0, 0, 1, 0, 1, 1])
    for at, digit in enumerate("11001011"):
        expect(digits(page).nth(at)).to_have_value(digit, timeout=90_000)


def test_what_is_no_question_changes_nothing(cell):
    page = cell([])
    page.wait_for_function("held.question.length === 8", timeout=90_000)
    before = page.evaluate("held.question")
    for wrong in ([9] * 8, [0, 1], "<img>", {"length": 8}):
        page.evaluate("wrong => { held.question = wrong; listeners.forEach((listener) => listener()); }", wrong)
    page.wait_for_function("before => JSON.stringify(held.question) === JSON.stringify(before)", arg=before)
    assert [int(one.input_value()) for one in digits(page).all()] == before
