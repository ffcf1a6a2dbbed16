"""Sums over inputs, which means are made of: those of the values that a pass keeps, whatever neighbours share."""

import numpy as np
import pytest

from openwork.data import enumerate_domain
from openwork.engines import Engine
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Plan
from openwork.models import ModelSpec, initial_stack, model_spec, sites_of
from openwork.tasks import ReverseIncrement

ENGINES: dict[str, Engine] = {"native": NativeEngine(2), "torch": TorchEngine(1)}
TASK = ReverseIncrement(3, 4)


def spec_of(**more: object) -> ModelSpec:
    sizes = {"n_layers": 2, "d_model": 6, "n_heads": 2, "d_head": 3, "d_mlp": 5, "n_ctx": TASK.n_pos}
    return model_spec(**sizes | {"d_vocab": len(TASK.vocabulary)} | more)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize("more", [{}, {"attention_dir": "bidirectional"}, {"normalization_type": None}])
def test_sums_at_every_site_are_those_of_what_a_pass_keeps(engine: Engine, more):
    spec = spec_of(**more)
    stack, tokens = initial_stack(spec, [0, 1]), enumerate_domain(TASK).tokens
    sites = tuple(sites_of(spec))
    [trace] = engine.run(stack, tokens, Plan(captures=sites), graded=(0,))
    for site, found in engine._site_sums(stack, tokens, sites).items():
        hidden = ~np.isfinite(trace.captures[site]).all(axis=(0, 1))  # scores that the mask hides
        expected = trace.captures[site].sum(axis=1, dtype=np.float64)
        near = np.isclose(found, expected, rtol=1e-5, atol=1e-4)
        assert (near | hidden).all(), site


def test_the_same_bits_whatever_the_threads():
    stack, tokens = initial_stack(spec_of(), [0, 1, 2]), np.repeat(enumerate_domain(TASK).tokens, 40, axis=0)
    one, two = (NativeEngine(threads)._site_sums(stack, tokens, ("blocks.1.hook_mlp_out",)) for threads in (1, 2))
    assert all((one[site] == two[site]).all() for site in one)
