"""Values that are given for each input, at every SIMD level: at any site, in a walk through neighbouring inputs, for
several models, in worlds; and the pass that ends where its last value is read."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from openwork.engines import Engine, World, joined
from openwork.engines.native import NativeEngine, _core
from openwork.engines.taps import PerInput, Taps
from openwork.interventions import Given, Patch, Plan
from openwork.models import model_spec, sites_of
from openwork.testing.engine_case import EngineCase, make_case
from openwork.testing.engine_kit import agree

LEVELS = {level: NativeEngine(2, level) for level in _core.usable_levels()}
SPEC = model_spec(
    n_layers=2, d_model=5, n_heads=2, d_head=3, d_mlp=6, d_vocab=3, n_ctx=5, act_fn="gelu", dtype="float64"
)
SITES = sites_of(SPEC)
ASKED = (1, 4)


def neighbours() -> EngineCase:
    """All inputs in order, each of which differs from the one before in its last tokens."""
    case = make_case(SPEC, seed=6, models=2)
    tokens = np.array(list(itertools.product(range(3), repeat=5)), np.int32)
    answers = np.zeros((len(tokens), len(ASKED)), np.int32)
    dataset = replace(case.dataset, tokens=tokens, answers=answers, graded=ASKED, index=np.arange(len(tokens)))
    return replace(case, dataset=dataset, source=tokens[::-1].copy())


CASE = neighbours()


def numbers(site: str, *first: int) -> np.ndarray:
    return np.random.default_rng(1).random((*first, *SITES[site].shape(SPEC, 5))) + 0.5


@pytest.mark.parametrize("level", LEVELS)
def test_at_every_site_and_in_a_world(level: str, oracle: Engine):
    for number, site in enumerate(SITES):
        positions = (0, 2, 4) if number % 2 else None
        edit = Given(site, positions, values=numbers(site, len(CASE.dataset)))
        world = {"source": World(CASE.source, (edit,))}
        plans = [(Plan((edit,), (site, "blocks.1.hook_resid_post")), {})]
        plans += [(Plan((Patch("blocks.1.hook_attn_out"),)), world)] if number % 4 == 0 else []
        for plan, sources in plans:

            def measured(engine: Engine, case: EngineCase, plan=plan, sources=sources):
                run = engine.run(case.stack, case.dataset.tokens, plan, graded=ASKED, sources=sources, block=100)
                trace = joined(run)
                return {"logits": trace.logits, **trace.captures}

            agree(LEVELS[level], oracle, CASE, measured, f" with {plan}")


@pytest.mark.parametrize("level", LEVELS)
def test_each_model_has_its_own(level: str):
    site, n = "blocks.0.hook_mlp_out", len(CASE.dataset)
    values = numbers(site, 2, n).reshape(2, n, -1)
    index = np.arange(values.shape[-1], dtype=np.int32)

    def logits(models: slice, given: np.ndarray) -> np.ndarray:
        taps = Taps((PerInput(site, index, given),))
        return LEVELS[level]._run(CASE.stack.take(range(2)[models]), 0, CASE.dataset.tokens, taps, ASKED, []).logits

    both, alone = logits(slice(0, 2), values), [logits(slice(m, m + 1), values[m : m + 1])[0] for m in range(2)]
    assert (both == np.stack(alone)).all()


@pytest.mark.parametrize("level", LEVELS)
def test_one_inputs_values_serve_all(level: str):
    site = "blocks.1.attn.hook_z"
    one = numbers(site, 1)
    every = np.repeat(one, len(CASE.dataset), axis=0)
    found = [
        joined(LEVELS[level].run(CASE.stack, CASE.dataset.tokens, Plan((Given(site, values=v),)), graded=ASKED)).logits
        for v in (one, every)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_a_pass_that_ends_where_it_is_read_reads_the_same(level: str):
    engine, tokens = LEVELS[level], CASE.dataset.tokens
    for site in SITES:
        early = engine._values(CASE.stack, tokens, [], Taps(reads=(site,)))
        whole = engine._run(CASE.stack, 0, tokens, Taps(reads=(site,)), ASKED, [])
        assert (early.captures[site] == whole.captures[site]).all()
