"""Models whose programs are known: the same variables at the same places are found; models that have none are not."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.data.interval import clopper_pearson
from openwork.engines import choose_engine
from openwork.models import Stack, initial_stack, spec_for, stack_of
from openwork.programs import (
    Decompilation,
    Output,
    Place,
    Program,
    Symbol,
    Variable,
    decompilation_from_json,
    decompile,
    decompiling,
)
from openwork.programs.decompile.merging import with_merged
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn, Rate
from openwork.programs.decompile.shortening import unread_items
from openwork.programs.language import Largest, Name, Table
from openwork.programs.verdicts.realised import realised
from openwork.programs.verdicts.whole import whole
from openwork.tasks import Addition, Induction, ReverseIncrement, Sort
from openwork.testing.known_circuits import known_circuits
from openwork.training import named_experiment

CIRCUITS = {circuit.name: circuit for circuit in known_circuits()}
SOLVED = Path(__file__).parent.parent / "known_circuits" / "solved"

FETCH = {("blocks.0.attn", 4): "x[1]", ("blocks.0.attn", 5): "x[0]"}
ONE_HEAD = {("blocks.0.attn.head.0", position): text for (_, position), text in FETCH.items()}
EXPECTED = {
    "attention-increments": ONE_HEAD,
    "value-output-increments": FETCH,
    "affine-mlp-increments": {("blocks.0.attn", 3): "x[0]"},
    "curved-mlp-increments": FETCH,
    "two-hops": {
        ("blocks.0.attn", 2): "x[0]",
        ("blocks.0.attn", 3): "x[1]",
        ("blocks.1.attn", 4): "head0[3]",
        ("blocks.1.attn", 5): "head0[2]",
    },
    "cancelling": {(f"blocks.0.attn.head.{h}", p): t for h in range(3) for (_, p), t in FETCH.items()},
    "larger-wins": {("blocks.0.attn", 2): "max(x[0:2])"},
    "bright-picture": ONE_HEAD,
    "constant-mlp": FETCH,
    "read-after-norm": FETCH,
    "long-column": FETCH,
    "reads-question": {("blocks.0.attn.head.1", 2): "x", ("blocks.0.attn.head.2", 3): "x"},
    "looks-ahead": {("blocks.0.attn.head.0", 0): "b[0]", ("blocks.0.attn.head.1", 0): "b[1]"},
    "rare-answer": {("blocks.0.attn", 8): "sum(x[0:8])"},
    "one-digit-wrong": FETCH,
    "majority": {(f"blocks.0.attn.head.{h}", p): t for h in range(3) for (_, p), t in FETCH.items()},
    "two-halves": {(f"blocks.0.attn.head.{h}", p): t for h in range(2) for (_, p), t in FETCH.items()},
    "knows-nothing": {},
}
"""by circuit: what each place holds"""


@cache
def subject_of(name: str) -> Subject:
    circuit = CIRCUITS[name]
    return Subject.of(choose_engine(circuit.stack.spec, None, 1).engine, circuit.stack, circuit.task)


@cache
def found_in(name: str) -> Decompilation:
    return decompile(subject_of(name))


def places(program: Program) -> dict[tuple[str, int], str]:
    """Each site and what its variable is."""
    return {
        (site.component, site.position): ", ".join(map(str, v.items)) for v in program.variables for site in v.sites
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_the_program_of_a_known_circuit_is_found_where_it_is(name):
    found = found_in(name)
    assert places(found.program) == EXPECTED[name]
    assert found.equal.share == 1
    assert found.whole.share == 0
    assert all(score.together.share == 1 for score in found.lines)


def test_what_a_model_gets_wrong_is_decompiled_as_it_is():
    found = found_in("one-digit-wrong")
    assert found.equal.share == 1
    assert found.equal.right < found.equal.inputs


def test_a_large_domain_makes_a_short_program_and_the_word_is_said():
    assert found_in("sorted-history").word == "decompiled"


def test_a_program_longer_than_a_twentieth_of_the_table_is_no_success():
    found = found_in("two-hops")
    assert found.word == "partly"
    assert [said for said in found.missing if "bits" in said] == list(found.missing)


def test_effective_values_are_fewer_where_answers_tell_fewer_apart():
    [score] = found_in("rare-answer").lines
    assert (score.values, score.effective) == (9, 2)
    assert score.explained > 0.99 > 0.5 > score.explained_effective
    assert score.decides


def rates_with_sites(name: str, sites: list[int]) -> list[float]:
    """The rates when each variable is said to stand where another one does."""
    program = found_in(name).program
    moved = tuple(replace(v, sites=program.variables[n].sites) for v, n in zip(program.variables, sites, strict=True))
    scores = realised(Network.of(subject_of(name)), replace(program, variables=moved), frozenset())
    return [score.together.share for score in scores]


def test_control_shuffled_places_are_not_realised():
    assert max(rates_with_sites("two-hops", [1, 0, 3, 2])) < 0.5


def test_control_shuffled_places_are_not_merged_into_what_is_realised():
    program, network = found_in("two-hops").program, Network.of(subject_of("two-hops"))
    places = [program.variables[n].sites for n in (1, 0, 3, 2)]
    moved = tuple(replace(v, sites=sites) for v, sites in zip(program.variables, places, strict=True))
    scores = realised(network, with_merged(network, replace(program, variables=moved)), frozenset())
    assert min(score.together.share for score in scores) < 0.5


def test_control_a_program_that_is_right_by_another_route_is_not_realised():
    """`max(x[0], x[1])` by way of the first digit alone: right on every input, and nothing in the model holds it."""
    found = found_in("larger-wins").program
    first = replace(found.variables[0], items=(Name("x[0]"),))
    output = replace(found.outputs[0], expression=Largest((Name(first.name), Name("x[1]"))))
    other = replace(found, variables=(first,), outputs=(output,))
    network = Network.of(subject_of("larger-wins"))
    assert (other.answers(network.tokens) == network.answers).all()
    [score] = realised(network, other, frozenset())
    assert score.together.share < 0.8


@pytest.mark.parametrize("seed", range(3))
def test_control_a_random_network_is_not_decompiled(seed):
    task = ReverseIncrement(4, 3)
    spec = spec_for(task, n_layers=1, d_model=8, n_heads=1, d_head=4, d_mlp=16)
    # Larger weights, so that the answers change with the question.
    stack = Stack(spec, 3 * initial_stack(spec, [seed]).flat)
    found = decompile(Subject.of(choose_engine(spec, None, 1).engine, stack, task), seconds=60)
    assert found.word != "decompiled"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("task", [Induction(3, 5), Sort(3, 4), Addition(4, 2)], ids=str)
def test_control_a_random_network_of_two_layers_is_not_decompiled(task, seed):
    """Its heads and positions can be merged, and its labels be loose, as much as those of any other."""
    spec = spec_for(task, n_layers=2, d_model=16, n_heads=2, d_head=8, d_mlp=32)
    stack = Stack(spec, 3 * initial_stack(spec, [seed]).flat)
    found = decompile(Subject.of(choose_engine(spec, None, 1).engine, stack, task), seconds=60)
    assert found.word != "decompiled"


def test_no_time_finds_nothing_and_says_so():
    found = decompile(subject_of("two-hops"), seconds=1e-9)
    assert found.word == "not decompiled"
    assert "time was over" in found.summary


@cache
def from_sample(name: str, inputs: int) -> Decompilation:
    circuit = CIRCUITS[name]
    engine = choose_engine(circuit.stack.spec, None, 1).engine
    return decompile(Subject.of(engine, circuit.stack, circuit.task, Inputs(inputs)))


def test_a_sample_is_said_to_be_one_and_never_a_success():
    found = from_sample("sorted-history", 400)
    assert found.word == "partly"
    assert "400 inputs drawn" in found.summary
    assert "a sample: equal on 400 of 400 drawn anew, at least 99.08 % of all with 95 % confidence" in found.missing
    assert found.as_json()["intervals_95"]["equal"] == clopper_pearson(400, 400)


def test_what_was_learned_by_heart_is_not_equal_on_inputs_drawn_anew():
    found = from_sample("sorted-history", 2)
    assert found.fresh_seed == 1
    assert found.equal.inputs == 2
    assert found.short.share > 1


def test_the_table_of_a_sample_is_that_of_the_inputs_measured():
    few, many = from_sample("sorted-history", 100).short, from_sample("sorted-history", 400).short
    assert few.table_bits < many.table_bits < found_in("sorted-history").short.table_bits


def test_on_a_sample_no_two_pairs_share_an_input():
    drawn = Drawn.apart(Network.of(subject_of("two-hops")), 1000)
    assert len({*drawn.bases, *drawn.sources}) == 2 * len(drawn) == 64


def test_nothing_but_a_table_of_answers_is_not_decompiled():
    found = found_in("two-hops")
    rows = tuple((a, b, c, 0) for a in range(4) for b in range(4) for c in range(4))
    table = Table(tuple(Name(f"x[{i}]") for i in range(3)), rows)
    outputs = tuple(replace(output, expression=table) for output in found.program.outputs)
    other = replace(found, program=replace(found.program, variables=(), outputs=outputs))
    assert other.word == "not decompiled"
    assert "nothing but a table of answers" in other.summary


def test_what_is_equal_on_no_input_is_not_decompiled():
    found = found_in("sorted-history")
    assert replace(found, equal=replace(found.equal, same=0)).word == "not decompiled"


def test_all_entries_count_not_the_largest_table_alone():
    found = found_in("sorted-history")
    tables = [Table((Name("x[0]"),), tuple((n, n + m) for n in range(16))) for m, _ in enumerate(found.program.outputs)]
    pairs = zip(found.program.outputs, tables, strict=True)
    outputs = tuple(replace(output, expression=table) for output, table in pairs)
    other = replace(found, program=replace(found.program, outputs=outputs))
    assert len(outputs) > 2 and other.program.largest_table == 16
    assert other.missing == (f"tables of {16 * len(outputs)} entries in all, which nobody understands",)


@cache
def solved(model: str) -> Decompilation:
    experiment = named_experiment("notebook")
    weights = {name: array[None] for name, array in load_file(SOLVED / f"model_{model}.safetensors").items()}
    stack = stack_of(experiment.spec, weights)
    # The time is by the clock: more than a busy machine needs.
    return decompile(Subject.of(choose_engine(stack.spec).engine, stack, experiment.task), seconds=1800)


@pytest.mark.parametrize("model", ["A", "B"])
def test_the_notebooks_models_are_equal_to_their_programs_on_every_input(model):
    found = solved(model)
    assert found.equal.inputs == 65_536
    assert found.equal.share == 1
    assert found.program.entries == 0


def test_two_answers_of_model_a_travel_in_two_hops():
    """As patching one position at a time found before: x[1] by way of position 3, x[0] by way of position 5."""
    program = solved("A").program
    held = {v.name: v for v in program.variables}
    assert held["head0[3]"].items[0] == Name("x[1]")
    assert "x[0]" in [str(item) for item in held["head0[5]"].items]
    tokens = np.zeros((1, 16), np.int32)
    besides = tuple(np.array([0]) for _ in held["head0[3]"].items[1:])
    moved = program.answers(tokens, {"head0[3]": (np.array([2]), *besides)})
    assert moved.tolist() == [[1, 1, 1, 1, 1, 1, 3, 1]]


def test_a_head_that_leaks_is_followed_alone_from_inputs_that_agree_in_what_it_leaks():
    """Model B's head brings two digits to position 11, and the shown answer there says the second."""
    found = solved("B")
    [variable] = [v for v in found.program.variables if v.name == "head0[11]"]
    assert len(variable.items) == 2 and len(unread_items(found.program, variable)) == 1
    [score] = [s for s in found.lines if s.variable == "head0[11]"]
    assert score.alone.share < 0.8
    assert min(score.alike.share, score.together.share) > 0.99
    assert found.word == "decompiled"


