"""A match of symbols, said of the places that hold each key beside its value; and of trained induction heads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import decompile, program_text
from openwork.programs.decompile.expressions import Operand
from openwork.programs.decompile.localising import localised
from openwork.programs.language import READABLE, Match, Name
from openwork.tasks import Induction
from openwork.training import TrainingState, named_experiment, train

TASK = Induction(3, 4)
COLUMNS = TASK.questions(np.arange(TASK.domain_size)).T.astype(np.int64)
X = [Operand(Name(f"x[{p}]"), column, position=p, symbol=True) for p, column in enumerate(COLUMNS)]
QUESTION = {operand.name.name: operand for operand in X}
MATCH = Match(Name("x[3]"), tuple(Name(f"x[{p}]") for p in range(3)), tuple(Name(f"x[{p}]") for p in range(1, 4)), 3)


def before(position: int) -> Operand:
    """What a head brings from one position before."""
    return Operand(Name(f"head0[{position}]"), COLUMNS[position - 1], position=position)


def test_a_match_is_read_where_each_key_stands_beside_its_value():
    found = localised(MATCH, QUESTION, [*X, *map(before, (1, 2, 3))], 3)
    assert str(found) == "last_match(x[3], [head0[1], head0[2], head0[3]], x[1:4], 3)"
    known = {operand.name.name: operand.column for operand in [*X, *map(before, (1, 2, 3))]}
    assert (found.values(known) == TASK.answers(COLUMNS.T)[:, 3]).all()


def test_what_a_place_works_out_goes_before_the_token_there():
    own = replace(X[3], name=Name("head0[3][1]"), symbol=False)
    found = localised(MATCH, QUESTION, [*X, *map(before, (1, 2, 3)), own], 3)
    assert str(found.wanted) == "head0[3][1]"
    assert str(found.held[-1]) == "head0[3][1]"


@pytest.mark.parametrize("without", [1, 2, 3])
def test_a_key_that_stands_nowhere_beside_its_value_makes_no_match(without):
    assert localised(MATCH, QUESTION, [*X, *(before(p) for p in (1, 2, 3) if p != without)], 3) is None


def test_what_is_looked_for_has_to_stand_where_the_match_is_made():
    assert localised(MATCH, QUESTION, [*X[:3], *map(before, (1, 2, 3))], 3) is None


@pytest.mark.parametrize("seed", [0, 1])
def test_a_trained_induction_head_is_equal_to_a_program_without_large_tables(seed):
    """What the heads of the first layer bring besides the letter before is in no label, and no table stands for it."""
    experiment = named_experiment("induction")
    engine = choose_engine(experiment.spec, None, 1).engine
    *_, last = train(engine, experiment, TrainingState.fresh(experiment.spec, [seed]))
    subject = Subject.of(engine, last.state.stack, experiment.task)
    found = decompile(subject)
    assert last.progress[0].status == "solved" and found.equal.right == found.equal.inputs == 4**8
    assert found.equal.share == 1
    assert found.short.entries <= READABLE
    assert "last_match" in program_text(found.program)
