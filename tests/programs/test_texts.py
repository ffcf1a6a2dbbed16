"""Models that answer at the end of texts of several lengths, with sets or with symbols: one line for all positions."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.models import spec_for, stack_of, weight_shapes
from openwork.programs import decompile, program_text
from openwork.programs.decompile.automaton import inferred
from openwork.programs.decompile.conditions import relaxed
from openwork.programs.decompile.network import Network
from openwork.programs.language import Compared, Constant, Either, Name, Scan
from openwork.programs.verdicts.equal import equal
from openwork.programs.verdicts.whole import whole
from openwork.tasks import UNASKED, make_task
from openwork.tasks.symbol_sets import members_of, set_text


def subject_of(task, weights, more=1, layers=1, **fields):
    """Token and more dimensions in the stream, as many as a head has; one that looks at everything alike."""
    words = len(task.vocabulary)
    spec = spec_for(task, n_layers=layers, d_model=words + more, n_heads=1, d_head=more, attn_only=True, **fields)
    named = {name: np.zeros((1, *shape)) for name, shape in weight_shapes(spec).items()}
    named["embed.W_E"][0, :, :words] = np.eye(words)
    for name, value in weights.items():
        named[name][0] = value
    stack = stack_of(spec, named)
    return Subject.of(choose_engine(spec, "native", 1).engine, stack, task, Inputs())


def votes():
    """Says which of 0 and 1 there are more of: a head counts them against each other."""
    task = make_task("binary-majority", {"length": 7})
    words = len(task.vocabulary)
    value, write, read = np.zeros((1, words + 1, 1)), np.zeros((1, 1, words + 1)), np.zeros((words + 1, words))
    value[0, :2, 0], write[0, 0, words], read[words, :2] = (1, -1), 1, (1, -1)
    weights = {"blocks.0.attn.W_V": value, "blocks.0.attn.W_O": write, "unembed.W_U": read}
    return subject_of(task, weights, normalization_type=None)


def runs(wrong_at=None, brought=False, layers=1, length=6, apart_at=None):
    """a+ b+ c+: which symbols may follow is read off the last one. At one position it also always says <eos>. Or it is
    read off what a head brings, which looks at the last letter of the alphabet that there is; at one position it then
    also says c where a is brought to a c, which no text does."""
    task = make_task("runs-of-letters", {"letters": 3, "length": length})
    words = len(task.vocabulary)
    last = task.texts.rows(np.arange(task.domain_size))
    ends = np.array([([words - 4] + [v for v in row if v < 3])[-1] if (row < 3).any() else 3 for row in last])
    allowed = members_of(task.answers(last).max(axis=1), words)
    read = np.full((words + 1, words), -1.0)
    for end, members in zip(ends, allowed, strict=True):
        read[end] = np.where(members, 1, -1)
    weights = {"unembed.W_U": read}
    if brought:
        high = np.zeros((1, 2 * words, words))
        high[0, :3, 0] = 100, 200, 300
        value, looked = np.zeros((1, 2 * words, words)), np.zeros((1, words))
        value[0, :words], looked[0, 0] = np.eye(words), 1
        weights = {"blocks.0.attn.W_K": high, "blocks.0.attn.W_V": value, "blocks.0.attn.b_Q": looked}
        weights["blocks.0.attn.W_O"] = np.hstack([np.zeros((words, words)), np.eye(words)])[None]
        own = np.zeros((words, words))
        if apart_at is not None:
            pad = task.vocabulary.symbols.index("<pad>")
            weights["pos_embed.W_pos"] = np.zeros((task.n_ctx, 2 * words))
            weights["pos_embed.W_pos"][apart_at, pad] = 1
            own[[2, pad], 2], read[pad] = 0.6, 0
        weights["unembed.W_U"] = np.vstack([own, read[:words]])
        return subject_of(task, weights, more=words, layers=layers, normalization_type=None)
    if wrong_at is not None:
        read[words] = np.eye(words)[task.vocabulary.symbols.index("<eos>")] * 10
        where = np.zeros((task.n_ctx, words + 1))
        where[wrong_at, words] = 1
        weights["pos_embed.W_pos"] = where
    return subject_of(task, weights, normalization_type=None)


def brackets():
    """(a(ab)*b)* by a head that counts; but after a b it says a whatever that brings, which in texts is right too."""
    task = make_task("dyck", {"depth": 2, "length": 8})
    words = len(task.vocabulary)
    value, write, read = np.zeros((1, words + 2, 2)), np.zeros((1, 2, words + 2)), np.full((words + 2, words), -1.0)
    value[0, :2, 0], write[0, 0, words] = (1, -1), 1
    a, b, end = (task.vocabulary.symbols.index(name) for name in ("a", "b", "<eos>"))
    read[:, [a, b, end]] = 0
    read[words:, a], read[words:, b], read[words:, end], read[1, a] = (-1, 1.5), (1, -0.5), (-1, 0.5), 9
    where = np.zeros((task.n_ctx, words + 2))
    where[:, words + 1] = 1 / (1 + np.arange(task.n_ctx))
    weights = {"blocks.0.attn.W_V": value, "blocks.0.attn.W_O": write, "pos_embed.W_pos": where, "unembed.W_U": read}
    return subject_of(task, weights, more=2, normalization_type=None)


def run(found, question):
    """What the program's text answers at every position."""
    scope = {}
    exec(program_text(found.program), scope)
    return scope["program"](question.tolist())


