"""Whole, of texts: what a line's place holds besides is seen, where another text agrees with it and where none does."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.models import spec_for, stack_of, weight_shapes
from openwork.programs import Place, Program, Symbol, Variable, decompile, program_text
from openwork.programs.decompile.network import Network
from openwork.programs.language import Chosen, Compared, Constant, Count, Either, Minus, Name, Plus
from openwork.programs.program import Output
from openwork.programs.verdicts.equal import equal
from openwork.programs.verdicts.realised import realised
from openwork.programs.verdicts.whole import whole
from openwork.tasks import make_task

NUMBERS = 14
"""that are counted: 91 questions, and none that its last number, its place and where it stops leave with another"""
FAR = 100.0
"""a score that takes all of a head's attention"""
BEGINS, STOPS = "s[1]", "s[2]"


def network_of(task, spec, weights):
    named = {name: np.zeros((1, *shape)) for name, shape in weight_shapes(spec).items()}
    for name, value in weights.items():
        named[name][0] = value
    stack = stack_of(spec, named)
    return Network.of(Subject.of(choose_engine(spec, "native", 1).engine, stack, task, Inputs()))


def counting(leak=False, stops=False):
    """a, b: the numbers a to b. Head 0 brings where to begin, then where to stop, and the MLP compares it with the
    number there. Head 1 brings where to begin as well; with a leak the MLP stops, too, at a number below that, which no
    text has. After the largest number the number brought is said, or it stops there, which is the same in texts."""
    task = make_task("count-up", {"numbers": NUMBERS, "most": NUMBERS})
    words, places = len(task.vocabulary), task.n_ctx
    sep, end = (task.vocabulary.symbols.index(name) for name in ("<sep>", "<eos>"))
    token, brought, begun = (slice(n * words, (n + 1) * words) for n in range(3))
    at = slice(3 * words, 3 * words + places)
    width = 3 * words + places
    spec = spec_for(
        task, n_layers=1, n_heads=2, d_head=max(words, places), d_model=width,
        d_mlp=2 * NUMBERS + NUMBERS**2, act_fn="relu", normalization_type=None,
    )  # fmt: skip
    weights = {name: np.zeros(shape) for name, shape in weight_shapes(spec).items()}
    weights["embed.W_E"][:, token] = np.eye(words)
    weights["pos_embed.W_pos"][:, at] = np.eye(places)
    for head, target in enumerate((brought, begun)):
        query, key = weights["blocks.0.attn.W_Q"][head], weights["blocks.0.attn.W_K"][head]
        for position in range(places):
            looked = 1 if head or position <= 3 else 2
            query[at.start + position, looked] = FAR
        key[at, :places] = np.eye(places)
        weights["blocks.0.attn.W_V"][head][token, :words] = np.eye(words)
        weights["blocks.0.attn.W_O"][head][:words, target] = np.eye(words)
    inner, bias, outer = (weights[f"blocks.0.mlp.{name}"] for name in ("W_in", "b_in", "W_out"))
    bias[:] = -1
    for v in range(NUMBERS):
        # At the sign the number brought is said; and it ends where the number there is the one brought.
        inner[[sep, brought.start + v], v], outer[v, brought.start + v] = 1, 9
        inner[[v, brought.start + v], NUMBERS + v], outer[NUMBERS + v, token.start + end] = 1, 9
    for number, (u, v) in enumerate(np.ndindex(NUMBERS, NUMBERS)):
        if leak and v < u:
            inner[[begun.start + u, v], 2 * NUMBERS + number] = 1
            outer[2 * NUMBERS + number, token.start + end] = 9
    read = weights["unembed.W_U"]
    read[token.start + end, end] = 1
    for v in range(NUMBERS):
        read[brought.start + v, v] = 0.5
        if v + 1 < NUMBERS:
            read[v, v + 1] = 2
        elif stops:
            read[v, end] = 2
    return network_of(task, spec, weights)


def counted(network, stop):
    """That program, with `stop` brought to every number."""
    end = network.subject.task.vocabulary.symbols.index("<eos>")
    symbols = tuple(Symbol(f"s[{p}]", p) for p in range(network.tokens.shape[1]))
    variables, outputs = [], []
    for name, position in zip(network.subject.task.outputs, network.dataset.graded, strict=True):
        here, first = Name(f"s[{position}]"), position == network.dataset.graded[0]
        sites = tuple(Place(f"blocks.0.attn.head.{h}", position) for h in range(2))
        variable = Variable(f"head0[{position}]", (Name(BEGINS),) if first else stop(position), sites)
        variables.append(variable)
        held = Name(variable.columns[-1])
        said = Either(Compared(here, "==", held), Constant(end), Plus(here, Constant(1)))
        outputs.append(Output(name, held if first else said, position))
    return Program(symbols, tuple(variables), tuple(outputs))


def test_after_the_largest_number_it_stops_whatever_is_brought():
    """In every text the number brought is the largest then; the next one is no answer."""
    found = decompile(counting(stops=True).subject)
    assert found.equal.share == 1 and found.whole.lost == 0
    assert min(line.together.share for line in found.lines) == 1
    assert f"if int(s[5 + i] == {NUMBERS - 1})" in program_text(found.program)


