"""Gradients at sites mean what they say: each predicts what a small edit at its site does to the metric.

That both engines agree on them is the conformance kit's part; here the expected change is measured by editing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openwork.engines import Engine, SiteGradients, joined
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Edit, Linearise, Patch, Plan, Set, Zero
from openwork.models import ModelSpec, model_spec, sites_of
from openwork.testing.engine_case import EngineCase, make_case, random_slopes

SIZES = dict(d_model=5, n_heads=2, d_head=3, d_vocab=6, d_vocab_out=4, n_ctx=7, dtype="float64")
SPECS = {
    "ln causal": model_spec(n_layers=2, d_mlp=4, act_fn="gelu", **SIZES),
    "rms bidirectional": model_spec(
        n_layers=1, d_mlp=4, act_fn="silu", normalization_type="RMS", attention_dir="bidirectional", **SIZES
    ),
    "attention only, no norm": model_spec(n_layers=2, attn_only=True, normalization_type=None, **SIZES),
    "no layer": model_spec(n_layers=0, d_mlp=4, **SIZES),
}
ENGINES: dict[str, Engine] = {f"native {level}": NativeEngine(1, level) for level in _core.usable_levels()}
ENGINES["torch"] = TorchEngine(1)
STEP = 1e-5


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def case_of(spec: ModelSpec, inputs: int) -> EngineCase:
    return make_case(spec, seed=4, models=2, inputs=inputs)


def at(engine: Engine, case: EngineCase, plan: Plan, sites: tuple[str, ...], **more: object) -> SiteGradients:
    given = {"sources": {"source": case.source}, "reference": case.reference}
    (found,) = engine.gradients_at(case.stack, case.dataset, plan, sites=sites, **given | more)
    return found


def metric(engine: Engine, case: EngineCase, model: int, edits: tuple[Edit, ...]) -> float:
    return at(engine, case, Plan(edits), ("hook_embed",)).metric[model, 0]


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize("edited", [False, True])
def test_a_small_edit_changes_the_loss_as_its_gradient_says(engine: Engine, spec: ModelSpec, edited: bool):
    """At two places of every site of a model; and with other edits before and after that place."""
    case, names = case_of(spec, inputs=1), tuple(sites_of(spec))
    others: tuple[Edit, ...] = (Zero("hook_embed", units=(2,)),) if edited else ()
    if edited and spec.n_layers:
        others += (Set("blocks.0.attn.hook_z", heads=(0,), value=0.3), Patch("blocks.0.hook_resid_post", units=(1,)))
    found = at(engine, case, Plan(others, names), names)
    for name in names:
        values, slopes = found.captures[name][1, 0], found.gradients[name][1, 0]
        for place in (0, values.size - 1):
            index = np.unravel_index(place, values.shape)
            if not np.isfinite(values[index]):
                assert slopes[index] == 0, name
                continue
            nudged = [
                metric(engine, case, 1, (*others, Set(name, value=tuple(replaced(values, place, by).tolist()))))
                for by in (STEP, -STEP)
            ]
            assert abs((nudged[0] - nudged[1]) / (2 * STEP) - slopes[index]) < 1e-8, f"{name} {index}"


def replaced(values: np.ndarray, place: int, by: float) -> np.ndarray:
    changed = values.reshape(-1).copy()
    changed[place] += by
    return changed


def test_the_metric_is_each_inputs_own_loss(engine: Engine):
    case = case_of(SPECS["ln causal"], inputs=21)
    found = at(engine, case, Plan(), ("hook_embed",))
    for number in range(21):
        alone = replace(case, dataset=case.dataset.take(np.array([number])), source=case.source[[number]])
        assert np.allclose(engine.score(case.stack, alone.dataset).loss, found.metric[:, number], rtol=0, atol=1e-12)
        single = at(engine, alone, Plan(), ("hook_embed",)).gradients["hook_embed"]
        assert np.allclose(single[:, 0], found.gradients["hook_embed"][:, number], rtol=0, atol=1e-12)
    weights = engine.gradients(case.stack, case.dataset)
    assert np.allclose(found.metric.mean(axis=1), weights.loss, rtol=0, atol=1e-12)
    tokens, slopes = case.dataset.tokens, found.gradients["hook_embed"]
    gathered = np.zeros_like(weights.weights["embed.W_E"])
    for model in range(2):
        np.add.at(gathered[model], tokens, slopes[model] / len(tokens))
    assert np.allclose(gathered, weights.weights["embed.W_E"], rtol=0, atol=1e-12)


def test_slopes_make_any_metric(engine: Engine):
    """For all models or for each; in blocks or at once."""
    case, sites = case_of(SPECS["ln causal"], inputs=21), ("blocks.1.hook_attn_out",)
    slopes = random_slopes(case, 2)
    each = at(engine, case, Plan(), sites, slopes=slopes)
    trace = joined(engine.run(case.stack, case.dataset.tokens, graded=case.dataset.graded))
    assert np.allclose(each.metric, (trace.logits * slopes).sum(axis=(2, 3)), rtol=0, atol=1e-12)
    for model in range(2):
        same = at(engine, case, Plan(), sites, slopes=slopes[model]).gradients[sites[0]][model]
        assert np.allclose(same, each.gradients[sites[0]][model], rtol=0, atol=1e-12)
    blocks = list(engine.gradients_at(case.stack, case.dataset, sites=sites, slopes=slopes, block=8))
    assert [block.start for block in blocks] == [0, 8, 16]
    parts = np.concatenate([block.gradients[sites[0]] for block in blocks], axis=1)
    assert np.allclose(parts, each.gradients[sites[0]], rtol=0, atol=1e-12)


def test_the_derivatives_of_the_loss_by_the_logits_give_the_loss(engine: Engine):
    case, sites = case_of(SPECS["rms bidirectional"], inputs=9), ("blocks.0.attn.hook_q", "ln_final.hook_scale")
    logits = joined(engine.run(case.stack, case.dataset.tokens, graded=case.dataset.graded)).logits
    odds = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    right = np.arange(4) == case.dataset.answers[..., None]
    given = at(engine, case, Plan(), sites, slopes=(odds - right) / len(case.dataset.graded)).gradients
    own = at(engine, case, Plan(), sites).gradients
    assert all(np.allclose(given[site], own[site], rtol=0, atol=1e-12) for site in sites)


def test_gradients_flow_through_a_fitted_map_and_past_what_is_replaced(engine: Engine):
    case = case_of(SPECS["ln causal"], inputs=9)
    read, written = "blocks.1.ln2.hook_normalized", "blocks.1.hook_mlp_out"
    whole = at(engine, case, Plan((Linearise("blocks.1.mlp"),)), (read, "blocks.1.mlp.hook_post", written)).gradients
    assert whole[read].any() and whole[written].any() and not whole["blocks.1.mlp.hook_post"].any()
    cut = at(engine, case, Plan((Linearise("blocks.1.mlp"), Zero(written))), (read, written)).gradients
    assert not cut[read].any() and cut[written].any()
    patched = at(engine, case, Plan((Patch("blocks.0.hook_resid_post"),)), ("hook_embed",)).gradients
    assert not patched["hook_embed"].any()


def test_short_names_and_captures(engine: Engine):
    case = case_of(SPECS["ln causal"], inputs=5)
    found = at(engine, case, Plan(captures=("blocks.0.mlp",)), ("blocks.0.attn", "blocks.0.attn"))
    assert list(found.captures) == ["blocks.0.hook_mlp_out"] and list(found.gradients) == ["blocks.0.hook_attn_out"]
