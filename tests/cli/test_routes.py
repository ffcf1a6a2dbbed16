from __future__ import annotations

import pytest


@pytest.fixture
def trained(openwork, small):
    return openwork("train", "reverse-increment", *small, "--json").value[0]["name"]


def test_routes_are_told_and_kept(openwork, trained, monkeypatch):
    told = openwork("routes", trained)
    assert told.code == 0 and "y[2] ← x[0]" in told.out and "explained" in told.out
    first = openwork("routes", trained, "--json")
    assert [route["output"] for route in first.value["routes"]] == ["y[0]", "y[1]", "y[2]"]
    assert first.value["routes"][0]["reading"].startswith("y[0] <- x[2]: ")
    assert first.value["coverage"] == "8 of 8 inputs, every other value of each variable"
    monkeypatch.setattr("openwork.analyses.find_routes", None)  # what is kept is not measured again
    assert openwork("routes", trained, "--json").value == first.value
    [only] = openwork("routes", trained, "--output", "y[1]", "--json").value["routes"]
    assert only == first.value["routes"][1]


def test_some_outputs_are_measured_alone(openwork, trained):
    found = openwork("routes", trained, "--output", "y[2]", "--output", "y[0]", "--json").value
    assert [route["output"] for route in found["routes"]] == ["y[0]", "y[2]"]


@pytest.mark.parametrize("measured", [False, True])
def test_an_output_that_does_not_exist(openwork, trained, measured):
    if measured:
        openwork("routes", trained)
    done = openwork("routes", trained, "--output", "y[3]", "--output", "x")
    assert done.code == 2 and "y[3]" in done.err and "x" in done.err
