"""Where the figures stand: the whole table in docs/performance.md, its headline in the README. Each lies between two
markers, and only this bench writes there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PERFORMANCE, README = ROOT / "docs" / "performance.md", ROOT / "README.md"
BEGIN = "<!-- bench: begin, written by scripts/bench --write-docs -->"
END = "<!-- bench: end -->"
OPENWORK, PEER = "openwork", "TransformerLens"
HEADLINE = (
    "training, one thread",
    "pass over all 65,536 inputs",
    "pass with one component zeroed",
    "pass with one component patched",
    "import in Python",
    "installed environment",
)
"""the figures that the README shows"""


def between(page: str) -> str:
    """What stands between the markers.

    Raises:
        ValueError: the page does not have both, once each and in order.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(END) < page.index(BEGIN):
        raise ValueError(f"the page needs one line {BEGIN!r} and after it one line {END!r}")
    return page[page.index(BEGIN) + len(BEGIN) : page.index(END)].strip("\n")


def replaced(page: str, table: str) -> str:
    """The page with this table between the markers."""
    between(page)
    return f"{page[: page.index(BEGIN)]}{BEGIN}\n{table}\n{page[page.index(END) :]}"


def figures(table: str) -> dict[str, dict[str, list[str]]]:
    """Value and comparison of each side of each figure, from the whole table's Markdown."""
    found: dict[str, dict[str, list[str]]] = {}
    name = ""
    for line in table.split("\n\n")[1].splitlines()[2:]:
        first, side, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        name = first or name
        found.setdefault(name, {})[side] = cells
    return found


def headline(table: str) -> str:
    """The README's rows: medians beside the peer's."""
    found = figures(table)
    lines = [f"| | {OPENWORK} | {PEER} | |", "|---|---|---|---|"]
    for name in HEADLINE:
        (ours, _), (theirs, times) = found[name][OPENWORK], found[name][PEER]
        lines.append(f"| {name} | {_median(ours)} | {_median(theirs)} | {_median(times)} |")
    return "\n".join(lines)


def write(table: str) -> None:
    """Replaces both tables."""
    for path, text in ((PERFORMANCE, table), (README, headline(table))):
        path.write_text(replaced(path.read_text(encoding="utf-8"), text), encoding="utf-8")


def _median(value: str) -> str:
    return re.sub(r" \([^)]*\)", "", value)