def test_a_line_that_follows_only_where_everything_does_is_no_success():
    found = found_in("sorted-history")
    score = replace(found.lines[0], decides=True, alone=Rate(100, 60, 50, 10), alike=Rate(100, 70, 50, 20))
    other = replace(found, lines=(score, *found.lines[1:]))
    assert found.word == "decompiled" and other.word == "partly"
    assert "at the place that is named at least 70.00 %" in other.summary


def test_control_a_variable_that_is_the_whole_question_explains_nothing_else():
    """Else an MLP that works the answer out would count as handing on what stands there."""
    task = ReverseIncrement(4, 3)
    spec = spec_for(task, n_layers=1, d_model=8, n_heads=1, d_head=4, d_mlp=16)
    stack = Stack(spec, 3 * initial_stack(spec, [0]).flat)
    network = Network.of(Subject.of(choose_engine(spec, None, 1).engine, stack, task))
    symbols = tuple(Symbol(f"x[{i}]", i + 1) for i in range(3))
    items = tuple(Name(symbol.name) for symbol in symbols)
    heads = tuple(Variable(f"head0[{p}]", items, (Place("blocks.0.attn", p),)) for p in (3, 4, 5))
    outputs = tuple(Output(f"y[{n}]", Name("x[0]"), 3 + n) for n in range(3))
    assert whole(network, Program(symbols, heads, outputs)).share > 0.3


