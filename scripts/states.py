"""What a reader sees of a live page in eight states, at two widths, in light and dark, and printed: to be looked at.

    states.py PAGE.html FOLDER CHROMIUM [STATE ...]

A state that the page does not have, as a refuted claim where there is none, is said and left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from pictures import browsing, settled

WIDTHS, HEIGHT = (1280, 380), 900
SCHEMES = ("light", "dark")
MIDWAY, RESTED = 2600, 600
"""milliseconds of motion after which something is under way, and after which a page that was scrolled rests"""


def first(tab: Page) -> bool:
    """What is there before anything is touched."""
    return True


def motion(tab: Page) -> bool:
    """Something travels, stopped on its way."""
    tab.locator(".live-play").click()
    tab.wait_for_timeout(MIDWAY)
    return _shown(tab, "#how")


def cut(tab: Page) -> bool:
    """A layer's attention off, counted, with what was before beside it."""
    tab.evaluate("location.hash = '#cut?cut=mean:L0A&by=mean'")
    settled(tab, True)
    return _shown(tab, "#cut")


def line(tab: Page) -> bool:
    """A line of the program chosen."""
    if not _clicked(tab, ".live-line"):
        return False
    tab.locator(".live-parted", has_text="Counted").wait_for()
    return _shown(tab, "#how")


def sum(tab: Page) -> bool:
    """The sum that makes an answer."""
    tab.wait_for_selector(".live-ledger td", state="attached")
    return _shown(tab, ".live-ledger-of")


def weakest(tab: Page) -> bool:
    """The question whose proved bound is the smallest."""
    return _clicked(tab, ".live-weakest") and _shown(tab, "#play")


def refuted(tab: Page) -> bool:
    """A claim that is not so, its evidence open, and an input that shows it on the bench."""
    claims = tab.locator(".live-verdicts .ow-is-refuted a, .live-verdicts .ow-is-mixed a")
    if not claims.count():
        return False
    claims.first.click()
    anchor = claims.first.get_attribute("href") or ""
    play = tab.locator(f"[id='{anchor[1:]}'] .ow-counterexamples button")
    if play.count():
        play.first.click()
    tab.evaluate("anchor => location.hash = anchor", anchor)
    return _shown(tab, f"[id='{anchor[1:]}']")


def tour(tab: Page) -> bool:
    """The tour's second step."""
    return _clicked(tab, ".live-tour li:nth-child(2) a") and _rested(tab)


STATES: dict[str, Callable[[Page], bool]] = {
    one.__name__: one for one in (first, motion, cut, line, sum, weakest, refuted, tour)
}


def main(page: Path, folder: Path, found: str, names: list[str]) -> None:
    """A PNG of each state, width and scheme; and the print as PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    with browsing(found) as browser:
        for name in names or STATES:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    taken = folder / f"{page.stem}-{name}-{width}-{scheme}.png"
                    print(taken if photograph(browser, page, name, width, scheme, taken) else f"{name}: not here")
        if not names:
            tab = browser.new_page()
            tab.goto(page.absolute().as_uri())
            settled(tab, False)
            tab.pdf(path=folder / f"{page.stem}-print.pdf", format="A4")


def photograph(browser: Browser, page: Path, name: str, width: int, scheme: str, taken: Path) -> bool:
    """Whether the page has that state; its picture is then there."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(page.absolute().as_uri())
    settled(tab, False)
    there = STATES[name](tab)
    if there:
        settled(tab, False)
        tab.screenshot(path=taken)
    context.close()
    return there


def _clicked(tab: Page, selector: str) -> bool:
    found = tab.locator(selector)
    if not found.count() or not found.first.is_enabled():
        return False
    found.first.click()
    return True


def _shown(tab: Page, selector: str) -> bool:
    """Scrolled to where a reader would have it, below the bar."""
    tab.locator(selector).first.evaluate("one => one.scrollIntoView()")
    return _rested(tab)


def _rested(tab: Page) -> bool:
    """After what changes its size has it."""
    tab.wait_for_timeout(RESTED)
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
