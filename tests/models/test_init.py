"""Initial weights are the same bits on every machine and follow TransformerLens' rule."""

from __future__ import annotations

import hashlib
from statistics import NormalDist

import numpy as np
import pytest

from openwork.models import initial_stack, model_spec
from openwork.models.init import inverse_normal, natural_log

NOTEBOOK = model_spec(n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=16, d_vocab=5, n_ctx=17)


@pytest.mark.parametrize(
    ("dtype", "digest"),
    [
        ("float32", "8bb347fc64c099762cf5dd2509a5fb27b1c0760712f3a76b0bbb7a1f8b37699c"),
        ("float64", "d72389308f9d4c1d2e63cc95a53c8e4b53ddc1054374b697a813a825cecbe831"),
    ],
)
def test_the_bits_of_seed_0_are_frozen(dtype, digest):
    flat = initial_stack(NOTEBOOK.model_copy(update={"dtype": dtype}), [0]).flat[0]
    assert flat[:3] == pytest.approx([0.08445978, -0.26034611, 0.03631311], rel=1e-6)
    assert hashlib.sha256(flat.tobytes()).hexdigest() == digest


def test_a_seed_does_not_depend_on_its_neighbours():
    together = initial_stack(NOTEBOOK, [3, 0, 7])
    for row, seed in enumerate((3, 0, 7)):
        assert together.flat[row].tobytes() == initial_stack(NOTEBOOK, [seed]).flat[0].tobytes()
    assert len({row.tobytes() for row in together.flat}) == 3


def test_matrices_are_normal_biases_zero_and_norms_one():
    spec = model_spec(n_layers=2, d_model=64, n_heads=4, d_head=16, d_mlp=128, d_vocab=60, n_ctx=50)
    for name, array in initial_stack(spec, [0]).named().items():
        short = name.rsplit(".", 1)[1]
        if not short.startswith("W_"):
            assert (array == (short == "w")).all(), name
            continue
        scaled = array.ravel() / (0.8 / np.sqrt(64))
        assert abs(scaled.std() - 1) < 5 / np.sqrt(2 * scaled.size), name
        assert abs(scaled.mean()) < 5 / np.sqrt(scaled.size), name
        assert abs((abs(scaled) < 1).mean() - 0.6827) < 5 * np.sqrt(0.22 / scaled.size), name


def test_a_recipe_may_say_how_large_matrices_begin():
    usual, larger = initial_stack(NOTEBOOK, [4]).flat, initial_stack(NOTEBOOK, [4], 0.25).flat
    matrices = ~np.isin(usual, (0, 1))
    np.testing.assert_allclose(larger[matrices], usual[matrices] * (0.25 * np.sqrt(NOTEBOOK.d_model) / 0.8), rtol=1e-6)
    assert (larger[~matrices] == usual[~matrices]).all()


def test_quantiles_agree_with_the_standard_library():
    p = np.array([1e-300, 1e-16, 1e-5, 0.02, 0.075, 0.1, 0.3, 0.5, 0.7, 0.925, 0.999, 1 - 1e-10])
    np.testing.assert_allclose(inverse_normal(p), [NormalDist().inv_cdf(float(x)) for x in p], rtol=1e-15, atol=1e-15)


def test_logarithms_agree_with_numpy():
    x = np.array([1e-300, 1e-16, 0.1, 0.5, 0.70710678, 0.70710679, 0.999999, 1.5, 3, 1e10])
    np.testing.assert_allclose(natural_log(x), np.log(x), rtol=1e-15, atol=1e-16)
    assert natural_log(np.ones(1))[0] == 0
