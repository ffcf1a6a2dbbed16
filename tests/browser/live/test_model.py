"""The page's model against the native engine: all inputs of the notebook's model, and random models of every choice.

JavaScript computes in float64, so it is held to the native engine in float64, where no rounding of float32 can hide a
mistake. In float32 the native engine itself is about 1e-3 from that, on logits that reach 35: JavaScript is no further.
"""

from __future__ import annotations

import base64
import os
from typing import Any

import numpy as np
from hypothesis import given, settings
from safetensors.numpy import save

from openwork.data.randomness import bits, integers
from openwork.engines import Trace, World, joined
from openwork.engines.native import NativeEngine
from openwork.engines.worlds import worlds_of
from openwork.interventions import Plan, edit_as_json
from openwork.models import ModelSpec, sites_of
from openwork.testing.engine_case import EngineCase, make_case, random_plans
from openwork.testing.specs import specs

from .conftest import doubled, numbers

ENGINE = NativeEngine(1)
SPECS = int(os.environ.get("OPENWORK_SPECS", "20"))


def test_logits_of_every_input_are_the_native_engines(tab, subject):
    run = """async () => {
        const domain = await page.domain;
        return page.sent(live.run(page.model, domain.tokens(), {edits: []}, {graded: domain.graded}).logits);
    }"""
    found = numbers(tab.evaluate(run))
    tokens, graded = subject.inputs.tokens, subject.inputs.graded
    single, double = (
        joined(ENGINE.run(stack, tokens, graded=graded)).logits.ravel()
        for stack in (subject.stack, doubled(subject.stack))
    )
    assert found.size == double.size == 65_536 * 8 * 5
    assert np.abs(found - double).max() < 1e-9
    rounding = np.abs(double - single).max()
    assert np.abs(found - single).max() < 1e-5 + rounding
    assert rounding < 1.5e-3  # half of what score.js calls close: two logits may each be so far off


def test_every_value_of_random_models_under_every_edit(tab):
    drawn: list[ModelSpec] = []

    @settings(derandomize=True, deadline=None, database=None, max_examples=SPECS)
    @given(specs())
    def draw(spec: ModelSpec) -> None:
        drawn.append(spec)

    draw()
    assert len(drawn) == SPECS
    for seed, spec in enumerate(drawn):
        single = make_case(spec, seed, models=1, inputs=21)
        double = single.in_other_dtype()
        plans = [Plan(captures=tuple(sites_of(spec))), *random_plans(double, of_each=1)]
        plans = [Plan(plan.edits, tuple(sites_of(spec))) for plan in plans]
        found = everything(tab, double, plans)
        for plan, values in zip(plans, found, strict=True):
            expected = arrays(trace(double, plan), plan)
            names = ("logits", *plan.captures, "logits, with nothing else looked at")
            for name, ours, theirs in zip(names, values, (*expected, expected[0]), strict=True):
                assert difference(ours, theirs) < 1e-9, f"{name} under {plan} in {spec!r}"
        unedited, exact = trace(single, Plan()).logits, trace(double, Plan()).logits
        rounding = 1e-5 * max(1.0, np.abs(exact).max())
        assert np.abs(found[0][0] - unedited.ravel()).max() < rounding + np.abs(exact - unedited).max()


def everything(tab: Any, case: EngineCase, plans: list[Plan]) -> list[list[np.ndarray]]:
    weights = save({name: np.ascontiguousarray(array[0]) for name, array in case.stack.named().items()})
    asked = {
        "spec": case.spec.model_dump(mode="json"),
        "weights": base64.b64encode(weights).decode(),
        "tokens": case.dataset.tokens.tolist(),
        "worlds": {name: world_value(world) for name, world in worlds_of(case.sources).items()},
        "reference": case.reference.tolist(),
        "graded": list(case.dataset.graded),
        "plans": [{"edits": list(map(edit_as_json, plan.edits)), "captures": list(plan.captures)} for plan in plans],
    }
    found = tab.evaluate("asked => page.everything(asked)", asked)
    return [[numbers(text) for text in values] for values in found]


def world_value(world: World) -> dict[str, Any]:
    return {"tokens": world.tokens.tolist(), "edits": list(map(edit_as_json, world.edits))}


def trace(case: EngineCase, plan: Plan) -> Trace:
    inputs, paired = case.dataset, {"sources": case.sources, "reference": case.reference}
    return joined(ENGINE.run(case.stack, inputs.tokens, plan, graded=inputs.graded, **paired))


def arrays(trace: Trace, plan: Plan) -> list[np.ndarray]:
    return [trace.logits[0].ravel(), *(trace.captures[name][0].ravel() for name in plan.captures)]


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest, as a share of the largest number; infinite where only one of them is."""
    if ours.shape != theirs.shape or not np.array_equal(np.isfinite(ours), np.isfinite(theirs)):
        return np.inf
    there = np.isfinite(theirs)
    assert np.array_equal(ours[~there], theirs[~there])
    return float(np.abs(ours[there] - theirs[there]).max(initial=0) / max(1.0, np.abs(theirs[there]).max(initial=0)))


def test_exponentials(tab):
    powers = np.concatenate([-np.geomspace(1e-300, 700, 4000), [0.0, -745.2, -1e9, -np.inf, np.nan]])
    asked = [repr(float(power)).replace("inf", "Infinity").replace("nan", "NaN") for power in powers]
    found = numbers(tab.evaluate("all => page.sent(all.map((x) => live.exponential(Number(x))))", asked))
    assert np.allclose(found, np.exp(powers), rtol=1e-15, atol=0, equal_nan=True)


def test_random_integers_are_pythons(tab):
    asked = [
        ("resample", [0], 65_536),
        ("resample", [7], 1000),
        ("change x[3]", [2**40 + 5], 3),
        ("é", [1, 2, 3, 4], 7),
    ]
    found = tab.evaluate("all => all.map(([p, s, n]) => page.sent(live.integers(p, s, n, 200)))", asked)
    for (purpose, seeds, below), text in zip(asked, found, strict=True):
        assert numbers(text).tolist() == integers(bits(purpose, *seeds), below, 200).tolist()
