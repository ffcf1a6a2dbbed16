from __future__ import annotations

import errno
import os

import pytest

from openwork.errors import StoreNotWritable
from openwork.report import Document, write_html
from openwork.report.parts import Text

DOCUMENT = Document("Title", (Text("words"),))


def test_a_page_is_written_and_nothing_is_left_beside_it(tmp_path):
    written = write_html(DOCUMENT, tmp_path / "page.html")
    assert written.is_absolute()
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert os.listdir(tmp_path) == ["page.html"]


def test_it_is_readable_as_other_new_files_are(tmp_path):
    (tmp_path / "other").touch()
    page = write_html(DOCUMENT, tmp_path / "page.html")
    assert page.stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_page_as_it_was(tmp_path, monkeypatch, step):
    page = tmp_path / "page.html"
    page.write_text("old", encoding="utf-8")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(StoreNotWritable, match="No space left"):
        write_html(DOCUMENT, page)
    assert page.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["page.html"]


def test_an_interruption_leaves_the_old_page_as_it_was(tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("old", encoding="utf-8")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_html(DOCUMENT, page)
    assert os.listdir(tmp_path) == ["page.html"]
    assert page.read_text(encoding="utf-8") == "old"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreNotWritable, match="no folder"):
        write_html(DOCUMENT, tmp_path / "no folder" / "page.html")
