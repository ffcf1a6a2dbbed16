"""A user's task from before `carrier` was called `deciding_variable`."""

import pytest

from openwork.conformance import faults_of
from openwork.tasks import Reverse

OLD = "carrier is called deciding_variable now"


def test_a_task_that_says_carrier_works_and_is_told_the_new_name():
    with pytest.warns(DeprecationWarning, match=OLD) as told:

        class Old(Reverse):
            def carrier(self, output):
                return super().carrier(output)

    assert told[0].filename == __file__
    task = Old(3, 3)
    with pytest.warns(DeprecationWarning, match=OLD):
        assert task.deciding_variable("y[0]") == Reverse(3, 3).deciding_variable("y[0]") == "x[2]"
    with pytest.warns(DeprecationWarning, match=OLD):
        assert faults_of(task) == []


def test_the_old_name_may_be_asked():
    with pytest.warns(DeprecationWarning, match=OLD):
        assert Reverse(3, 3).carrier("y[0]") == "x[2]"
