from __future__ import annotations

import pytest

import pages
from figures import NAMES


def standing(path):
    return pages.between(path.read_text(encoding="utf-8"))


def test_the_page_has_the_bench_s_table_and_its_rows_still_exist():
    names = set(pages.figures(standing(pages.PERFORMANCE)))
    assert set(pages.HEADLINE) <= names <= set(NAMES)


def test_the_readme_says_what_the_page_says():
    assert standing(pages.README) == pages.headline(standing(pages.PERFORMANCE))


def test_only_what_is_between_the_markers_is_replaced():
    page = f"before\n{pages.BEGIN}\nold\n{pages.END}\nafter\n"
    assert pages.replaced(page, "new") == f"before\n{pages.BEGIN}\nnew\n{pages.END}\nafter\n"
    assert pages.between(pages.replaced(page, "new")) == "new"


@pytest.mark.parametrize("page", ["", pages.BEGIN, f"{pages.END}\n{pages.BEGIN}", pages.BEGIN * 2 + pages.END])
def test_a_page_without_both_markers_is_refused(page):
    with pytest.raises(ValueError, match="the page needs one line"):
        pages.replaced(page, "new")
