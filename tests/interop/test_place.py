"""A file goes to a plain file, through links; nothing else is ever replaced."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from openwork.errors import StoreNotWritable
from openwork.interop import export_model
from openwork.jobs.given_files import require_writable
from openwork.report.write import write_page


def test_links_stay_and_what_they_lead_to_is_written(stack, tmp_path: Path):
    real, link, chain = tmp_path / "real.safetensors", tmp_path / "model.safetensors", tmp_path / "again.safetensors"
    link.symlink_to(real)
    chain.symlink_to(link)
    for name in (link, chain):
        real.write_text("old")
        export_model(stack, "safetensors", name)
        assert name.is_symlink() and real.stat().st_size > 100
    real.unlink()
    export_model(stack, "safetensors", link)
    assert real.is_file() and link.is_symlink()


def what_it_is(place: Path) -> tuple[int, ...]:
    """Not when it was last read: whoever follows a link reads it."""
    found = os.lstat(place)
    return found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns


@pytest.mark.parametrize("kind", ["device", "pipe", "folder", "circle", "link to a device"])
def test_what_is_no_plain_file_is_never_replaced(stack, tmp_path: Path, kind: str):
    place = tmp_path / "model.safetensors"
    if kind == "device":
        place = Path("/dev/null")
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(place if kind == "circle" else "/dev/null")
    before = what_it_is(place)
    for write in (
        lambda: export_model(stack, "safetensors", place),
        lambda: write_page("page", place),
        lambda: require_writable(place),
    ):
        with pytest.raises(StoreNotWritable):
            write()
    assert what_it_is(place) == before and stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_names_that_no_file_can_have(stack, tmp_path: Path):
    for name in ("x" * 300, "a\0b"):
        with pytest.raises(StoreNotWritable):
            export_model(stack, "safetensors", tmp_path / name)
