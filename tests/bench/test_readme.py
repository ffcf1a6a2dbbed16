from __future__ import annotations

import pytest

import readme
from figures import NAMES


def test_the_readme_has_the_bench_s_table_and_its_rows_still_exist():
    names = readme.row_names(readme.between(readme.README.read_text(encoding="utf-8")))
    assert "training, one thread" in names
    assert set(names) <= set(NAMES)


def test_only_what_is_between_the_markers_is_replaced():
    page = f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n"
    assert readme.replaced(page, "new") == f"before\n{readme.BEGIN}\nnew\n{readme.END}\nafter\n"
    assert readme.between(readme.replaced(page, "new")) == "new"


@pytest.mark.parametrize("page", ["", readme.BEGIN, f"{readme.END}\n{readme.BEGIN}", readme.BEGIN * 2 + readme.END])
def test_a_page_without_both_markers_is_refused(page):
    with pytest.raises(ValueError, match="the page needs one line"):
        readme.replaced(page, "new")
