"""PDF through the system's Chromium, and what is said where there is none."""

from __future__ import annotations

import re
import stat

import pytest

from openwork.errors import PlanError
from openwork.jobs import printing
from openwork.jobs.printing import CANDIDATES, print_page, save_figure
from openwork.page import PrintFigure

SQUARE = PrintFigure(
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48"><rect width="9" height="9"/></svg>', 96, 48
)


@pytest.fixture
def browser() -> str:
    try:
        return printing.chromium()
    except PlanError:
        pytest.skip("there is no Chromium")


def test_a_page_becomes_a_pdf(browser, tmp_path):
    made = print_page("<!doctype html><meta charset=utf-8><p>ten and one</p>", tmp_path / "page.pdf")
    assert made.read_bytes().startswith(b"%PDF-")
    assert list(tmp_path.iterdir()) == [made]


def test_a_figure_has_a_sheet_of_its_own_size(browser, tmp_path):
    raw = save_figure(SQUARE, tmp_path / "square.pdf").read_bytes()
    [width, height] = map(float, re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", raw).groups())
    assert (width, height) == pytest.approx((72, 36), abs=1)
    assert raw.count(b"/Type /Page\n") + raw.count(b"/Type /Page ") == 1
    assert save_figure(SQUARE, tmp_path / "square.svg").read_text(encoding="utf-8") == SQUARE.svg


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(PlanError, match=r"end it in \.svg or \.pdf"):
        save_figure(SQUARE, tmp_path / "square.png")
    assert not list(tmp_path.iterdir())


def test_without_a_browser_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("OPENWORK_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlanError, match=f"install one of {', '.join(CANDIDATES)}, or name one in OPENWORK_CHROMIUM"):
        print_page("", tmp_path / "page.pdf")


def test_a_browser_that_fails_is_told_of(monkeypatch, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho it cannot start >&2\nexit 3\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("OPENWORK_CHROMIUM", str(broken))
    with pytest.raises(PlanError, match="it cannot start"):
        print_page("", tmp_path / "page.pdf")
    assert not (tmp_path / "page.pdf").exists()
