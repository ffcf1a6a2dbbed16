"""Every edit at every site: engines agree on it, and it means what it says.

Both engines share the way from a plan to taps, so their agreement says nothing of that way: here means, fits, draws and
pairs are computed once more from unedited captures, in plain NumPy.
"""

from __future__ import annotations

import numpy as np
import pytest

from openwork.data.randomness import bits, integers
from openwork.engines import Engine, Trace, joined
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Edit, Linearise, Mean, Patch, Plan, Resample, Set, Zero
from openwork.models import Site, model_spec, sites_of
from openwork.testing.engine_case import EngineCase, make_case

SPEC = model_spec(
    n_layers=2, d_model=5, n_heads=2, d_head=3, d_mlp=4, d_vocab=6, n_ctx=7, act_fn="gelu", dtype="float64"
)
CASE = make_case(SPEC, seed=4, models=2, inputs=21)
SITES = sites_of(SPEC)
ENGINES: dict[str, Engine] = {"native": NativeEngine(1), "torch": TorchEngine(1)}
KINDS: list[type[Edit]] = [Zero, Mean, Resample, Patch, Set]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def run(engine: Engine, plan: Plan, case: EngineCase = CASE, tokens: np.ndarray | None = None) -> Trace:
    tokens = case.dataset.tokens if tokens is None else tokens
    source = {"source": case.source[: len(tokens)]}
    blocks = engine.run(
        case.stack, tokens, plan, graded=case.dataset.graded, sources=source, reference=case.reference, block=8
    )
    return joined(blocks)


def capture(engine: Engine, site: str, tokens: np.ndarray) -> np.ndarray:
    trace = engine.run(CASE.stack, tokens, Plan(captures=(site,)), graded=(0,))
    return joined(trace).captures[site]


def some_of(kind: type[Edit], site: Site) -> Edit:
    """Not all positions, not all heads, not all units."""
    heads = (1,) if "head" in site.axes else None
    units = None if site.axes[-1] == "one" else (0, 2)
    return kind(site.name, (0, 2, CASE.n_pos - 1), heads, units)


@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree_on_every_edit_at_every_site(kind: type[Edit]):
    for site in SITES.values():
        if kind is Zero and site.name.endswith("hook_scale"):
            continue  # a norm divides by its scale
        plan = Plan((some_of(kind, site),), (site.name, "blocks.1.hook_resid_post"))
        found, expected = run(ENGINES["native"], plan), run(ENGINES["torch"], plan)
        np.testing.assert_allclose(found.logits, expected.logits, rtol=0, atol=1e-11, err_msg=str(plan))
        for name in plan.captures:
            np.testing.assert_allclose(found.captures[name], expected.captures[name], rtol=0, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [name for name in SITES if name.startswith("blocks.1.")])
def test_an_edit_writes_what_it_says_where_it_says(engine: Engine, kind: type[Edit], name: str):
    edit, tokens = some_of(kind, SITES[name]), CASE.dataset.tokens
    unedited = capture(engine, name, tokens)
    expected = unedited.reshape(*unedited.shape[:2], -1).copy()
    rows = integers(bits("resample", 0), len(CASE.reference), len(tokens))
    written = {
        Zero: lambda: np.zeros_like(unedited),
        Set: lambda: np.zeros_like(unedited),
        Mean: lambda: capture(engine, name, CASE.reference).mean(axis=1, keepdims=True) + np.zeros_like(unedited),
        Resample: lambda: capture(engine, name, CASE.reference[rows]),
        Patch: lambda: capture(engine, name, CASE.source),
    }[kind]()
    places = edit.index(SPEC, CASE.n_pos)
    expected[:, :, places] = written.reshape(expected.shape)[:, :, places]
    if name.endswith("attn_scores"):  # the mask comes after the edit
        ahead = np.triu(np.ones((CASE.n_pos, CASE.n_pos), bool), 1)
        expected.reshape(unedited.shape)[..., ahead] = -np.inf
    found = run(engine, Plan((edit,), (name,))).captures[name]
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=0, atol=1e-12)


