"""Which digits stand at which place of an addition, and which variables of a program are a carry."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.page.carries import live_carries
from openwork.programs import Output, Place, Program, Symbol, Variable
from openwork.programs.language import Compared, Constant, Name, Plus
from openwork.tasks import make_task


def subject(name):
    task = make_task(name, {"base": 3, "digits": 2})
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    return Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task)


@pytest.mark.parametrize(("name", "lowest", "last"), [("addition", (1, 3, 2), 0), ("reversed-addition", (0, 2, 0), 2)])
def test_places_begin_with_the_lowest_and_a_carry_of_the_program_is_found(name, lowest, last):
    asked = subject(name)
    task = asked.task
    a, b = (task.variables[at] for at in lowest[:2])
    symbols = tuple(Symbol(one.name, one.position) for one in task.variables)
    total = Plus(Name(a.name), Name(b.name))
    carry = Variable("carry", (Compared(total, ">=", Constant(3)),), (Place("blocks.0.attn", 5),))
    other = Variable("other", (Compared(total, ">=", Constant(2)),), (Place("blocks.0.attn", 5),))
    reads = Output("y[0]", Plus(Name("carry"), Name("other")), 5)
    program = Program(symbols, (carry, other), (reads,))
    found = live_carries(task, program, asked.inputs)
    assert found is not None
    assert tuple(found["places"][0].values()) == lowest and found["last"] == last
    assert found["held"] == [{"name": "carry", "place": 0, "position": 5}]
    questions = task.questions(asked.inputs.index)
    place = found["places"][0]
    digit = (questions[:, place["a"]] + questions[:, place["b"]]) % 3
    assert np.array_equal(digit, asked.inputs.answers[:, place["output"]])
    assert live_carries(make_task("copy"), program, asked.inputs) is None
