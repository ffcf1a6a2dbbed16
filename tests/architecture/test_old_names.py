"""A public name that is another now works for one version more, and says so."""

from __future__ import annotations

import importlib

import pytest

OLD = {
    "openwork.tasks": {"made": "make", "said": "format_count"},
    "openwork.data": {"Split": "DataSplit"},
    "openwork.analyses": {"Accuracy": "AccuracyByOutput", "node_named": "path_node_named"},
    "openwork.claims": {"Heading": "ClaimsHeading", "Part": "Case", "Program": "GivenProgram"},
}


@pytest.mark.parametrize(("room", "old", "new"), [(r, o, n) for r, names in OLD.items() for o, n in names.items()])
def test_an_old_name_works_and_says_so(room, old, new):
    module = importlib.import_module(room)
    with pytest.warns(DeprecationWarning, match=f"{room}.{old} is called {room}.{new} now") as told:
        assert getattr(module, old) is getattr(module, new)
    assert told[0].filename == __file__


@pytest.mark.parametrize("room", OLD)
def test_a_name_that_never_was_is_no_attribute(room):
    with pytest.raises(AttributeError, match="has no attribute 'never'"):
        _ = importlib.import_module(room).never
