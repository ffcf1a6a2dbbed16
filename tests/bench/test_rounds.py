from __future__ import annotations

import sys
from functools import partial

import pytest

import worker
from rounds import Spread, alternate, ratio


def recorder(log, side, values):
    given = iter(values)

    def measure(seconds):
        log.append((side, seconds))
        return next(given)

    return measure


def test_rounds_alternate_and_are_warmed():
    log = []
    sides = {side: recorder(log, side, [0, 1, 2, 3]) for side in "ab"}
    values = alternate({"train": sides}, rounds=3, seconds=2.0)
    assert log[:2] == [("a", 0.2), ("b", 0.2)]
    assert [side for side, _ in log[2:]] == ["a", "b", "b", "a", "a", "b"]
    assert values == {("train", "a"): [1, 2, 3], ("train", "b"): [1, 2, 3]}


def test_a_long_figure_has_fewer_rounds_and_no_warming():
    log = []
    measures = {"long": {"a": recorder(log, "a", [5])}}
    assert alternate(measures, rounds=4, seconds=1, most={"long": 1}) == {("long", "a"): [5]}


def test_a_ratio_is_the_median_of_the_rounds_ratios():
    assert ratio([10, 40, 90], [1, 2, 30]) == Spread(10, 3, 20, 3)


def test_a_worker_is_asked_and_answers(tmp_path, monkeypatch):
    bench = worker.HERE
    script = tmp_path / "fake.py"
    lines = [
        f"import sys; sys.path.insert(0, {str(bench)!r})",
        "from serve import serve",
        "print('noise of a library')",
        "serve('fake 1.0', {'train': lambda seconds: 2 * seconds})",
    ]
    script.write_text("\n".join(lines))
    monkeypatch.setattr(worker, "HERE", tmp_path)
    fake = worker.Worker(sys.executable, "fake.py")
    assert (fake.name, fake.figures) == ("fake 1.0", ("train",))
    assert partial(fake.measure, "train")(1.5) == 3.0
    fake.close()
    assert fake.process.returncode == 0


def test_a_worker_that_dies_ends_the_bench(tmp_path, monkeypatch):
    (tmp_path / "dead.py").write_text("raise SystemExit(3)")
    monkeypatch.setattr(worker, "HERE", tmp_path)
    with pytest.raises(SystemExit, match="stopped with 3"):
        _ = worker.Worker(sys.executable, "dead.py").name
