from __future__ import annotations

import json
import math

import numpy as np
import pytest

from openwork.cli.output import emit, plain
from openwork.data import DataSplit
from openwork.report.terminal.quantities import duration_text, share_text, size_text


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100.00 %"), (0.999999, "99.99 %"), (0.5, "50.00 %"), (0.0, "0.00 %"), (1e-9, "<0.01 %"), (math.nan, "-")],
)
def test_a_share_is_never_rounded_to_all_or_none(share, text):
    assert share_text(share) == text


def test_sizes_and_durations():
    assert [size_text(n) for n in (12, 1500, 2_500_000, 3e13)] == ["12 B", "1.5 kB", "2.5 MB", "30.0 TB"]
    assert [duration_text(s) for s in (1.25, 12, 61, 3700)] == ["1.2 s", "12 s", "1 min 01 s", "1 h 01 min"]


def test_json_is_valid_whatever_is_in_it(capsys):
    emit({"array": np.arange(3), "one": np.float32(0.5), "nan": math.nan, "split": DataSplit(), 3: (True, None)})
    value = json.loads(capsys.readouterr().out)
    assert value["array"] == [0, 1, 2]
    assert value["nan"] is None
    assert value["split"]["kind"] == "shuffled"
    assert value["3"] == [True, None]


def test_a_dataclass_becomes_a_mapping():
    assert plain(np.bool_(True)) is True
