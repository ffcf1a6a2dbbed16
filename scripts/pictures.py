"""Takes the pictures of the README from a live page: `pictures.py PAGE FOLDER CHROMIUM`; scripts/picture calls it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

WIDTH, HEIGHT = 1280, 960
MOST_BYTES = 400_000
PATIENCE = 120_000
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars")
STATES = {
    "report": "",
    "social": "",
    "cut": "#cut?cut=mean:L1A,zero:L0M@9&by=mean&order=loss",
    "routes": "#routes?route=7",
}
"""each picture, and the link to what it shows"""
SIZES = {"social": (1200, 630)}
"""those of another size: `social` is what a link to the site shows elsewhere"""


def main(page: Path, folder: Path, found: str) -> None:
    """One PNG for each state; fails where one is larger than a README should have."""
    with browsing(found) as browser:
        for name in STATES:
            taken = photograph(browser, page, name, folder, name)
            if taken.stat().st_size > MOST_BYTES:
                sys.exit(f"{taken} is too large")
            print(taken)


@contextmanager
def browsing(found: str) -> Iterator[Browser]:
    """This Chromium, without a window and without what it does by itself."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


def photograph(browser: Browser, page: Path, state: str, folder: Path, name: str) -> Path:
    """A live page in one of `STATES`, as PNG."""
    link = STATES[state]
    width, height = SIZES.get(state, (WIDTH, HEIGHT))
    tab = browser.new_page(viewport={"width": width, "height": height})
    tab.goto(page.absolute().as_uri() + link)
    settled(tab, "cut=" in link)
    taken = folder / f"{name}.png"
    tab.screenshot(path=taken)
    tab.close()
    return taken


def settled(tab: Page, counts: bool) -> None:
    """Waits until the page is live, and where something is cut until it is counted."""
    tab.wait_for_selector("html[data-live=ready]", state="attached")
    if counts:
        tab.wait_for_selector("#cut-view .live-counted[data-counted]", timeout=PATIENCE)
        expect(tab.locator(".live-switches th small", has_text="…")).to_have_count(0, timeout=PATIENCE)
    tab.evaluate("new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
