"""Adding modulo 13 in three ways: waves multiplied, waves added, and every sum by heart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.claims import Accuracy, Decompiles
from openwork.models import Stack
from openwork.programs import Output, Place, Program, Symbol, Variable
from openwork.programs.language import BestFit, Name, Product, Wave
from openwork.tasks import ModularAddition
from openwork.tasks.answer_at_equals import AnswerAtEquals
from openwork.testing.known_circuits.about import necessary
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import KnownCircuit

P = 13
HANDS = (1, 5)
"""frequencies of the clock"""
SLICES = (2, 5, 6)
"""frequencies of the pizza, whose waves are nothing for different pairs"""
STEP = 0.5
"""between the knots of the line that stands for a square"""
CUTS = 8
"""directions in which the pizza is cut"""
MLP = "blocks.0.mlp"


def clock() -> KnownCircuit:
    """A quarter of (u + v)^2 less (u - v)^2 is u times v; squares are lines with many knots."""
    knots = np.arange(-2, 2, STEP)
    neurons = 8 * len(HANDS) * len(knots)
    bench = Bench(ModularAddition(P), {"first": 2 * len(HANDS), "second": 2 * len(HANDS)}, n_heads=2, d_mlp=neurons)
    for number, (role, space) in enumerate((("a", "first"), ("b", "second"))):
        bench.head(0, number).looks({"predicts c": role}).writes(bench.rows(space, _waves(HANDS)))
    mlp, neuron = bench.mlp(0), 0
    first, second, answer = (bench.spaces[name].start for name in ("first", "second", "answer"))
    bends = np.where(knots == knots[0], 2 * knots[0] + STEP, 2 * STEP)
    for number, k in enumerate(HANDS):
        for one, other in ((0, 0), (1, 1), (1, 0), (0, 1)):
            # cos cos - sin sin is the cosine of the sum, sin cos + cos sin its sine.
            part = _waves([k])[:, 0] * (1 if one == 0 else -1) if one == other else _waves([k])[:, 1]
            for sign in (1, -1):
                some = slice(neuron, neuron + len(knots))
                mlp.W_in[first + 2 * number + one, some] = 1
                mlp.W_in[second + 2 * number + other, some] = sign
                mlp.b_in[some] = -knots
                mlp.W_out[some, answer : answer + P] = sign / 4 * bends[:, None] * part
                neuron = some.stop
    return KnownCircuit(
        name="clock",
        says="two heads fetch the waves of a and of b; the MLP multiplies them, by squares of their sum and their "
        "difference, into the waves of a + b of two frequencies, and writes to each answer how well its waves fit",
        trap="any sum modulo p can be said in one step, which explains nothing",
        task=bench.task,
        stack=bench.stack(),
        confirmed=(Accuracy(), necessary(MLP), Decompiles(program=multiplied())),
    )


def pizza() -> KnownCircuit:
    """|x| in several directions around the circle, each written with its angle doubled."""
    neurons = 2 * CUTS * len(SLICES)
    bench = Bench(ModularAddition(P), {"waves": 2 * len(SLICES)}, d_mlp=neurons)
    # It looks evenly at both numbers and the sign after them.
    bench.head(0, 0).writes(bench.rows("waves", 3 * _waves(SLICES)))
    mlp, neuron = bench.mlp(0), 0
    waves, answer = bench.spaces["waves"].start, bench.spaces["answer"].start
    for number, k in enumerate(SLICES):
        for cut in range(CUTS):
            angle = np.pi * cut / CUTS
            for sign in (1, -1):
                mlp.W_in[waves + 2 * number : waves + 2 * number + 2, neuron] = (
                    sign * np.cos(angle),
                    sign * np.sin(angle),
                )
                mlp.W_out[neuron, answer : answer + P] = np.cos(2 * angle - 2 * np.pi * k * np.arange(P) / P)
                neuron += 1
    return KnownCircuit(
        name="pizza",
        says="one head adds the waves of a and of b; the MLP doubles the angle of what comes out, so that the waves of "
        "a + b are as long as those of a and b lie together, and writes to each answer how well its waves fit",
        trap="where a + b is all that an answer tells, it looks like the clock",
        task=bench.task,
        stack=bench.stack(),
        confirmed=(Accuracy(), necessary(MLP)),
    )


def by_heart() -> KnownCircuit:
    """A neuron for every pair."""
    task = ModularAddition(P)
    return KnownCircuit(
        name="by-heart",
        says="two heads fetch a and b; the MLP has a neuron for every pair, which writes that pair's sum",
        trap="its sums have waves of every frequency, none more than another",
        task=task,
        stack=knowing_by_heart(task),
        confirmed=(Accuracy(), necessary(MLP)),
    )


def knowing_by_heart(task: AnswerAtEquals) -> Stack:
    """A model that knows a task of two symbols, and answers as many, by a neuron for every pair."""
    n = len(task.symbols)
    bench = Bench(task, {"first": n, "second": n}, n_heads=2, d_mlp=n * n)
    for number, (role, space) in enumerate(zip(task.names, ("first", "second"), strict=True)):
        bench.head(0, number).looks({f"predicts {task.output}": role}).writes(bench.onto(space))
    mlp, pairs = bench.mlp(0), np.indices((n, n), np.int32).reshape(2, -1).T
    mlp.b_in[:] = -1
    for neuron, ((a, b), [answer]) in enumerate(zip(pairs, task.answers(pairs), strict=True)):
        mlp.W_in[[bench.spaces["first"].start + a, bench.spaces["second"].start + b], neuron] = 1
        mlp.W_out[neuron, bench.spaces["answer"].start + answer] = 1
    return bench.stack()


def multiplied() -> Program:
    """What the clock does."""
    fetched = tuple(Wave(Name(name), k, P) for name in "ab" for k in HANDS)
    head = Variable("head0[2]", fetched, (Place("blocks.0.attn", 2),))
    count = len(HANDS)
    pairs = ((Name(f"head0[2][{n}]"), Name(f"head0[2][{n + count}]")) for n in range(count))
    mlp = Variable("mlp0[2]", tuple(Product(u, v, P) for u, v in pairs), (Place(MLP, 2),))
    answer = BestFit(tuple(Name(column) for column in mlp.columns), HANDS, (1,) * count, P)
    return Program((Symbol("a", 0), Symbol("b", 1)), (head, mlp), (Output("c", answer, 2),))


def _waves(frequencies: Sequence[int]) -> NDArray[np.float64]:
    """`[number, cosine and sine of each frequency]`"""
    angles = 2 * np.pi * np.arange(P)[:, None] * np.array(frequencies) / P
    found: NDArray[np.float64] = np.stack([np.cos(angles), np.sin(angles)], axis=2).reshape(P, -1)
    return found
