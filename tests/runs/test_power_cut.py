"""The power is cut at a sync or renaming of a file, and what was not synced is gone: no run is lost, all go on.

`OPENWORK_POWER_CUTS=all` cuts at every one; some by default.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from openwork.runs import Store
from openwork.testing.damaged_stores.power_cut import Disk, PowerCut, power_cut

EVERY = 1 if os.environ.get("OPENWORK_POWER_CUTS") == "all" else 6
SEEDS = [0, 1]
DONE = dict.fromkeys(SEEDS, 10)


@pytest.mark.parametrize("kind", [True, False], ids=["names stay", "names go"])
def test_power_cut_while_training(tmp_path, go_on, check, kind, record_property):
    for operation in count(1, EVERY):
        home, after = tmp_path / f"{operation}", tmp_path / f"{operation} after"
        disk = Disk(home)
        with Store.open(home) as store:
            snapshot = partial(disk.after_cut, after, kind)
            with suppress(PowerCut), power_cut(disk, operation, snapshot):
                list(go_on(store, SEEDS))
        if not after.exists():
            break
        with Store.open(after) as store:
            check(store)
            list(go_on(store, SEEDS))
            assert check(store) == DONE
    record_property("cuts", operation // EVERY)
    assert operation > 70, "two files, four folders and the home at each of ten epochs"
