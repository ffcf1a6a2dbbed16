"""Checkpoints freed by rule: what goes, what stays, and that nothing a result rests on is lost."""

from __future__ import annotations

import pytest

from openwork.errors import StoreError, UnknownRun
from openwork.runs import Store, keep_rule, list_runs, prunable, prune, recover

RULES = {
    "all": lambda run: False,
    "solved": lambda run: not run.solved,
    "last": lambda run: True,
    "none": lambda run: True,
}
"""by rule, of which ended runs something goes"""


@pytest.fixture
def three(store, go_on):
    list(go_on(store, [0, 1]))
    training = go_on(store, [2])
    next(training)
    training.close()
    return store


def pruned(store, keep):
    chosen = prunable(store, store.runs(), keep)
    prune(store, chosen)
    return chosen


def files(store):
    return {str(path.relative_to(store.home)) for path in store.home.rglob("*.safetensors")}


@pytest.mark.parametrize("keep", RULES)
def test_what_a_rule_frees_and_what_stays(three, keep, tiny, uninterrupted):
    before, were, runs = files(three), three.runs(), three.runs_of(tiny)
    three.save_verdicts(runs[0], {"a": {"verdict": "CONFIRMED"}})
    sizes = {name: (three.home / name).stat().st_size for name in before}
    goes = [run.ended and RULES[keep](run) for run in runs]
    chosen = pruned(three, keep)
    assert sorted(each.run.seed for each in chosen) == [run.seed for run, go in zip(runs, goes, strict=True) if go]
    assert sum(each.bytes for each in chosen) == sum(sizes[name] for name in before - files(three))
    assert three.runs() == were
    assert list_runs(three).damage == ()
    assert three.verdicts(runs[0]) == {"a": {"verdict": "CONFIRMED"}}
    assert three.stack(runs[0]).flat.tobytes() == uninterrupted[0][-1]
    assert [three.has_checkpoints(run) for run in runs] == [not go for go in goes]
    for run in [run for run, go in zip(runs, goes, strict=True) if go]:
        with pytest.raises(UnknownRun, match="after epoch 3 were pruned"):
            three.stack_at(run, 3)
    if keep == "none" and not runs[1].solved:  # and nothing was measured of it
        with pytest.raises(UnknownRun, match="after epoch 10 were pruned"):
            three.stack(runs[1])
    assert prunable(three, three.runs(), keep) == ()


@pytest.mark.parametrize("keep", ["last", "none"])
@pytest.mark.parametrize("database", ["whole", "gone"])
def test_a_pruned_store_is_recovered_with_its_histories(three, keep, database, tiny, uninterrupted):
    pruned(three, keep)
    before = {run.seed: run for run in three.runs()}
    three.close()
    if database == "gone":
        (three.home / "store.sqlite").unlink()
    found = recover(three.home)
    assert (found is None) == (database == "whole")
    after = {run.seed: run for run in three.runs()}
    gone = keep == "none" and database == "gone"
    lost = {run.seed for run in before.values() if gone and run.ended and not run.solved}
    assert after == {seed: run for seed, run in before.items() if seed not in lost}
    if keep == "last":
        assert three.stack(after[1]).flat.tobytes() == uninterrupted[1][-1]


def test_runs_whose_training_was_judged_are_left(three, tiny):
    run = three.run(tiny, 0)
    three.save_result(run, "over training", "a", {"judged": []})
    assert [each.run.seed for each in prunable(three, three.runs(), "last")] == [1]


@pytest.mark.parametrize("stopped_at", [0, 1])
def test_stopped_between_two_runs_the_rest_is_as_it_was(three, stopped_at, tiny, check):
    chosen = prunable(three, three.runs(), "last")

    def stop(what, share):
        if share >= stopped_at / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(three, chosen, stop)
    three.close()
    with Store.open(three.home) as again:
        assert sum(not again.has_checkpoints(run) for run in again.runs()) == stopped_at
        pruned(again, "last")
        assert [again.has_checkpoints(run) for run in again.runs_of(tiny)] == [False, False, True]


def test_training_goes_on_after_pruning(three, go_on, tiny, uninterrupted):
    pruned(three, "none")
    list(go_on(three, [2, 3]))
    assert {run.seed: run.status for run in three.runs()} == dict.fromkeys(range(4), "finished")
    assert three.stack(three.run(tiny, 2)).flat.tobytes() == uninterrupted[2][-1]


def test_a_rule_that_is_none_is_told():
    assert keep_rule("last") == "last"
    with pytest.raises(StoreError, match=r"--keep: 'lst' is none of all, last, solved, none.*'last'"):
        keep_rule("lst")
