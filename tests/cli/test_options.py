from __future__ import annotations

import pytest

from openwork.cli.options import MOST_SEEDS, params_of, seeds_of
from openwork.errors import RecipeError, TaskError


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("3", (0, 1, 2)), ("4..6", (4, 5, 6)), ("7..7", (7,)), ("1,5,7", (1, 5, 7)), ("5,5,1", (5, 1))],
)
def test_a_list_of_seeds(text, seeds):
    assert seeds_of(None, text) == seeds


@pytest.mark.parametrize("text", ["", "0", "6..4", "a..b", "1,,2", "1.5", "-3", f"{MOST_SEEDS + 1}", "0..99999999999"])
def test_what_is_no_list_of_seeds(text):
    with pytest.raises(RecipeError, match=r"write 16, 4\.\.9 or 1,5,7"):
        seeds_of(None, text)


def test_one_seed_or_several_but_not_both():
    assert seeds_of(3, None) == (3,)
    assert seeds_of(None, None) is None
    with pytest.raises(RecipeError, match="both are given"):
        seeds_of(3, "4")


def test_parameters_and_all_their_mistakes():
    assert params_of(["base=3", "length = 4"]) == {"base": 3, "length": 4}
    with pytest.raises(TaskError) as caught:
        params_of(["base", "length=x", "base=1", "base=2"])
    assert len(caught.value.reasons) == 3