def lost(network, program):
    return whole(network, program).share


def test_where_no_other_text_agrees_the_right_program_loses_nothing():
    """Its last number and where it stops leave one text."""
    network = counting()
    program = counted(network, lambda p: (Name(STOPS),))
    assert equal(network, program).share == 1
    assert lost(network, program) == 0


@pytest.mark.parametrize("stop", [(BEGINS,), (BEGINS, STOPS)], ids=["where it begins", "the whole question"])
def test_control_where_no_other_text_agrees_a_wrong_line_loses(stop):
    """Also one that holds the question, and so answers as the model does."""
    network = counting()
    program = counted(network, lambda p: tuple(map(Name, stop)))
    assert lost(network, program) > 0.2


def test_control_where_no_other_text_agrees_a_leak_is_seen():
    """Its heads hold where to begin too, and with another text's it ends at once."""
    network = counting(leak=True)
    program = counted(network, lambda p: (Name(STOPS),))
    assert equal(network, program).share == 1
    assert lost(network, program) > 0.05


def brackets(leak=False):
    """(a(ab)*b)*: one head counts, and what is answered follows from that. With a leak the other head takes away again
    what the last symbol would say besides."""
    task = make_task("dyck", {"depth": 2, "length": 8})
    words, places = len(task.vocabulary), task.n_ctx
    width = 2 * words + places + 2
    token, taken, at = slice(0, words), slice(words, 2 * words), slice(2 * words, 2 * words + places)
    count, one = width - 2, width - 1
    spec = spec_for(
        task, n_layers=1, n_heads=2, d_head=max(words, places), d_model=width, attn_only=True, normalization_type=None
    )
    weights = {name: np.zeros(shape) for name, shape in weight_shapes(spec).items()}
    weights["embed.W_E"][:, token] = np.eye(words)
    where = weights["pos_embed.W_pos"]
    where[:, at] = np.eye(places)
    where[:, one] = 1 / (1 + np.arange(places))
    weights["blocks.0.attn.W_V"][0][:2, 0], weights["blocks.0.attn.W_O"][0][0, count] = (1, -1), 1
    weights["blocks.0.attn.W_Q"][1][at, :places] = FAR * np.eye(places)
    weights["blocks.0.attn.W_K"][1][at, :places] = np.eye(places)
    weights["blocks.0.attn.W_V"][1][token, :words] = np.eye(words)
    weights["blocks.0.attn.W_O"][1][:words, taken] = -np.eye(words)
    a, b, end = (task.vocabulary.symbols.index(name) for name in ("a", "b", "<eos>"))
    read = weights["unembed.W_U"]
    read[[count, one]] = -1
    read[count, [a, b, end]], read[one, [a, b, end]] = (-1, 1, -1), (1.5, -0.5, 0.5)
    if leak:
        for part in (token, taken):
            read[part.start + 1, a] = read[part.start, end] = 9
    return network_of(task, spec, weights)


def counted_brackets(network):
    """That program; its line stands at both heads."""
    symbols = tuple(Symbol(f"s[{p}]", p) for p in range(network.tokens.shape[1]))
    vocabulary = network.subject.task.vocabulary.symbols
    bits = tuple(vocabulary.index(name) for name in ("a", "b", "<eos>"))
    variables, outputs = [], []
    for name, position in zip(network.subject.task.outputs, network.dataset.graded, strict=True):
        read = tuple(Name(f"s[{p}]") for p in range(position + 1))
        sites = tuple(Place(f"blocks.0.attn.head.{h}", position) for h in range(2))
        variables.append(Variable(f"head0[{position}]", (Minus(Count(read, 0), Count(read, 1)),), sites))
        depth = Name(f"head0[{position}]")
        said = (
            Compared(depth, "<", Constant(2)),
            Compared(depth, "!=", Constant(0)),
            Compared(depth, "==", Constant(0)),
        )
        outputs.append(Output(name, Chosen(said, ("a", "b", "<eos>"), bits), position))
    return Program(symbols, tuple(variables), tuple(outputs))


def test_a_count_holds_nothing_besides():
    network = brackets()
    program = counted_brackets(network)
    assert equal(network, program).share == 1
    assert lost(network, program) == 0
    assert min(score.together.share for score in realised(network, program, frozenset())) == 1


def test_control_a_leak_is_seen_though_other_texts_agree_and_there_is_no_mlp():
    network = brackets(leak=True)
    program = counted_brackets(network)
    assert equal(network, program).share == 1
    assert lost(network, program) > 0.05


@pytest.mark.parametrize(
    ("leak", "line"), [(True, "head0[i] = s[i]"), (False, "s[0:1 + i].count(0) - s[0:1 + i].count(1)")]
)
def test_what_a_head_brings_of_its_own_position_is_said_where_it_does(leak, line):
    """Nothing tells it from the symbol that stands there but the answers where it is another text's."""
    found = decompile(brackets(leak).subject)
    assert found.equal.share == 1 and found.whole.lost == 0
    assert found.least("together") == 1
    assert line in program_text(found.program)
