"""How large live pages are, how soon they show something and can be used, what a frame in motion and a recount cost.

    python bench/live_pages.py model.html another.html

Of each page, in Chromium, medians of `ROUNDS` fresh tabs: the file's size; the first contentful paint and the moment
when everything can be used, from the start of the navigation; while the mechanism is in motion, the main thread's time
for each frame and the longest distance between two; and what it takes to count what the page holds with one part off.
Times are of the clock, but for the second of counting, which is the browser's processor time, all its processes
together, from `/proc`: the others mean little on a machine that has more to do.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

ROUNDS = 5
MOVING = 1500
"""milliseconds of motion that are looked at"""
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
FIRST_PAINT = """new Promise((found) => new PerformanceObserver((list) => {
  for (const entry of list.getEntriesByName("first-contentful-paint")) found(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""
FRAMES = """(moving) => new Promise((done) => {
  const times = [];
  const began = performance.now();
  const frame = (now) => {
    times.push(now);
    if (now - began < moving) requestAnimationFrame(frame);
    else done(times.slice(1).map((time, at) => time - times[at]));
  };
  requestAnimationFrame(frame);
})"""


class Seen(NamedTuple):
    """Milliseconds."""

    paint: float
    ready: float
    frame: float
    longest: float
    counted: float
    processor: float


def main(pages: list[Path]) -> None:
    chromium = os.environ.get("OPENWORK_CHROMIUM") or shutil.which("chromium")
    print("| page | size | first paint | usable | a frame in motion | longest wait | recount | its processor time |")
    print("|---|---|---|---|---|---|---|---|")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(QUIET))
        for page in pages:
            rounds = [seen(browser, page) for _ in range(ROUNDS)]
            times = " | ".join(
                f"{statistics.median(one[at] for one in rounds):.0f} ms" for at in range(len(Seen._fields))
            )
            print(f"| {page.stem} | {page.stat().st_size / 1000:.0f} kB | {times} |")
        browser.close()


def seen(browser: Browser, path: Path) -> Seen:
    """One fresh tab, from its opening to its recount."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(path.absolute().as_uri())
    page.wait_for_selector("html[data-live=ready]", state="attached")
    ready = page.evaluate("performance.now()")
    paint = page.evaluate(FIRST_PAINT)
    frame, longest = in_motion(page)
    before = processor_time()
    counted = recounted(page)
    spent = processor_time() - before
    context.close()
    return Seen(paint, ready, frame, longest, counted, spent)


def in_motion(page: Page) -> tuple[float, float]:
    """The main thread's time for a frame, and the longest distance between two, while values travel."""
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")
    page.locator(".live-play").click()
    before = busy(metrics.send("Performance.getMetrics"))
    waits = page.evaluate(FRAMES, MOVING)
    after = busy(metrics.send("Performance.getMetrics"))
    page.locator(".live-play").click()
    return 1000 * (after - before) / len(waits), max(waits)


def busy(metrics: dict[str, list[dict[str, float | str]]]) -> float:
    """Seconds of the main thread's tasks so far."""
    return next(float(one["value"]) for one in metrics["metrics"] if one["name"] == "TaskDuration")


def processor_time() -> float:
    """Milliseconds of all processes below this one, the browser's among them."""
    parents, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pid = int(stat.parent.name)
        parents[pid], spent[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    below = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    ticks = sum(spent[pid] for pid in below - {os.getpid()})
    return 1000 * ticks / os.sysconf("SC_CLK_TCK")


def recounted(page: Page) -> float:
    """What the page says that counting took, with the first layer's attention off."""
    page.evaluate("location.hash = '#cut?cut=mean:L0A&by=mean'")
    said = page.locator("#cut-view .live-counted[data-counted]")
    said.wait_for(timeout=120_000)
    number, unit = said.inner_text().partition("Counted in ")[2].split(" ")[:2]
    return float(number) * (1 if unit.startswith("ms") else 1000)


if __name__ == "__main__":
    main(list(map(Path, sys.argv[1:])))