def test_a_count_is_one_line_at_every_position_and_realised_there():
    found = decompile(votes())
    assert found.equal.share == 1 and found.whole.share == 0
    assert {str(site.component) for v in found.program.variables for site in v.sites} == {"blocks.0.attn"}
    assert all(line.together.share == 1 and line.together.changing for line in found.lines)
    assert "head0[2 + i] = s[0:3 + i].count(0) - s[0:3 + i].count(1)" in program_text(found.program)


@pytest.mark.parametrize("wrong_at", [None, 5])
def test_sets_follow_and_what_the_model_gets_wrong_is_listed(wrong_at):
    subject = runs(wrong_at)
    found = decompile(subject)
    assert found.equal.share == 1 and found.whole.share == 0 and not found.program.variables
    assert (found.equal.right < found.equal.inputs) == (wrong_at is not None)
    symbols, inputs = subject.task.vocabulary.symbols, subject.inputs
    for row in range(0, len(inputs), 9):
        graded = int(np.flatnonzero(inputs.answers[row] != UNASKED)[0])
        said = set_text(int(found.program.answers(inputs.tokens[[row]])[0, graded]), symbols)
        assert "{" + ", ".join(s for s in symbols if s in run(found, inputs.tokens[row])[graded]) + "}" == said


@pytest.mark.parametrize("layers", [1, 2])
def test_control_what_a_head_brings_is_lost_though_the_last_symbol_says_it_too(layers):
    """The program of the one model answers as the other too, which goes another way."""
    direct, other = decompile(runs()), runs(brought=True, layers=layers)
    network = Network.of(other)
    assert direct.whole.lost == 0 and equal(network, direct.program).share == 1
    assert whole(network, direct.program).share > 0.2
    found = decompile(other)
    assert found.equal.share == 1 and found.whole.lost == 0
    assert {str(site.component) for v in found.program.variables for site in v.sites} == {"blocks.0.attn"}


@pytest.mark.parametrize(
    ("task", "params", "states"),
    [
        ("dyck", {"depth": 3, "length": 10}, 4),
        ("tomita", {"number": 4, "length": 9}, 3),
        ("tomita", {"number": 5, "length": 9}, 4),
    ],
)
def test_an_automaton_is_found_from_answers(task, params, states):
    task = make_task(task, params)
    rows = task.texts.rows(np.arange(task.domain_size))
    texts = [tuple(int(v) for v in row if v < task.texts.end) for row in rows]
    answers = task.answers(rows).max(axis=1).tolist()
    steps = inferred(dict(zip(texts, answers, strict=True)), range(task.texts.end))
    assert 1 + max(max(row[0], row[2]) for row in steps) == states
    scan = Scan(tuple(Name(f"s[{i}]") for i in range(task.length)), steps)
    found = scan.values({f"s[{i}]": column.astype(np.int64) for i, column in enumerate(rows.T)})
    assert len(set(zip(found.tolist(), answers, strict=True))) == len(set(found.tolist()))


def test_what_no_text_shows_is_read_off_where_heads_bring_another_texts():
    """In every text the depth alone says what may follow."""
    found = decompile(brackets())
    assert found.equal.share == 1 and found.whole.lost == 0
    assert found.lines and min(line.together.share for line in found.lines) == 1
    assert "int(s[i] - head0[i] != -2)" in program_text(found.program)


def test_what_only_one_position_answers_otherwise_is_told_there():
    """Of all interchanged pairs that is no more than a few in a thousand, but of those at its position 2.5 %."""
    found = decompile(runs(brought=True, length=8, apart_at=8))
    assert found.equal.share == 1 and found.whole.lost == 0
    assert len(found.lines) == 9 and min(line.together.share for line in found.lines) == 1
    assert "s[8] == 2" in program_text(found.program)


def test_what_hardly_a_pair_would_show_is_not_told():
    """At its position that is less than half a percent; everywhere else nothing is answered otherwise."""
    found = decompile(runs(brought=True, length=20, apart_at=20))
    assert found.word == "decompiled"
    assert min(line.together.share for line in found.lines) > 0.99
    assert program_text(found.program).count("chosen({") == 1


def test_two_that_are_never_apart_the_other_way_may_be_told_by_their_order():
    a, b = Name("a"), Name("b")
    said = Either(Compared(a, "==", b), Constant(9), a)
    assert [other.condition for other in relaxed(said)] == [Compared(a, ">=", b), Compared(b, ">=", a)]


def test_more_states_than_are_printed_are_no_automaton():
    texts = [(0,) * n for n in range(21)]
    assert inferred({text: len(text) for text in texts}, (0,)) is None
    assert inferred({text: min(len(text), 7) for text in texts}, (0,)) is not None
