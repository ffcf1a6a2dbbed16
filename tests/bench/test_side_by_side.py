from __future__ import annotations

import json
from argparse import Namespace

import pytest

import growth
import side_by_side
import table
from figures import FIGURES, MACHINE, OPENWORK, rows_of, with_share
from rounds import Spread

ABOUT = {
    "command": "scripts/bench",
    "date": "2026-01-02",
    "machine": "a machine with a long name, 2 of 2 cores, Linux x86_64",
    "versions": ["Python 3.11", "openwork 0.1.0, native core", "TransformerLens 3.9.0"],
    "rounds": 3,
}


class FakeWorker:
    """Answers the same value for every figure."""

    def __init__(self, value, *figures):
        self.value, self.figures = value, figures

    def measure(self, figure, seconds):
        return self.value


@pytest.fixture
def found():
    keys = [figure.key for figure in FIGURES]
    values = {(key, OPENWORK): [12345.6, 20000.0, 11000.0] for key in keys if key not in ("peak", "share")}
    values |= {(key, "TransformerLens"): [100.0, 200.0, 50.0] for key in ("train", "zero", "size")}
    values["peak", MACHINE] = [100.0, 200.0, 100.0]
    grown = [growth.Growth("train", axis, (1.0, 2.0, 3.0, 9.0), Spread(1.6, 1.5, 1.7, 3)) for axis in growth.AXES]
    return side_by_side.document(values, grown, ABOUT, ["JAX is not installed here, so it is left out."])


def test_the_document_is_json_and_has_every_figure(found):
    again = json.loads(json.dumps(found))
    assert [row["figure"] for row in again["rows"] if row["side"] in (OPENWORK, MACHINE)] == [f.key for f in FIGURES]
    assert set(again) == {"command", "date", "machine", "versions", "rounds", "rows", "growth", "notes"}
    assert set(again["rows"][0]) == {"figure", "name", "side", "unit", "value", "times", "base"}
    assert set(again["rows"][0]["value"]) == {"median", "low", "high", "rounds"}
    assert set(again["growth"][0]) == {"figure", "axis", "sizes", "seconds", "exponent", "expected", "remark"}


def test_the_text_fits_80_columns_and_says_everything(found):
    text = table.text(found)
    assert max(map(len, text.splitlines())) <= 80
    assert all(figure.name in text for figure in FIGURES)
    assert "Training grows more than expected with inputs" in text
    assert "JAX is not installed" in text


def test_openwork_is_so_many_times_as_fast_in_rates_and_in_times():
    values = {("train", OPENWORK): [600.0], ("train", "TransformerLens"): [6.0]}
    values |= {("zero", OPENWORK): [20.0], ("zero", "TransformerLens"): [1000.0], ("pass", OPENWORK): [10.0]}
    rows = {(row.figure.key, row.side): row for row in rows_of(values)}
    assert rows["train", "TransformerLens"].times == Spread(100, 100, 100, 1)
    assert rows["zero", "TransformerLens"].times == Spread(50, 50, 50, 1)
    assert (rows["zero", OPENWORK].times, rows["zero", OPENWORK].base) == (Spread(2, 2, 2, 1), "plain pass")
    assert rows["train", OPENWORK].times is None


def test_the_share_of_the_peak_is_taken_round_by_round():
    values = {("train", OPENWORK): [1000.0, 2000.0], ("peak", MACHINE): [100.0, 50.0]}
    assert with_share(values, flops_of_a_step=10_000_000)["share", OPENWORK] == pytest.approx([10, 40])
    assert ("share", OPENWORK) not in with_share({}, 1)


def test_quick_asks_peers_for_little_and_extrapolates():
    workers = {OPENWORK: FakeWorker(1.0, *(f.key for f in FIGURES)), "PyTorch": FakeWorker(1.0, "train", "pass")}
    quick, full = (side_by_side.measures_of(workers, quick) for quick in (True, False))
    assert "notebook" not in quick and "notebook-tried" not in full
    assert list(quick["train"]) == [OPENWORK, "PyTorch"]
    assert (list(quick["pass"]), list(full["pass"])) == ([OPENWORK], [OPENWORK, "PyTorch"])
    assert quick["train"]["PyTorch"](0.1) == 1.0


@pytest.mark.parametrize(("value", "said"), [(6512.3, "6,512"), (87.234, "87.2"), (1.904, "1.90"), (0.0421, "0.042")])
def test_numbers_have_three_digits(value, said):
    assert table.number(value) == said


def test_the_command_that_is_told_measures_the_same_again():
    few = Namespace(quick=True, no_peers=False, rounds=3, peer_python="a/path", json=True)
    assert side_by_side.command_of(few) == "scripts/bench --quick --rounds 3"
    assert side_by_side.command_of(Namespace(quick=False, no_peers=False, rounds=None)) == "scripts/bench"
