from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from openwork.errors import RecipeError
from openwork.training import Recipe, learning_rate, recipe


def test_the_defaults_are_the_notebooks():
    assert Recipe().model_dump() == {
        "epochs": 40,
        "batch_size": 256,
        "lr": 6e-3,
        "schedule": "warmup-cosine",
        "warmup_epochs": 5,
        "peak": 1.3,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
        "weight_decay": 0.01,
        "max_grad_norm": 1.0,
        "stop_when_solved": True,
    }
    assert Recipe(beta1=0.8, max_grad_norm=None).optimiser.beta1 == 0.8
    assert Recipe(beta1=0.8, max_grad_norm=None).optimiser.max_grad_norm is None


def test_every_wrong_field_is_told_at_once():
    with pytest.raises(RecipeError) as error:
        recipe(epochs=0, batch_size=2.5, lr=math.nan, beta1=1.0, schedule="cosine", weight_decy=0.1)
    told = {reason.where: str(reason) for reason in error.value.reasons}
    assert set(told) == {"epochs", "batch_size", "lr", "beta1", "schedule", "weight_decy"}
    assert told["weight_decy"] == "weight_decy: there is no such field (did you mean 'weight_decay'?)"
    assert "got 0" in told["epochs"]
    assert "warmup-cosine" in told["schedule"]


def test_a_recipe_is_frozen():
    with pytest.raises(ValidationError):
        Recipe().epochs = 3


def test_the_schedule_is_the_notebooks_formula():
    for e in range(40):
        factor = (e + 1) / 5 if e < 5 else 0.65 * (1 + math.cos(math.pi * (e - 5) / 35))
        assert learning_rate(Recipe(), e) == pytest.approx(6e-3 * factor, rel=1e-14)
    assert learning_rate(Recipe(), 5) == pytest.approx(1.3 * 6e-3)


def test_other_schedules():
    constant = recipe(schedule="constant", lr=0.5)
    assert [learning_rate(constant, e) for e in (0, 39)] == [0.5, 0.5]
    no_warmup = recipe(epochs=4, warmup_epochs=0, lr=1.0, peak=1.0)
    assert [learning_rate(no_warmup, e) for e in range(4)] == pytest.approx([1, 0.8535534, 0.5, 0.1464466])
    only_warmup = recipe(epochs=2, warmup_epochs=4, lr=1.0)
    assert [learning_rate(only_warmup, e) for e in range(2)] == [0.25, 0.5]
