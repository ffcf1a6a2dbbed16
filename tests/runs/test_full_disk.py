"""A disk that is really full: what is recorded stays whole, no file is left over, and it can still be read."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from openwork.errors import StoreNotWritable
from openwork.runs import Store
from openwork.runs.files import files_in

SEEDS = [0, 1, 2, 3]
ROOM = 256
"""kilobytes; the tiny experiment wants more"""


@pytest.fixture(scope="module")
def disk(tmp_path_factory) -> Iterator[Path]:
    """A small disk of our own."""
    place = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}k", "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"a small disk cannot be mounted: {error}")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("taken", [0, 80, 120, 160, 200, 216, 224, 232, 240, 252])
def test_a_full_disk(disk, tmp_path, go_on, check, taken):
    home = disk / f"runs-{taken}"
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(taken * 1024))
    with Store.open(home) as store, pytest.raises(StoreNotWritable, match=r"the disk is full.*free some space"):
        list(go_on(store, SEEDS))
    with Store.open(home) as store:
        full = check(store)
    assert len(set(full.values())) <= 1, "seeds trained side by side stand at the same epoch"
    ballast.unlink()
    with Store.open(home) as store:
        assert check(store) == full
        assert files_in(home) == referred_to(store)
    if home.exists():
        shutil.move(home, tmp_path / "runs")
    with Store.open(tmp_path / "runs") as store:
        list(go_on(store, SEEDS))
        assert check(store) == dict.fromkeys(SEEDS, 10)


def referred_to(store: Store) -> set[str]:
    """Every file that a row of the database names; none of the runs has ended."""
    with store.database.reading() as rows:
        query = "SELECT state_file FROM runs UNION SELECT checkpoint FROM epochs"
        return {file for (file,) in rows.execute(query)}
