"""Ends: after the largest number every text stops, whatever is brought to it."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.programs.decompile.ends import with_ends
from openwork.programs.language import Compared, Constant, Either, Name, Plus

STAYS, STOP = Name("stays"), Name("stop")
LARGEST, END = 3, 9
COUNTING = Either(Compared(STAYS, "==", STOP), Constant(END), Plus(STAYS, Constant(1)))


def counts():
    """Every number up to every other one that it may stop at."""
    pairs = np.array([(n, stop) for stop in range(LARGEST + 1) for n in range(stop + 1)])
    return {"": pairs[:, 0], "stays": pairs[:, 0], "stop": pairs[:, 1]}


def test_the_number_after_the_largest_is_no_answer_so_a_text_stops_there():
    columns = counts()
    said = with_ends(COUNTING, columns, ["stays"], COUNTING.values(columns))
    assert said == Either(Compared(STAYS, "==", Constant(LARGEST)), Constant(END), COUNTING)
    assert (said.values(columns) == COUNTING.values(columns)).all()


@pytest.mark.parametrize("local", [[], ["stays", "stop"]], ids=["all is brought", "nothing is"])
def test_nothing_is_said_where_no_symbol_stands_beside_what_is_brought(local):
    columns = counts()
    assert with_ends(COUNTING, columns, local, COUNTING.values(columns)) is COUNTING


def test_nothing_is_said_where_every_answer_is_some_texts():
    """Another text goes on with the number after the largest."""
    columns = counts()
    answers = np.append(COUNTING.values(columns), LARGEST + 1)
    columns = {name: np.append(column, 0) for name, column in columns.items()}
    assert with_ends(COUNTING, columns, ["stays"], answers) is COUNTING
