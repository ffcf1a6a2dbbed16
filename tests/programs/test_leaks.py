"""What is brought along and taken away again has a line, which is followed; what turns answers has none."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from openwork.analyses import Subject
from openwork.engines import choose_engine
from openwork.programs import Output, Place, Program, Variable, decompile
from openwork.programs.decompile.features import symbols_of
from openwork.programs.decompile.leaks import with_leaks
from openwork.programs.decompile.network import Network
from openwork.programs.language import Constant, Name, Plus
from openwork.programs.verdicts.realised import realised
from openwork.programs.verdicts.whole import whole
from openwork.tasks import ReverseIncrement, task
from openwork.testing.known_circuits.bench import Bench

LEFT, HERE = Place("blocks.0.attn", 2), Place("blocks.0.attn", 4)


def leaking(taken_away: float = 3.0) -> Network:
    """x[0] is brought to where x[1] stands, and the head that fetches x[1] from there takes three times as much of it;
    it is brought to the answer x[1] + 1 by another way too, which takes it away again."""
    bench = Bench(ReverseIncrement(4, 3), {"moved": 4}, n_layers=2)
    nowhere = dict.fromkeys(["x[0]", "x[2]", "predicts y[1]", "predicts y[2]"], "BOS")
    bench.head(0, 0).looks(nowhere | {"x[1]": "x[0]", "predicts y[1]": "x[0]"}).writes(bench.onto("moved"))
    bench.head(1, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    moved = bench.spaces["moved"]
    bench.weights["blocks.1.attn.W_V"][0, moved, :4] = 3 * np.eye(4)
    bench.unembedding[moved, :4] = -taken_away * np.roll(np.eye(4), 1, axis=1)
    stack = bench.stack()
    return Network.of(Subject.of(choose_engine(stack.spec, None, 1).engine, stack, bench.task))


def test_a_leak_that_another_place_takes_away_has_a_line_that_nothing_reads():
    model = leaking()
    found = decompile(model.subject)
    [leak] = [line for line in found.program.variables if LEFT in line.sites]
    assert leak.items == (Name("x[0]"),)
    assert HERE in leak.sites
    assert found.passes and found.whole.lost == 0
    without = replace(found.program, variables=tuple(v for v in found.program.variables if v is not leak))
    assert whole(model, without).share > 0.2
    assert (without.answers(model.tokens) == model.answers).all()


def test_a_line_that_says_the_wrong_digit_of_a_leak_explains_nothing():
    """Its places are another input's that agrees in what it says: the true digit is resampled."""
    model = leaking()
    program = decompile(model.subject).program
    wrong = replace(
        program,
        variables=tuple(replace(v, items=(Name("x[2]"),)) if LEFT in v.sites else v for v in program.variables),
    )
    assert whole(model, wrong).share > 0.2


def test_a_leak_that_turns_answers_gets_no_line():
    """Half of it is left: what the model answers then is no digit plus one, and a line that nothing reads is false."""
    model = leaking(taken_away=0.0)
    program = decompile(leaking().subject).program
    bare = replace(program, variables=tuple(v for v in program.variables if LEFT not in v.sites))
    named = replace(bare, variables=(Variable("head0[2]", (Name("x[0]"),), (LEFT, HERE)), *bare.variables))
    scores = {score.variable: score.together.share for score in realised(model, named, frozenset())}
    assert scores["head0[2]"] < 0.9
    assert all(LEFT not in line.sites for line in with_leaks(model, bare, {}, frozenset()).variables)


def chosen() -> Network:
    """Two heads bring a and b; an MLP with a neuron for each pair says the larger, or 0 where both are odd."""

    @task(a=6, b=6)
    def larger(a, b):
        """the larger, or nothing of two odd numbers"""
        return 0 if a % 2 and b % 2 else max(a, b)

    bench = Bench(larger(), {"left": 6, "right": 6}, n_heads=2, d_mlp=36)
    bench.head(0, 0).looks({"predicts y": "a"}).writes(bench.onto("left")[:6])
    bench.head(0, 1).looks({"predicts y": "b"}).writes(bench.onto("right")[:6])
    mlp = bench.mlp(0)
    mlp.b_in[:] = -1
    for n, (a, b) in enumerate(product(range(6), repeat=2)):
        mlp.W_in[bench.spaces["left"].start + a, n] = mlp.W_in[bench.spaces["right"].start + b, n] = 1
        mlp.W_out[n, bench.spaces["answer"].start + (0 if a % 2 and b % 2 else max(a, b))] = 1
    stack = bench.stack()
    return Network.of(Subject.of(choose_engine(stack.spec, None, 1).engine, stack, bench.task))


def test_an_mlp_that_makes_an_answer_of_the_whole_question_has_a_line():
    model = chosen()
    found = decompile(model.subject)
    *heads, made = found.program.variables
    assert (str(made.sites[0]), len(heads)) == ("blocks.0.mlp @ 2", 2)
    assert found.equal.share == 1 and found.whole.lost == 0
    [output] = found.program.outputs
    bare = replace(found.program, variables=tuple(heads), outputs=(replace(output, expression=made.items[0]),))
    assert whole(model, bare).share > 0.2
    more = with_leaks(model, bare, {}, frozenset())
    assert more.variables[-1] == made and whole(model, more).lost == 0


def test_an_mlp_that_makes_something_else_has_none():
    """What is said to be answered is what the MLP says and one more: no line of it is followed."""
    model = chosen()
    *heads, made = decompile(model.subject).program.variables
    wrong = Output("y", Plus(made.items[0], Constant(1)), 2)
    bare = Program(symbols_of(model), tuple(heads), (wrong,))
    assert with_leaks(model, bare, {}, frozenset()) == bare
