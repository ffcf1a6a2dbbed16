from __future__ import annotations

import importlib
import pkgutil

import pytest

import openwork

ROOMS = sorted(module.name for module in pkgutil.iter_modules(openwork.__path__) if module.ispkg)


def test_the_package_exports_what_it_says():
    assert openwork.__all__
    assert len(set(openwork.__all__)) == len(openwork.__all__)
    for name in openwork.__all__:
        assert getattr(openwork, name) is not None


def test_no_export_has_the_name_of_a_room_which_would_take_its_place_once_imported():
    rooms = {module.name for module in pkgutil.iter_modules(openwork.__path__)}
    assert not rooms & set(openwork.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="explian"):
        _ = openwork.explian


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_exports_what_it_says_and_introduces_itself(room):
    module = importlib.import_module(f"openwork.{room}")
    assert module.__doc__
    for name in getattr(module, "__all__", []):
        assert hasattr(module, name), name
