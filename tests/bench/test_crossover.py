"""The rule that the crossover bench finds in its rows; nothing is timed here."""

from __future__ import annotations

import pytest

from crossover import QUICK, RULES, Row, best_threshold, grid, odd_shapes, regrets, seconds, shape


def rows(leads: dict[int, float]) -> list[Row]:
    """For each width, how many times as fast PyTorch is."""
    return [Row(shape(d_model, 8), "train", 32, 1, lead, 1.0) for d_model, lead in leads.items()]


def test_the_threshold_lies_where_the_lead_changes():
    found = rows({4: 0.1, 64: 0.5, 128: 1.5, 256: 3.0})
    threshold = best_threshold(found, RULES["d_model"])
    assert 64 < threshold < 128
    assert regrets(found, RULES["d_model"], threshold) == [0, 0, 0, 0]


def test_regret_is_the_time_lost_against_the_faster_engine():
    found = rows({4: 0.5, 64: 2.0})
    assert regrets(found, RULES["d_model"], float("inf")) == pytest.approx([0, 1])
    assert regrets(found, RULES["d_model"], 0) == pytest.approx([1, 0])


def test_an_engine_that_always_leads_is_always_taken():
    assert best_threshold(rows({4: 0.5, 64: 0.5}), RULES["d_model"]) == float("inf")
    assert best_threshold(rows({4: 2.0, 64: 2.0}), RULES["d_model"]) == 0


def test_every_rule_tells_apart_what_it_is_about():
    specs = list(odd_shapes())
    for name, measure in RULES.items():
        assert len({measure(spec) for spec in specs}) > 1, name


def test_the_quick_grid_is_small_and_each_grid_trains_and_scores():
    quick, whole = list(grid(True)), list(grid(False))
    assert len(quick) < len(whole) / 5
    assert {spec.d_model for spec, *_ in quick} == set(QUICK[0])
    for found in (quick, whole):
        assert {what for _, what, _, _ in found} == {"train", "score"}


def test_engines_take_turns():
    asked: list[tuple[str, int]] = []
    found = seconds(lambda engine, count: asked.append((engine, count)), ["native", "torch"], turns=2, lasts=0)
    assert [engine for engine, _ in asked] == ["native"] * 2 + ["torch"] * 2 + ["native", "torch"] * 2
    assert len(found) == 2
