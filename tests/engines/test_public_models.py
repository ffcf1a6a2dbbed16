"""Four trained models that nobody here trained do what their authors say they do, in both engines.

The files lie beside the checkout, in ../shared/cases, and are no part of the project; a README there describes them.
Between them they need what no model of ours does: pads masked in a bidirectional model, no norm, attention only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from openwork.data import Dataset
from openwork.engines import Engine, joined
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.models import ModelSpec, Stack, model_spec, stack_of, weight_shapes

CASES = Path(__file__).parents[3] / "shared" / "cases"
ENGINES: dict[str, Engine] = {f"native {level}": NativeEngine(2, level) for level in _core.usable_levels()}
ENGINES["torch"] = TorchEngine(2)
START, PAD, END, OPEN, CLOSE = range(5)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def load(name: str, **fields: object) -> Stack:
    """One model; its attention's mask and its constant for masked scores, saved as if they were weights, are left."""
    path = CASES / f"{name}.pt"
    if not path.exists():
        pytest.skip(f"there is no {path}: the models are not part of the project")
    weights = torch.load(path, weights_only=True, map_location="cpu")
    spec: ModelSpec = model_spec(**fields)
    return stack_of(spec, {key: weights[key].numpy()[None] for key in weight_shapes(spec)})


def brackets_data(inputs: int, hard: bool = False) -> Dataset:
    """Every second one balanced; of the others half have one bracket turned, half are anything. The hard ones have as
    many of each bracket, in any order."""
    draw, texts = np.random.default_rng(0), []
    while len(texts) < inputs:
        half, kind = int(draw.integers(1, 21)), len(texts) % 4
        text = draw.permutation([1, -1] * half) if hard else draw.choice([1, -1], 2 * half)
        if kind != 3 and not (hard and kind == 1):
            text = balanced_text(draw, half)
            text[draw.integers(2 * half)] *= -1 if kind == 1 else 1
        if is_balanced(text) == (kind % 2 == 0):
            texts.append(text)
    tokens = np.full((inputs, 42), PAD, np.int32)
    for row, text in zip(tokens, texts, strict=True):
        row[: len(text) + 2] = [START, *np.where(text == 1, OPEN, CLOSE), END]
    answers = np.array([[is_balanced(text)] for text in texts], np.int32)
    return Dataset(tokens, answers, (0,), np.arange(inputs))


def balanced_text(draw: np.random.Generator, half: int) -> np.ndarray:
    """Of `half` pairs, 1 for an opening and -1 for a closing bracket; all are equally likely (the cycle lemma)."""
    steps = draw.permutation([1] * half + [-1] * (half + 1))
    return np.roll(steps, -1 - int(np.argmin(steps.cumsum())))[:-1]


def is_balanced(text: np.ndarray) -> bool:
    depths = text.cumsum()
    return bool(depths[-1] == 0 and depths.min() >= 0)


def accuracy(engine: Engine, stack: Stack, dataset: Dataset) -> float:
    return float(engine.score(stack, dataset).accuracy[0])


def brackets() -> Stack:
    sizes = dict(n_layers=3, d_model=56, n_heads=2, d_head=28, d_mlp=56, d_vocab=5, d_vocab_out=2, n_ctx=42)
    return load("brackets", **sizes, attention_dir="bidirectional", pad_token=PAD)


def test_brackets(engine: Engine):
    """Right on all, and on nearly all of the hardest; guessing where pads are seen."""
    stack, dataset = brackets(), brackets_data(5000)
    assert dataset.answers.mean() == 0.5
    assert accuracy(engine, stack, dataset) == 1.0
    assert accuracy(engine, stack, brackets_data(5000, hard=True)) > 0.995
    unmasked = Stack(stack.spec.model_copy(update={"pad_token": None}), stack.flat)
    assert accuracy(engine, unmasked, dataset) < 0.7


def test_sign_of_a_running_sum(engine: Engine):
    sizes = dict(n_layers=1, d_model=24, n_heads=1, d_head=12, d_mlp=8, d_vocab=11, d_vocab_out=3, n_ctx=20)
    stack = load("cumsum_sign", **sizes, normalization_type=None)
    numbers = np.random.default_rng(0).integers(-5, 6, (5000, 20))
    answers = (np.sign(numbers.cumsum(axis=1)) + 1).astype(np.int32)
    dataset = Dataset((numbers % 11).astype(np.int32), answers, tuple(range(20)), np.arange(5000))
    assert accuracy(engine, stack, dataset) > 0.9999


def test_first_unique_letter(engine: Engine):
    sizes = dict(n_layers=2, d_model=42, n_heads=3, d_head=14, d_vocab=11, n_ctx=20)
    stack, unknown = load("first_unique_char", **sizes, attn_only=True), 10
    letters = np.random.default_rng(0).integers(0, 10, (2000, 19))
    answers = np.full((2000, 20), unknown, np.int32)
    for row, said in zip(letters, answers, strict=True):
        for n in range(1, 20):
            once = [letter for letter in row[:n] if (row[:n] == letter).sum() == 1]
            said[n] = once[0] if once else unknown
    tokens = np.pad(letters, ((0, 0), (1, 0)), constant_values=unknown).astype(np.int32)
    found = accuracy(engine, stack, Dataset(tokens, answers, tuple(range(20)), np.arange(2000)))
    assert abs(found - 0.9927) < 0.003


def test_palindromes(engine: Engine):
    sizes = dict(n_layers=2, d_model=28, n_heads=2, d_head=14, d_vocab=33, d_vocab_out=2, n_ctx=22)
    stack, draw = load("palindrome", **sizes, attn_only=True), np.random.default_rng(0)
    half = draw.integers(0, 31, (5000, 10))
    mirrored = np.where(draw.random((5000, 10)) < 0.1, draw.integers(0, 31, (5000, 10)), half)
    numbers = np.concatenate([half, mirrored[:, ::-1]], axis=1)
    tokens = np.pad(numbers, ((0, 0), (1, 1)), constant_values=((0, 0), (31, 32))).astype(np.int32)
    answers = (numbers == numbers[:, ::-1]).all(axis=1, keepdims=True).astype(np.int32)
    found = accuracy(engine, stack, Dataset(tokens, answers, (21,), np.arange(5000)))
    assert abs(found - 0.909) < 0.015


def test_engines_agree_on_the_brackets():
    """Rows that are half pads, at sizes that no test of ours has."""
    stack, tokens = brackets(), brackets_data(300).tokens
    logits = {name: joined(engine.run(stack, tokens, graded=(0,))).logits for name, engine in ENGINES.items()}
    for name, found in logits.items():
        np.testing.assert_allclose(found, logits["torch"], rtol=0, atol=1e-4, err_msg=name)
