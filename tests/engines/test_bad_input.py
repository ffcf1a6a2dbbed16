"""What does not fit is refused with every reason, by every engine, before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from openwork.data import Dataset
from openwork.engines import AdamW, Batches, Engine, OptimiserState
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import PlanError
from openwork.interventions import Linearise, Mean, Patch, Plan, Set, Zero
from openwork.models import model_spec
from openwork.testing.engine_case import make_case, training_work

SPEC = model_spec(n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=6, d_vocab=5, d_vocab_out=3, n_ctx=4)
CASE = make_case(SPEC, seed=1, models=2, inputs=12)
STACK = CASE.stack
TOKENS = np.zeros((12, 4), np.int32)
DATASET = Dataset(TOKENS, np.zeros((12, 2), np.int32), (1, 3), np.arange(12))
STATE, BATCHES = training_work(replace(CASE, dataset=DATASET), 2, warm=False)


@pytest.fixture(params=[NativeEngine, TorchEngine], ids=["native", "torch"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param(2)


def put(array: np.ndarray, place: tuple[int, int], value: int) -> np.ndarray:
    changed = array.copy()
    changed[place] = value
    return changed


def told(call: Callable[[], object]) -> str:
    with pytest.raises(PlanError) as error:
        call()
    return str(error.value)


TOKEN_SLIPS = {
    "above the vocabulary": (put(TOKENS, (3, 2), 5), "tokens: id 5 at input 3, pos 2 is not in the vocabulary"),
    "negative": (put(TOKENS, (0, 1), -1), "tokens: id -1 at input 0, pos 1"),
    "wraps to a right one": (put(TOKENS.astype(np.int64), (0, 1), 2**32), "tokens: id 4294967296 at input 0"),
    "too long": (np.zeros((2, 5), np.int32), "5 positions are more than n_ctx 4"),
    "no input": (np.zeros((0, 4), np.int32), "tokens: has shape (0, 4)"),
    "no position": (np.zeros((4, 0), np.int32), "tokens: has shape (4, 0)"),
    "one axis": (np.zeros(4, np.int32), "tokens: has shape (4,)"),
    "three axes": (np.zeros((2, 4, 1), np.int32), "tokens: has shape (2, 4, 1)"),
    "not whole": (TOKENS + 0.5, "tokens: are float64 (give whole numbers)"),
    "not a number": (np.full((2, 4), np.nan), "tokens: are float64"),
    "truths": (TOKENS > 0, "tokens: are bool"),
}


@pytest.mark.parametrize("slip", TOKEN_SLIPS)
def test_tokens(engine: Engine, slip: str):
    tokens, said = TOKEN_SLIPS[slip]
    dataset = replace(DATASET, tokens=tokens)
    calls = [
        lambda: engine.run(STACK, tokens, graded=(0,)),
        lambda: engine.score(STACK, dataset),
        lambda: engine.gradients(STACK, dataset),
        lambda: engine.gradients_at(STACK, dataset, sites=("hook_embed",)),
        lambda: engine.train(STACK, STATE, replace(BATCHES, dataset=dataset), AdamW()),
    ]
    for call in calls:
        assert said in told(call)


@pytest.mark.parametrize("graded", [(), (4,), (-1,), (2, 1), (1, 1)])
def test_graded_positions(engine: Engine, graded: tuple[int, ...]):
    assert "give ascending positions from 0 to 3" in told(lambda: engine.run(STACK, TOKENS, graded=graded))


@pytest.mark.parametrize("slip", TOKEN_SLIPS)
def test_sources_and_reference(engine: Engine, slip: str):
    """Also a source that bears the name of the tokens themselves."""
    tokens, plan = TOKEN_SLIPS[slip][0], Plan((Patch("blocks.0.mlp", source="tokens"), Mean("blocks.0.attn")))
    said = told(lambda: engine.run(STACK, TOKENS, plan, graded=(0,), sources={"tokens": tokens}, reference=tokens))
    assert "source 'tokens': " in said and "reference: " in said
    said = told(lambda: engine.score(STACK, DATASET, plan, sources={"tokens": tokens}, reference=tokens))
    assert "source 'tokens': " in said and "reference: " in said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (put(DATASET.answers, (2, 1), 3), "answers: id 3 at input 2, graded position 1"),
        (put(DATASET.answers, (0, 0), -2), "answers: id -2 at input 0, graded position 0"),
        (DATASET.answers[:, :1], "answers: have shape (12, 1) (expected (12, 2))"),
        (DATASET.answers[:5], "answers: have shape (5, 2)"),
        (DATASET.answers * 1.0, "answers: are float64"),
    ],
)
def test_answers(engine: Engine, answers: np.ndarray, said: str):
    dataset = replace(DATASET, answers=answers)
    for call in (engine.score, engine.gradients):
        assert said in told(lambda call=call: call(STACK, dataset))
    assert said in told(lambda: engine.train(STACK, STATE, replace(BATCHES, dataset=dataset), AdamW()))


def test_every_reason_of_a_plan(engine: Engine):
    edits = (
        Zero("blocks.0.attn.hook_zz"),
        Zero("blocks.7.mlp"),
        Zero("hook_embed", positions=(4,), units=(9,)),
        Zero("hook_embed", heads=(0,)),
        Zero("hook_embed", positions=()),
        Patch("hook_embed"),
        Set("hook_embed", value=(1.0, 2.0)),
        Linearise("blocks.0.attn"),
    )
    said = told(lambda: engine.run(STACK, TOKENS, Plan(edits, ("blocks.0.hook_pattern",)), graded=(0,)))
    for reason in (
        "blocks.0.attn.hook_zz: this model has no such site (did you mean 'blocks.0.attn.hook_z'",
        "blocks.7.mlp: this model has no such site",
        "hook_embed, positions: [4] out of range (0 to 3)",
        "hook_embed, units: [9] out of range (0 to 3)",
        "hook_embed, heads: this site has no such axis",
        "hook_embed, positions: an empty choice edits nothing",
        "Patch(hook_embed, source=source): its source inputs are not given",
        "2 numbers for 16 places",
        "blocks.0.attn: only an MLP can be linearised",
        "blocks.0.hook_pattern: this model has no such site",
    ):
        assert reason in said, reason
    assert told(lambda: engine.score(STACK, DATASET, Plan(edits))).count("\n") >= 9


def test_a_source_of_another_name(engine: Engine):
    plan = Plan((Patch("hook_embed", source="corrupt"),))
    said = told(lambda: engine.score(STACK, DATASET, plan, sources={"corrupted": TOKENS}))
    assert "did you mean 'corrupted'?" in said


def test_every_reason_of_the_inputs_at_once(engine: Engine):
    tokens = put(np.zeros((2, 6), np.int32), (1, 1), 9)
    said = told(lambda: engine.run(STACK.take([]), tokens, graded=(7,), sources={"a": TOKENS}, reference=TOKENS))
    for reason in ("stack: holds no model", "id 9", "n_ctx 4", "graded: (7,)", "source 'a'", "reference: has shape"):
        assert reason in said


def test_blocks(engine: Engine):
    assert "block: 0" in told(lambda: engine.run(STACK, TOKENS, graded=(0,), block=0))
    assert "block: 0" in told(lambda: engine.gradients_at(STACK, DATASET, sites=("hook_embed",), block=0))


@pytest.mark.parametrize(
    ("slopes", "said"),
    [
        (np.zeros((12, 2, 3), np.int64), "slopes: are int64 (give floating-point numbers)"),
        (np.zeros((12, 2, 4)), "slopes: have shape (12, 2, 4) (expected (12, 2, 3), or one for each model)"),
        (np.zeros((3, 12, 2, 3)), "slopes: have shape (3, 12, 2, 3)"),
        (np.zeros((12, 3)), "slopes: have shape (12, 3)"),
    ],
)
def test_slopes(engine: Engine, slopes: np.ndarray, said: str):
    asked = told(lambda: engine.gradients_at(STACK, DATASET, sites=(), slopes=slopes))
    assert said in asked and "sites: none is named" in asked


def test_sites_of_gradients(engine: Engine):
    plan = Plan((Zero("blocks.0.attn.hook_zz"),), ("blocks.3.mlp",))
    said = told(lambda: engine.gradients_at(STACK, DATASET, plan, sites=("blocks.0.attn", "hook_embd")))
    assert "hook_embd: this model has no such site (did you mean 'hook_embed'" in said
    assert "hook_zz" in said and "blocks.3.mlp" in said and "blocks.0.attn:" not in said


BATCH_SLIPS: dict[str, tuple[OptimiserState, Batches, str]] = {
    "order outside": (STATE, replace(BATCHES, order=BATCHES.order + 12), "names inputs outside the dataset (0 to 11)"),
    "order negative": (STATE, replace(BATCHES, order=BATCHES.order - 12), "names inputs outside the dataset"),
    "order of one model": (STATE, replace(BATCHES, order=BATCHES.order[:1]), "order: has shape (1, 13)"),
    "order of one axis": (STATE, replace(BATCHES, order=BATCHES.order[0]), "order: has shape (13,)"),
    "order not whole": (STATE, replace(BATCHES, order=BATCHES.order * 1.0), "order: has shape (2, 13) of float64"),
    "no order": (STATE, replace(BATCHES, order=BATCHES.order[:, :0]), "batch_size: 8 of 0 inputs"),
    "no batch": (STATE, replace(BATCHES, batch_size=0), "batch_size: 0 of 13 inputs"),
    "rates of other steps": (STATE, replace(BATCHES, rates=BATCHES.rates[:, :1]), "rates: has shape (2, 1)"),
    "state of one model": (STATE.take([0]), BATCHES, "exp_avg: has shape (1, "),
    "state without squares": (replace(STATE, exp_avg_sq=STATE.exp_avg_sq[:, :3]), BATCHES, "exp_avg_sq: has shape"),
    "state in float64": (replace(STATE, exp_avg=STATE.exp_avg.astype(np.float64)), BATCHES, "of float64 (expected"),
    "state in float16": (replace(STATE, exp_avg_sq=STATE.exp_avg_sq.astype(np.float16)), BATCHES, "of float16"),
    "step in int32": (replace(STATE, step=STATE.step.astype(np.int32)), BATCHES, "step: has shape (2,) of int32"),
}


@pytest.mark.parametrize("slip", BATCH_SLIPS)
def test_batches(engine: Engine, slip: str):
    state, batches, said = BATCH_SLIPS[slip]
    assert said in told(lambda: engine.train(STACK, state, batches, AdamW()))


def test_arrays_of_any_layout_are_taken(engine: Engine):
    """Only values and shapes count, not strides or the width of whole numbers."""
    case = make_case(SPEC, seed=2, models=2, inputs=20)
    dataset = case.dataset
    turned = replace(dataset, tokens=np.asfortranarray(dataset.tokens), answers=dataset.answers[::-1].copy()[::-1])
    wide = replace(dataset, tokens=dataset.tokens.astype(np.int64), answers=dataset.answers.astype(np.uint8))
    expected = engine.score(case.stack, dataset).loss
    assert np.array_equal(engine.score(case.stack, turned).loss, expected)
    assert np.array_equal(engine.score(case.stack, wide).loss, expected)
    state, batches = training_work(case, 2, warm=True)
    odd = OptimiserState(np.asfortranarray(state.exp_avg), state.exp_avg_sq, state.step)
    other = replace(batches, dataset=wide, order=np.asfortranarray(batches.order))
    found = engine.train(case.stack, odd, other, AdamW()).stack.flat
    assert np.array_equal(found, engine.train(case.stack, state, batches, AdamW()).stack.flat)
