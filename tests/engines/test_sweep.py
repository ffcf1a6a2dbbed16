"""Many plans at once give what each gives alone, and what they share is computed once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from openwork.engines import Engine, Scores
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import PlanError
from openwork.interventions import Edit, Mean, Patch, Plan, Resample, Set, Zero
from openwork.models import model_spec, sites_of
from openwork.testing.agreement import distance, require_near
from openwork.testing.engine_case import EngineCase, make_case, random_plans
from openwork.testing.specs import specs

SPEC = model_spec(n_layers=3, d_model=4, n_heads=2, d_head=2, d_mlp=5, d_vocab=4, n_ctx=6)
ENGINES: dict[str, Engine] = {"native": NativeEngine(2), "torch": TorchEngine(1)}


def same(found: Scores, expected: Scores) -> bool:
    pairs = zip(vars(found).values(), vars(expected).values(), strict=True)
    pairs = ((a, b) for a, b in pairs if a is not None or b is not None)
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def sweep(engine: Engine, case: EngineCase, plans: list[Plan]) -> tuple[Scores, ...]:
    sources = case.sources
    return engine.sweep(case.stack, case.dataset, plans, sources=sources, reference=case.reference)


def score(engine: Engine, case: EngineCase, plan: Plan) -> Scores:
    sources = case.sources
    return engine.score(case.stack, case.dataset, plan, sources=sources, reference=case.reference)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(specs())
def test_a_sweep_gives_what_every_plan_gives_alone(spec):
    case = make_case(spec, seed=7, models=2, inputs=300)
    plans = [Plan(), *(Plan(plan.edits) for plan in random_plans(case)), Plan()]
    engine = NativeEngine(2)
    alone = {plan: score(engine, case, plan) for plan in plans}
    double = case.in_other_dtype()
    for plan, wide, found in zip(plans, sweep(engine, double, plans), sweep(engine, case, plans), strict=True):
        exact = score(engine, double, plan).loss
        require_near(f"loss with {plan}", wide.loss, exact, 0)
        require_near(f"loss with {plan}", found.loss, alone[plan].loss, distance(alone[plan].loss, exact))
    plans = [plan for plan in plans if not any(map(takes_attention, plan.edits))]
    for plan, found in zip(plans, sweep(engine, case, plans), strict=True):
        assert same(found, alone[plan]), plan


def takes_attention(edit: Edit) -> bool:
    """From other inputs, or from a world that does: a pass that gives them away computes scores or heads one by one, in
    another rounding."""
    inside = ("hook_attn_scores", "hook_pattern", "hook_result")
    if isinstance(edit, Patch) and edit.source != "source":
        return True
    return isinstance(edit, Mean | Patch | Resample) and edit.site.endswith(inside)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_edits_at_every_site_do_not_leak_into_the_next_plan(engine: Engine):
    """In any order: each site is edited by one plan, and no other plan of the sweep sees it."""
    case = make_case(SPEC, seed=3, models=1, inputs=70)
    sites = [name for name in sites_of(SPEC) if not name.endswith("hook_scale")]
    plans = [Plan((Set(name, value=0.3),)) for name in (*sites, *reversed(sites))]
    alone = {plan: score(engine, case, plan) for plan in plans}
    for plan, found in zip(plans, sweep(engine, case, plans), strict=True):
        assert same(found, alone[plan]), plan
    losses = {float(scores.loss[0]) for scores in alone.values()}
    assert len(losses) > len(sites) / 2, "the edits hardly do anything: nothing could leak"


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_means_are_measured_and_sources_drawn_once(engine: Engine, monkeypatch):
    case = make_case(SPEC, seed=5, models=1, inputs=20)
    measured = []
    whole = type(engine)._site_sums
    monkeypatch.setattr(type(engine), "_site_sums", lambda *given: measured.append(given[3]) or whole(*given))
    mlps = [f"blocks.{layer}.mlp" for layer in range(3)]
    sweep(engine, case, [Plan((kind(name),)) for name in mlps for kind in (Mean, Zero, Resample, Patch)])
    assert measured == [tuple(f"blocks.{layer}.hook_mlp_out" for layer in range(3))]


def test_nothing_to_do():
    case = make_case(SPEC, seed=5, models=1, inputs=20)
    assert sweep(ENGINES["native"], case, []) == ()


def test_every_plan_that_does_not_fit_is_refused_before_any_runs():
    case = make_case(SPEC, seed=5, models=1, inputs=20)
    with pytest.raises(PlanError, match=r"blocks\.9"):
        sweep(ENGINES["native"], case, [Plan((Zero("blocks.0.mlp"),)), Plan((Zero("blocks.9.mlp"),))])
