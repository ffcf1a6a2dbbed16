"""Greedy decoding: one pass settles what was guessed right, and what comes out is what decoding step by step gives."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data import draw, enumerate_domain
from openwork.engines import NO_ANSWER, Engine
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import PlanError
from openwork.models import Stack, initial_stack, spec_for
from openwork.tasks import UNASKED, make_task

ENGINES: dict[str, Engine] = {"native": NativeEngine(1), "torch": TorchEngine(1)}
TASK = make_task("varying-copy", {"values": 5, "length": 4})


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def model(seeds=(0, 1), **sizes) -> Stack:
    spec = spec_for(TASK, **{"n_layers": 2, "d_model": 12, "n_heads": 2, "d_head": 6, "d_mlp": 16, **sizes})
    stack = initial_stack(spec, seeds)
    return Stack(spec, 8 * stack.flat)  # far from ties


def asked(n=40):
    inputs = draw(TASK, n)
    return inputs, np.array(inputs.graded)[(inputs.answers != UNASKED).argmax(axis=1)] + 1


def step_by_step(engine, stack, tokens, prompt, end):
    """One symbol a pass, as everybody does it."""
    tokens, found = tokens.copy(), {}
    for at in range(prompt - 1, len(tokens)):
        [trace] = engine.run(stack, tokens[None], graded=[at])
        found[at] = int(trace.logits[0, 0, 0].argmax())
        if found[at] == end:
            break
        if at + 1 < len(tokens):
            tokens[at + 1] = found[at]
    return found


def test_what_comes_out_is_what_step_by_step_gives_whatever_was_guessed(engine):
    stack, (inputs, prompts) = model(), asked(12)
    right = engine.generate(stack, inputs.tokens, prompts, end=TASK.end_token)
    guess = inputs.tokens.copy()
    guess[np.arange(guess.shape[1]) >= prompts[:, None]] = 0
    other = engine.generate(stack, guess, prompts, end=TASK.end_token)
    assert (right.written == other.written).all() and (right.symbols == other.symbols)[right.written].all()
    for m in range(2):
        for row, prompt in enumerate(prompts):
            expected = step_by_step(engine, stack.take([m]), guess[row], prompt, TASK.end_token)
            assert np.flatnonzero(right.written[m, row]).tolist() == list(expected)
            assert right.symbols[m, row][right.written[m, row]].tolist() == list(expected.values())


def test_nothing_is_written_after_the_end_nor_beyond_the_most(engine):
    stack, (inputs, prompts) = model([0]), asked()
    free = engine.generate(stack, inputs.tokens, prompts)
    common = int(np.bincount(free.symbols[free.written]).argmax())
    ended = engine.generate(stack, inputs.tokens, prompts, end=common)
    after = np.cumsum(ended.written & (ended.symbols == common), axis=-1) - (ended.symbols == common)
    assert (ended.written & (ended.symbols == common)).any() and not (ended.written & (after > 0)).any()
    two = engine.generate(stack, inputs.tokens, prompts, most=np.full(len(prompts), 2))
    assert (two.written.sum(axis=-1) == 2).all()


def test_a_right_guess_costs_one_pass():
    engine, stack, (inputs, prompts) = ENGINES["native"], model([0]), asked(20)
    tokens = inputs.tokens.copy()
    first = engine.generate(stack, tokens, prompts)
    rows, at = np.nonzero(first.written[0, :, :-1])
    tokens[rows, at + 1] = first.symbols[0, rows, at]
    assert engine.generate(stack, tokens, prompts).forward_rows == 20 < first.forward_rows


def test_what_is_no_number_ends_the_writing(engine):
    stack, (inputs, prompts) = model([0]), asked(8)
    lost = Stack(stack.spec, np.full_like(stack.flat, np.nan))
    found = engine.generate(lost, inputs.tokens, prompts)
    assert (found.written[0].sum(axis=1) == 1).all() and (found.symbols[found.written] == NO_ANSWER).all()


def test_every_reason_is_told_at_once(engine):
    inputs, prompts = asked(3)
    with pytest.raises(PlanError) as error:
        engine.generate(
            model(attention_dir="bidirectional"), inputs.tokens, prompts * 0, most=np.array([1, -1, 1]), end=99
        )
    assert [reason.where for reason in error.value.reasons] == ["model", "prompts", "most", "end"]


def test_of_a_fixed_length_the_answers_are_written_too(engine):
    task = make_task("reverse", {"base": 3, "length": 3})
    stack = initial_stack(spec_for(task, n_layers=1, d_model=8, n_heads=1, d_head=8, d_mlp=8), [0])
    inputs = enumerate_domain(task)
    found = engine.generate(stack, inputs.tokens, np.full(len(inputs), inputs.graded[0] + 1))
    assert task.writes_answers and found.written[0].sum(axis=1).tolist() == [3] * len(inputs)
