"""Every part has a form in Markdown, and no text becomes markup."""

from __future__ import annotations

import pytest

from openwork.report import parts as p
from openwork.report.document import Document
from openwork.report.lower_markdown import markdown, markdown_of, plain
from openwork.report.write import write_markdown

HOSTILE = "<script>harm()</script> [a](javascript:b) | *c* # d"


def test_every_kind_of_part_is_lowered(every_part):
    page = markdown(Document("A title", every_part, "And a subtitle."))
    for words in (
        "# A title",
        "## ",
        "| name | right |",
        "REFUTED: a-claim",
        "Counterexample: x = 0",
        "**100 %** right",
    ):
        assert words in page, words
    assert "```sh\nopenwork tasks\n```" in page and "`code`" in page and "<details>" in page


def test_a_whole_report_is_lowered_without_html_of_its_own(measures):
    page = markdown(measures.document)
    assert page.count("<details>") == page.count("</details>") > 0
    tags = {piece.split(">")[0] for piece in page.split("<")[1:]}
    assert tags <= {"details", "/details", "summary", "/summary"}


def test_no_text_becomes_markup():
    said = plain(HOSTILE)
    assert all(f"\\{mark}" in said for mark in "<>[]|*#")
    row = markdown_of(p.Table(p.columns("a", "b"), ((HOSTILE, "x"),)))[2]
    assert row.replace("\\|", "").count("|") == 3


def test_an_unknown_part_is_our_own_slip():
    with pytest.raises(TypeError, match="not a display part"):
        markdown_of(3)


def test_a_page_is_written_whole(tmp_path, every_part):
    path = write_markdown(Document("A title", every_part), tmp_path / "page.md")
    assert path.read_text().startswith("# A title\n") and list(tmp_path.iterdir()) == [path]
