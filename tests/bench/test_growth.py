from __future__ import annotations

import pytest

import growth
from openwork.engines import choose_engine
from rounds import Spread


def axis(expected=(1, 1), sizes=(1, 2, 4)):
    return growth.Axis("seeds", {"train": sizes, "score": sizes}, expected, "linear")


@pytest.mark.parametrize("power", [0, 0.5, 1, 2])
def test_a_power_law_gives_its_exponent(power):
    sizes = (8, 16, 32, 64)
    assert growth.exponent(sizes, [3e-4 * s**power for s in sizes]) == pytest.approx(power)


def test_the_exponent_is_a_least_squares_slope():
    assert growth.exponent((1, 2, 4), (1, 2, 16)) == pytest.approx(2)


def test_every_round_is_fitted_by_itself():
    times = iter([1, 2, 4, 1, 4, 16, 1, 1, 1])
    found = growth.grown("train", axis(), [lambda: None] * 3, 3, lambda call: next(times))
    assert found.exponent == Spread(1, 0, 2, 3)
    assert found.seconds == (1, 2, 4)


def test_an_exponent_off_from_what_is_expected_is_said():
    def remark(exponent, expected):
        return growth.Growth("train", axis(expected), (1, 2, 3), Spread(exponent, 0, 2, 1)).remark

    assert remark(1.04, (1, 1)) == ""
    assert remark(1.5, (1, 2)) == ""
    assert remark(1.2, (1, 1)).startswith("Training grows more than expected with seeds: exponent 1.20, expected 1 (")
    assert "less than expected" in remark(0.5, (1, 2))


@pytest.mark.parametrize("figure", ["train", "score"])
@pytest.mark.parametrize("grows", growth.AXES, ids=lambda a: a.name)
def test_what_is_timed_runs(grows, figure):
    size = grows.sizes[figure][0]
    spec, data = growth.spec_of(grows.name, size), growth.dataset_for(grows.name, size, figure)
    assert data.tokens.shape[1] <= spec.n_ctx
    growth.prepared(choose_engine(spec, "native", threads=1).engine, grows.name, size, figure)()