def test_linearise_is_the_least_squares_fit(engine: Engine):
    for layer in range(SPEC.n_layers):
        reads, writes = f"blocks.{layer}.ln2.hook_normalized", f"blocks.{layer}.hook_mlp_out"
        x, y = capture(engine, reads, CASE.reference), capture(engine, writes, CASE.reference)
        found = run(engine, Plan((Linearise(f"blocks.{layer}.mlp", positions=(1, 3)),), (writes,))).captures[writes]
        own, expected = capture(engine, reads, CASE.dataset.tokens), capture(engine, writes, CASE.dataset.tokens).copy()
        for model in range(len(CASE.stack)):
            given = np.concatenate([x[model].reshape(-1, SPEC.d_model), np.ones((x[model][..., 0].size, 1))], axis=1)
            fit = np.linalg.lstsq(given, y[model].reshape(-1, SPEC.d_model), rcond=1e-10)[0]
            expected[model][:, [1, 3]] = own[model][:, [1, 3]] @ fit[:-1] + fit[-1]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


def test_edits_of_one_seed_share_the_draw(engine: Engine):
    embeds = ("hook_embed", "hook_pos_embed")
    whole = run(engine, Plan(tuple(Resample(site, seed=3) for site in embeds))).logits
    rows = integers(bits("resample", 3), len(CASE.reference), len(CASE.dataset))
    np.testing.assert_allclose(whole, run(engine, Plan(), tokens=CASE.reference[rows]).logits, rtol=0, atol=1e-12)
    assert not np.allclose(whole, run(engine, Plan(tuple(Resample(site, seed=4) for site in embeds))).logits)


def test_a_patched_stream_is_the_source(engine: Engine):
    patched = run(engine, Plan((Patch("blocks.0.hook_resid_pre"),))).logits
    np.testing.assert_allclose(patched, run(engine, Plan(), tokens=CASE.source).logits, rtol=0, atol=1e-12)


def test_edits_act_in_order(engine: Engine):
    site = "blocks.0.mlp.hook_post"
    found = run(engine, Plan((Set(site, value=1.0), Zero(site, units=(0,)), Set(site, (2,), value=3.0)), (site,)))
    expected = np.ones_like(found.captures[site])
    expected[..., 0], expected[:, :, 2] = 0, 3
    assert np.array_equal(found.captures[site], expected)


def test_an_edit_changes_what_comes_after_and_nothing_before(engine: Engine):
    order = list(SITES)
    edited = "blocks.1.attn.hook_z"
    plan = Plan((Set(edited, value=2.0),), tuple(order))
    before, after = run(engine, Plan(captures=tuple(order))).captures, run(engine, plan).captures
    changed = [name for name in order if not np.allclose(before[name], after[name])]
    assert changed == order[order.index(edited) :]


def test_a_mean_is_over_all_reference_inputs(engine: Engine):
    reference = np.resize(CASE.reference, (9001, CASE.n_pos))
    site, tokens = "blocks.0.hook_attn_out", CASE.dataset.tokens
    trace = engine.run(CASE.stack, tokens, Plan((Mean(site),), (site,)), graded=(0,), reference=reference)
    expected = capture(engine, site, reference).mean(axis=1)
    np.testing.assert_allclose(joined(trace).captures[site][:, 0], expected, rtol=0, atol=1e-12)


def test_scores_set_to_minus_infinity_cut_an_edge_and_blind_a_query(engine: Engine):
    scores, pattern, never = "blocks.0.attn.hook_attn_scores", "blocks.0.attn.hook_pattern", float("-inf")
    cut = run(engine, Plan((Set(scores, units=(0,), positions=(1, 2), value=never),), (pattern,))).captures[pattern]
    assert not cut[..., 1:3, 0].any()
    np.testing.assert_allclose(cut.sum(axis=-1), 1, rtol=0, atol=1e-12)
    blind = run(engine, Plan((Set(scores, positions=(2,), value=never),), (pattern, "blocks.0.attn.hook_z")))
    assert not blind.captures[pattern][..., 2, :].any() and not blind.captures["blocks.0.attn.hook_z"][:, :, 2].any()
    assert np.isfinite(blind.logits).all()
