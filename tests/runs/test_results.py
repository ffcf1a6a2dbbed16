from __future__ import annotations

import pytest

from openwork.errors import UnknownRun

FOUND = {"routes": [{"output": "y[0]", "rate": 0.25}], "version": 1}


def test_results_are_kept_by_name_and_digest(store, go_on, tiny):
    list(go_on(store, [0, 1]))
    run, other = store.runs_of(tiny)
    assert store.result(run, "routes", "abc") is None
    store.save_result(run, "routes", "abc", {"version": 0})
    store.save_result(run, "routes", "abc", FOUND)
    store.save_result(run, "routes", "def", {"version": 2})
    assert store.result(run, "routes", "abc") == FOUND
    assert store.result(run, "routes", "def") == {"version": 2}
    assert store.result(run, "another", "abc") is store.result(other, "routes", "abc") is None


def test_results_go_with_their_run(store, go_on, tiny):
    list(go_on(store, [0]))
    run = store.run(tiny, 0)
    store.save_result(run, "routes", "abc", FOUND)
    store.remove(run)
    assert store.result(run, "routes", "abc") is None
    with pytest.raises(UnknownRun, match="has been removed"):
        store.save_result(run, "routes", "abc", FOUND)
    list(go_on(store, [0]))
    assert store.result(store.run(tiny, 0), "routes", "abc") is None