def test_an_interruption_judges_the_best_so_far():
    """Stopped while a second search looks for what the first one missed; here: while the only one is under way."""

    def interrupt(step):
        if step.what.startswith("what blocks.1"):
            raise KeyboardInterrupt

    found = decompile(subject_of("two-hops"), watch=interrupt)
    assert found.word == "not decompiled"
    assert found.missing == ("interrupted",)


def test_verdicts_after_an_interruption_do_not_go_on_for_long(monkeypatch):
    def interrupted(*given):
        for found in searches(*given):
            yield replace(found, equal=replace(found.equal, same=found.equal.same - 1))
            raise KeyboardInterrupt

    searches = decompiling._searches
    monkeypatch.setattr(decompiling, "_searches", interrupted)
    judged = decompile(subject_of("two-hops"))
    assert judged.interrupted and judged.lines
    hurried = decompile(subject_of("two-hops"), after_ctrl_c=-1.0)
    assert hurried.interrupted and hurried.program == judged.program and not hurried.lines


def test_an_answer_that_no_model_can_give_is_not_followed():
    """Forced together, values may be a combination that a table does not have."""
    found = found_in("two-hops").program
    last = found.outputs[-1]
    table = Table((Name("head1[5]"), Name("x[0]")), tuple((d, d, (d + 1) % 4) for d in range(4)))
    other = replace(found, outputs=(*found.outputs[:-1], replace(last, expression=table)))
    network = Network.of(subject_of("two-hops"))
    assert (other.answers(network.tokens) == network.answers).all()
    scores = {score.variable: score for score in realised(network, other, frozenset())}
    assert scores["head1[5]"].together.share == 0.25


