from __future__ import annotations

from types import SimpleNamespace

import pytest

import contention
from contention import Others, busy_seconds, remark


def test_idle_waiting_and_stolen_time_is_not_busy():
    stat = "cpu  100 1 10 5000 300 2 4 800 70 7\ncpu0 9 9 9 9 9 9 9 9 9 9\n"
    assert busy_seconds(stat, 100) == pytest.approx(1.17)


def test_what_others_use_is_what_is_busy_less_our_own(monkeypatch, tmp_path):
    stat = tmp_path / "stat"
    monkeypatch.setattr(contention, "STAT", stat)
    assert Others().cores() is None
    monkeypatch.setattr(contention, "os", SimpleNamespace(sysconf=lambda name: 100))
    monkeypatch.setattr(contention, "time", SimpleNamespace(perf_counter=iter([0.0, 10.0]).__next__))
    monkeypatch.setattr(contention, "own_seconds", iter([3.0, 11.0]).__next__)
    stat.write_text("cpu 1000 0 0 0 0 0 0 0 0 0")
    others = Others()
    stat.write_text("cpu 2300 0 0 700 0 0 0 0 0 0")
    assert others.cores() == pytest.approx(0.5)


def test_only_busy_others_are_worth_a_word():
    assert remark(None) == remark(0.05) == ""
    assert remark(0.93).startswith("Other programs kept 0.9 cores busy")
