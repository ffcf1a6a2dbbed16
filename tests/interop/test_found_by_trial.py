"""What a file does not say is found by asking the task's questions; what they cannot tell is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from openwork.data import draw, enumerate_domain
from openwork.errors import CheckpointError
from openwork.interop import Checkpoint, imported_model, read_checkpoint
from openwork.interop.targets import Target
from openwork.interop.transformer_lens import state_dict_for
from openwork.models import Stack, n_params, spec_for, stack_of
from openwork.tasks import ReverseIncrement, make_task
from openwork.testing.known_circuits import known_circuits

CASES = Path(__file__).parents[3] / "shared" / "cases"
CIRCUIT = next(circuit for circuit in known_circuits() if circuit.name == "curved-mlp-increments")


def found(stack: Stack, target: Target = "transformer-lens-3", **options):
    checkpoint = Checkpoint("model.pt", "0" * 64, state_dict_for(stack, target))
    return imported_model(checkpoint, options, CIRCUIT.task, enumerate_domain(CIRCUIT.task))


def test_a_known_circuit_is_found_with_the_names_of_either_version():
    for target in ("transformer-lens-3", "transformer-lens-4"):
        model = found(CIRCUIT.stack, target)
        assert (model.stack.spec.act_fn, model.stack.spec.normalization_type) == ("relu", None), target
        assert model.stack.spec.n_heads == 1 and model.identified.best.accuracy == 1
        assert model.identified.tried > 20 and model.identified.second.accuracy < 1


def test_what_is_said_is_not_tried():
    model = found(CIRCUIT.stack, act_fn="relu", normalization_type=None, attention_dir="causal", attn_scale=None)
    assert model.identified is None or model.identified.tried <= CIRCUIT.stack.spec.d_vocab


@pytest.mark.parametrize(("tried", "said"), [(1, "1 combination, nothing to choose"), (2, "2 combinations tried; all")])
def test_one_combination_is_no_search(tried, said):
    model = found(CIRCUIT.stack)
    alone = replace(model.identified, rivals=(), second=None, tried=tried)
    assert replace(model, identified=alone).search.startswith(said)


def test_what_makes_no_difference_is_told():
    """A bidirectional model whose heads look at what is behind anyway; sharp scores stay sharp unscaled."""
    said = {s.field: s.by for s in found(CIRCUIT.stack).known}
    assert "found" in said["act_fn"]
    assert any("no difference" in said[f] or "not for sure" in said[f] for f in ("attention_dir", "attn_scale"))


def test_token_ids_that_are_shifted_are_found():
    named = {name: np.array(array) for name, array in CIRCUIT.stack.named().items()}
    named["embed.W_E"] = np.roll(named["embed.W_E"], 2, axis=1)
    model = found(stack_of(CIRCUIT.stack.spec, named))
    assert {s.field: s.value for s in model.known}["token_shift"] == 2
    assert model.identified.best.accuracy == 1


def test_a_model_of_another_task_is_refused_with_every_reason():
    other = ReverseIncrement(7, 8)
    checkpoint = Checkpoint("model.pt", "0" * 64, state_dict_for(CIRCUIT.stack, "safetensors"))
    with pytest.raises(CheckpointError) as caught:
        imported_model(checkpoint, {}, other, draw(other, 8))
    for words in ("d_vocab: is 5", "d_vocab_out: is 5", "n_ctx: is 7", "needs 16", "--param"):
        assert words in str(caught.value), words


def test_a_model_without_positions_takes_the_context_of_the_task():
    spec = spec_for(CIRCUIT.task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3, positional_embedding_type="none")
    stack = Stack(spec, np.random.default_rng(0).normal(size=(1, n_params(spec))).astype(np.float32))
    checkpoint = Checkpoint("model.pt", "0" * 64, state_dict_for(stack, "safetensors"))
    model = imported_model(checkpoint, {}, CIRCUIT.task, enumerate_domain(CIRCUIT.task))
    assert model.stack.spec.n_ctx == CIRCUIT.task.n_ctx
    assert model.stack.spec.positional_embedding_type == "none"


@pytest.mark.parametrize(
    ("name", "task", "accuracy", "within", "fields"),
    [
        ("palindrome", "palindrome", 0.909, 0.01, {"attention_dir": "causal", "attn_scale": None}),
        ("first_unique_char", "first-unique", 0.9927, 0.003, {"attention_dir": "causal", "attn_scale": None}),
        ("cumsum_sign", "running-sum-sign", 1.0, 1e-4, {"attention_dir": "causal", "act_fn": "relu"}),
        ("brackets", "balanced-brackets", 1.0, 1e-3, {"attention_dir": "bidirectional", "pad_token": 1}),
    ],
)
def test_the_public_models_are_found(name, task, accuracy, within, fields):
    """Files of others, beside the checkout: see test_public_models.py of the engines."""
    path = CASES / f"{name}.pt"
    if not path.exists():
        pytest.skip(f"there is no {path}: the models are not part of the project")
    made = make_task(task)
    model = imported_model(read_checkpoint(path), {}, made, draw(made, 4096))
    assert {f: getattr(model.stack.spec, f) for f in fields} == fields
    assert abs(model.identified.best.accuracy - accuracy) < max(within, 0.02 if name == "palindrome" else within)