@pytest.mark.parametrize("name", ["two-hops", "sorted-history"])
def test_one_input_has_a_program_and_no_success(name):
    circuit = CIRCUITS[name]
    engine = choose_engine(circuit.stack.spec, None, 1).engine
    found = decompile(Subject.of(engine, circuit.stack, circuit.task, Inputs(1)))
    assert found.program is not None
    assert (found.equal.inputs, found.lines[0].together.pairs if found.lines else 1) == (2, 1)


@pytest.mark.parametrize(("at", "kept"), [("where", (False, False)), ("what no line", (True, False))])
def test_an_interruption_of_the_verdicts_keeps_the_program_and_those_before(at, kept):
    def interrupt(step):
        if step.what.startswith(at):
            raise KeyboardInterrupt

    found = decompile(subject_of("two-hops"), watch=interrupt)
    assert found.interrupted and found.word == "partly"
    assert found.equal.share == 1
    assert (bool(found.lines), found.whole is not None) == kept
    assert decompilation_from_json(json.loads(json.dumps(found.as_json()))) == found


def test_verdicts_say_how_far_they_are(monkeypatch):
    monkeypatch.setattr("openwork.programs.verdicts.whole.AT_ONCE", 2)
    steps = []
    decompile(subject_of("two-hops"), watch=steps.append)
    for stage in ("where ", "interchange", "what no line"):
        done = [step.done for step in steps if step.what.startswith(stage)]
        assert len(done) > 1 and done == sorted(set(done))


def test_what_a_line_could_say_otherwise_is_told():
    """`rare-answer` holds a sum of which the answer tells two values apart: that alone passes every test too."""
    found = found_in("rare-answer").otherwise
    assert [other.text for other in found.found] == ["int(sum(x[0:8]) >= 8)"]
    [score] = found_in("rare-answer").lines
    assert found.found[0].explained < score.explained
    assert "int(sum(x[0:8]) >= 8), 2 values" in found.words


def test_control_a_fetched_digit_could_be_said_in_no_other_way():
    found = found_in("sorted-history")
    assert found.otherwise.found == ()
    assert decompilation_from_json(json.loads(json.dumps(found.as_json()))) == found
