"""The README's performance table lies between two markers, and only this bench writes there."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- bench: begin, written by scripts/bench --write-readme -->"
END = "<!-- bench: end -->"


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


def row_names(table: str) -> list[str]:
    """Names in the first column of the table of figures: the first of the page's tables."""
    rows = [line for line in table.split("\n\n")[1].splitlines() if line.startswith("| ")]
    return [name for row in rows[1:] if (name := row.split("|")[1].strip())]


def write(table: str) -> None:
    """Replaces the README's table."""
    README.write_text(replaced(README.read_text(encoding="utf-8"), table), encoding="utf-8")
