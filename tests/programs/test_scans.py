"""Signed sums, signs and runs: found in a model that has them, and as expressions."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import decompile
from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.finishes import finishes
from openwork.programs.language import Name
from openwork.tasks import RunLength, RunningSumSign
from openwork.testing.known_circuits.bench import Bench

LENGTH = 4


def test_a_head_that_adds_up_signed_numbers_is_found():
    bench = Bench(RunningSumSign(1, LENGTH), {"sum": 1})
    # It looks evenly at all so far, so at least the fourth part of a sum is left; half of that is no sign.
    bench.head(0, 0).writes(bench.rows("sum", np.array([[0], [LENGTH], [-LENGTH]])))
    bench.unembedding[bench.spaces["sum"]] = [[-1, 0, 1]]
    bench.weights["unembed.b_U"][1] = 0.5
    stack = bench.stack()
    found = decompile(Subject.of(choose_engine(stack.spec, None, 1).engine, stack, bench.task))
    assert found.equal.share == 1 and found.equal.right == found.equal.inputs == 3**LENGTH
    assert [str(item) for v in found.program.variables for item in v.items] == [
        f"sum((v + 1) % 3 - 1 for v in x[0:{p + 1}])" for p in range(1, LENGTH)
    ]
    assert [str(o.expression) for o in found.program.outputs[1:]] == [
        f"int(head0[{p}] >= 0) + int(head0[{p}] >= 1)" for p in range(1, LENGTH)
    ]
    assert found.whole.share == 0
    assert found.least("together") == 1


@pytest.mark.parametrize("base", [2, 3])
def test_a_run_is_said_as_a_run(base):
    task = RunLength(base, 5)
    questions = task.questions(np.arange(task.domain_size))
    operands = [Operand(Name(f"x[{i}]"), column.astype(np.int64)) for i, column in enumerate(questions.T)]
    answers = task.answers(questions).astype(np.int64)
    assert [str(simplest(answers[:, p], operands[: p + 1], base)) for p in (2, 3, 4)] == [
        f"run_length(x[0:{p + 1}]) - 1" for p in (2, 3, 4)
    ]


@pytest.mark.parametrize("lowest", [0, 2])
def test_a_rise_in_two_steps_is_said_by_its_bounds(lowest):
    values = np.arange(-4, 5)
    shift = f" + {lowest}" if lowest else ""
    said = [str(e) for e in finishes(Name("s"), values, lowest + (values >= -1) + (values >= 3), 7)]
    assert f"int(s >= -1) + int(s >= 3){shift}" in said
    assert not [e for e in finishes(Name("s"), values, abs(values) % 3, 7) if ">=" in str(e)]
