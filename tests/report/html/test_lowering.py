from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from openwork.report import Document, html_fragment, html_page
from openwork.report.html.lowering import slug

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """A page taken apart; a tag that is not closed where it was opened is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, tag: str) -> list[str]:
        return [said for where, said in self.texts if where == tag]


@pytest.fixture(scope="module")
def page(measures) -> Page:
    return Page(html_page(measures.document))


def test_what_it_computes_comes_first_then_the_verdicts(page):
    assert [attributes["id"] for attributes in page.named("section")][:3] == ["computes", "verdicts", "glance"]


def test_headings_leave_no_level_out(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_has_an_end(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    targets = {attributes["href"][1:] for attributes in page.named("a")}
    assert targets <= set(ids)
    assert len(targets) > 5


def test_the_page_needs_nothing_and_runs_nothing(page, measures):
    assert not {"script", "iframe", "img", "object", "embed", "form"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "style")]
        assert attributes.get("href", "#").startswith(("#", "data:"))
    text = html_page(measures.document)
    assert "url(" not in text
    assert "http" not in re.sub(r'http-equiv="[^"]+"', "", text)


def test_the_policy_allows_this_style_and_nothing_else(page):
    policy = next(a["content"] for a in page.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    [style] = page.text("style")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy


def test_every_figure_has_a_name_and_every_table_its_heads(page):
    assert all(attributes.get("aria-label", "").strip() for attributes in page.named("figure"))
    drawn = [attributes for attributes in page.named("svg") if "aria-hidden" not in attributes]
    assert drawn
    assert all(attributes["role"] == "img" and attributes["aria-label"] for attributes in drawn)
    assert {attributes["scope"] for attributes in page.named("th")} == {"col", "row"}


def test_what_a_claim_says_stands_before_its_evidence(measures):
    text = html_page(measures.document)
    for verdict in measures.verdicts:
        place = text.index(f'id="claim-{verdict.claim.id}"')
        assert place < text.index("ow-says", place) < text.index("<details", place)
    assert "Counterexample</span>" in text


def test_the_same_document_is_the_same_page(measures):
    assert html_page(measures.document) == html_page(measures.document)


def test_hostile_text_is_text_everywhere(every_part, poisoned, hostile):
    honest = Page(html_page(Document("Title", every_part, "Subtitle")))
    page = Page(html_page(Document(hostile, poisoned(every_part), hostile, hostile)))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in honest.tags} | {"p"}
    assert not page.named("script") + page.named("img")
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert page.text("title")[0] == hostile
    assert page.text("h1") == [hostile]


def test_a_fragment_carries_its_style_and_no_page(every_part):
    fragment = Page(html_fragment(every_part))
    assert fragment.tags[0] == ("div", {"class": "ow ow-fragment"})
    assert not {"html", "body", "script"} & {tag for tag, _ in fragment.tags}
    assert ".ow" in fragment.text("style")[0]


def test_a_slug_is_safe_in_an_id():
    assert [slug(t) for t in ("Layer 0: W_O", '"><x', "")] == ["layer-0-w-o", "x", "part"]
