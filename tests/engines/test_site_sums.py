"""Sums over inputs, which means are made of: those of the values that a pass keeps, whatever neighbours share."""

import numpy as np
import pytest

from openwork.data import enumerate_domain
from openwork.engines import Engine
from openwork.engines.native import NativeEngine
from openwork.engines.native import engine as native
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Mean, Plan, Zero
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


VARIANTS = {
    "causal": {},
    "bidirectional": {"attention_dir": "bidirectional"},
    "no norm": {"normalization_type": None},
    "attention only": {"d_mlp": 0, "attn_only": True},
    "pads": {"pad_token": 1},
    "float64": {"dtype": "float64"},
}


@pytest.mark.parametrize("more", VARIANTS.values(), ids=VARIANTS)
def test_an_edited_pass_begins_with_what_measuring_the_mean_left(more, monkeypatch):
    spec, engine, dataset = spec_of(**more), NativeEngine(2), enumerate_domain(TASK)
    stack = initial_stack(spec, [0, 1])
    plans = [Plan((Mean(site),)) for site in sites_of(spec)]
    plans += [Plan((Mean("blocks.1.attn"), Zero("blocks.1.hook_resid_post")))]

    def found() -> list[list[float]]:
        alone = [engine.score(stack, dataset, plan) for plan in plans]
        scores = [*alone, *engine.sweep(stack, dataset, plans[-3:])]
        return [[*s.loss, *s.margin, *s.right.ravel()] for s in scores]

    begun = found()
    monkeypatch.setattr(native, "KEPT_BYTES", 0)
    assert begun == found()


def test_streams_are_kept_up_to_a_budget_and_only_where_they_spare_a_layer(monkeypatch):
    engine, tokens = NativeEngine(1), enumerate_domain(TASK).tokens

    def kept(site: str) -> bool:
        return engine._sums_and_below(initial_stack(spec_of(), [0]), tokens, (site,), (site,))[1] is not None

    assert kept("blocks.0.hook_mlp_out") and kept("blocks.1.attn.hook_pattern") and kept("ln_final.hook_scale")
    assert not kept("hook_embed") and not kept("blocks.0.hook_attn_out")
    monkeypatch.setattr(native, "KEPT_BYTES", 1)
    assert not kept("blocks.0.hook_mlp_out")
