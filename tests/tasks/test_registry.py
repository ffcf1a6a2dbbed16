from __future__ import annotations

from dataclasses import dataclass

import pytest

from openwork.errors import TaskError
from openwork.tasks import ReverseIncrement, Task, make_task, registry, task_types


@dataclass
class Point:
    """An entry point of some package."""

    name: str
    target: object
    value: str = "package.module:thing"

    def load(self):
        if isinstance(self.target, Exception):
            raise self.target
        return self.target


@pytest.fixture
def offered(monkeypatch):
    """Makes packages offer these entry points."""

    def offer(*points):
        def entry_points(group):
            return list(points) if group == "openwork.tasks" else []

        monkeypatch.setattr(registry, "entry_points", entry_points)

    return offer


class Shouting(ReverseIncrement):
    name = "shouting"


def test_a_package_offers_a_task(offered):
    offered(Point("shouting", Shouting))
    assert set(task_types()) == {cls.name for cls in registry.OURS} | {"shouting"}
    assert make_task("shouting", {"base": 3}).params == {"base": 3, "length": 8}


def test_every_broken_entry_point_is_told(offered):
    class Nameless(Task):
        pass

    offered(
        Point("gone", ImportError("no module named gone")),
        Point("number", 3),
        Point("nameless", Nameless),
        Point("again", ReverseIncrement),
        Point("shouting", Shouting),
    )
    with pytest.raises(TaskError) as error:
        task_types()
    told = [str(reason) for reason in error.value.reasons]
    assert len(told) == 4
    assert "entry point gone" in told[0] and "no module named gone (mend or uninstall" in told[0]
    assert "entry point number" in told[1] and "not a subclass" in told[1]
    assert "entry point nameless" in told[2] and "has no name" in told[2]
    assert "'reverse-increment' is taken by openwork.tasks" in told[3]


def test_an_unknown_task_gets_the_nearest():
    with pytest.raises(TaskError, match="did you mean 'reverse-increment'"):
        make_task("reverse-incremnt")


def test_every_wrong_parameter_is_told():
    with pytest.raises(TaskError) as error:
        make_task("reverse-increment", {"bse": 3, "length": "8", "base": True})
    told = [str(reason) for reason in error.value.reasons]
    assert told == [
        "bse: reverse-increment has no such parameter (did you mean 'base'?)",
        "length: '8' is not a whole number",
        "base: True is not a whole number",
    ]


def test_the_tasks_own_reasons_come_through():
    with pytest.raises(TaskError, match="base: 1 is not between 2 and 36"):
        make_task("reverse-increment", {"base": 1})


def test_a_task_that_fails_to_be_made_is_told_with_its_name(offered):
    class Broken(ReverseIncrement):
        name = "broken"

        def __init__(self) -> None:
            raise KeyError("oops")

    offered(Point("broken", Broken))
    with pytest.raises(TaskError, match="broken: KeyError: 'oops'"):
        make_task("broken")
