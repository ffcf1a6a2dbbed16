"""Functions of the user's own, and values for each input, in a pass: the same in both engines, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from openwork.data.randomness import bits, integers
from openwork.engines import Engine, Trace, World, joined
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import PlanError
from openwork.interventions import Apply, Given, Linearise, Mean, Patch, Plan, Set, Zero
from openwork.models import model_spec, sites_of
from openwork.testing.agreement import require_near
from openwork.testing.engine_case import EngineCase, make_case, random_plans
from openwork.testing.engine_kit import agree
from openwork.testing.specs import seeds, specs

ENGINES: tuple[Engine, ...] = (NativeEngine(1), TorchEngine(1))
SIZES = dict(n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=5, d_vocab=7, n_ctx=4, act_fn="gelu")
SPEC = model_spec(**SIZES, dtype="float64")


def run(engine: Engine, case: EngineCase, plan: Plan, **more):
    graded = tuple(range(case.n_pos))
    return joined(engine.run(case.stack, case.dataset.tokens, plan, graded=graded, sources=case.sources, **more))


def bent(value: np.ndarray) -> np.ndarray:
    """Another for every input, and of the kind that no other edit makes."""
    return np.where(np.isfinite(value), 0.5 * np.tanh(value) + 0.3, value)


def assert_same(one: Trace, other: Trace):
    require_near("logits", one.logits, other.logits, 0)
    for site in one.captures.keys() & other.captures.keys():
        require_near(site, one.captures[site], other.captures[site], 0)


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(spec=specs(), seed=seeds())
def test_both_engines_apply_a_function_as_numbers_that_are_given(spec, seed):
    """A function at a random site, among edits of every kind; and what it made of the value, given as values."""
    case = make_case(spec, seed=seed, models=2, inputs=19)
    names = list(sites_of(spec))
    site = names[int(integers(bits("apply", seed), len(names), 1)[0])]
    # a linearised MLP's map is fitted to each engine's own rounding
    others = [edit for edit in random_plans(case, of_each=1)[-3].edits if not isinstance(edit, Linearise)]
    plan = Plan((*others[:2], Apply(site, bent), *others[2:]), (site, names[-1]))

    def measured(engine: Engine, case: EngineCase):
        trace = run(engine, case, plan, block=7, reference=case.reference)
        return {"logits": trace.logits, **trace.captures}

    agree(*ENGINES, case, measured, f" with {plan}")
    agree(*ENGINES, case.in_other_dtype(), measured, f" with {plan}", lenient=True)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_a_function_that_does_what_an_edit_does(engine):
    """Zero, Set at a place, Patch with what was there, the mean: each as a function, to the rounding of the dtype."""
    case = make_case(SPEC, seed=1, models=1, inputs=40)
    site = "blocks.0.attn.hook_z"
    plain = run(engine, case, Plan(captures=(site,)))
    pairs = [
        (Apply(site, np.zeros_like), Zero(site)),
        (
            Apply(site, lambda v: v * 0 + 2, positions=(1,), heads=(0,)),
            Set(site, positions=(1,), heads=(0,), value=2.0),
        ),
        (Apply(site, lambda v: np.broadcast_to(v.mean(axis=0), v.shape)), Mean(site)),
        (Given(site, values=plain.captures[site][0]), Set(site, value=0.0)),
    ]
    for own, edit in pairs[:3]:
        assert_same(run(engine, case, Plan((own,))), run(engine, case, Plan((edit,))))
    assert_same(run(engine, case, Plan((pairs[3][0],), (site,))), plain)
    world = run(engine, case, Plan((Patch(site, source="source"),)))
    there = joined(engine.run(case.stack, case.source, Plan(captures=(site,)), graded=(0,))).captures[site][0]
    assert_same(run(engine, case, Plan((Given(site, values=there),))), world)
    one = run(engine, case, Plan((Given(site, values=there[:1]),)))
    assert_same(one, run(engine, case, Plan((Apply(site, lambda v: np.repeat(there[:1], len(v), 0)),))))


def test_a_function_sees_the_edits_before_it_in_the_pass_and_not_those_after():
    case, seen = make_case(SPEC, seed=2, models=1, inputs=9), []

    def look(value):
        seen.append(value.copy())
        return value

    first, last = "blocks.0.hook_resid_pre", "blocks.1.hook_mlp_out"
    plan = Plan((Apply(last, look), Set(first, value=1.0), Apply(first, look), Set(first, value=3.0)))
    run(ENGINES[0], case, plan)
    assert (seen[0] == 1).all()
    expected = run(ENGINES[0], case, Plan((Set(first, value=3.0),), (last,))).captures[last][0]
    require_near(last, seen[1], expected, 0)


def test_a_world_may_have_given_values_and_no_function():
    case = make_case(SPEC, seed=3, models=1, inputs=20)
    site = "blocks.0.hook_resid_post"
    values = np.random.default_rng(0).normal(size=(20, case.n_pos, 6))
    for engine in ENGINES:
        plan, graded = Plan((Patch(site, source="w"),)), (case.n_pos - 1,)
        of_world = {"w": World(case.source, (Given(site, values=values),))}
        found = joined(engine.run(case.stack, case.dataset.tokens, plan, graded=graded, sources=of_world))
        plain = joined(engine.run(case.stack, case.dataset.tokens, Plan((Given(site, values=values),)), graded=graded))
        assert_same(found, plain)
        with pytest.raises(PlanError, match="not in a world"):
            sources = {"w": World(case.source, (Apply(site, bent),))}
            list(engine.run(case.stack, case.dataset.tokens, plan, graded=graded, sources=sources))


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda v: v[:, :1], r"returned shape \(9, 1, 6\), and was given \(9, 4, 6\)"),
        (lambda v: None, "return value"),
        (lambda v: v * np.nan, "216 numbers that are not finite"),
        (lambda v: v / np.zeros(1), "not finite"),
        (lambda v: v.astype(str), "in place of numbers"),
        (3, "int is no function"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_function_that_gives_something_else_is_refused(function, told):
    case = make_case(SPEC, seed=4, models=1, inputs=9)
    tokens = np.zeros((9, 4), np.int32)
    for engine in ENGINES:
        with pytest.raises(PlanError, match=told):
            plan = Plan((Apply("blocks.0.attn", function),))
            list(engine.run(case.stack, tokens, plan, graded=(3,)))


def test_scores_may_be_hidden_and_an_error_in_the_function_says_where():
    case = make_case(SPEC, seed=5, models=1, inputs=9)
    hidden = Apply("blocks.0.attn.hook_attn_scores", lambda v: np.full_like(v, -np.inf))
    assert_same(run(ENGINES[0], case, Plan((hidden,))), run(ENGINES[1], case, Plan((hidden,))))
    with pytest.raises(ZeroDivisionError) as caught:
        run(ENGINES[0], case, Plan((Apply("blocks.0.mlp", lambda v: v * (1 // 0)),)))
    assert "blocks.0.mlp" in caught.value.__notes__[0]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("call", ["score", "sweep", "gradients_at"])
def test_what_is_scored_is_written_alike(engine, call):
    case = make_case(SPEC, seed=6, models=1, inputs=9)
    for edit in (Apply("blocks.0.mlp", bent), Given("blocks.0.mlp", values=np.zeros((1, case.n_pos, 6)))):
        plan = [Plan((edit,))] if call == "sweep" else Plan((edit,))
        more = {"sites": ("hook_embed",)} if call == "gradients_at" else {}
        with pytest.raises(PlanError, match="only in passes that are run"):
            list(getattr(engine, call)(case.stack, case.dataset, plan, **more))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.zeros((9, 1, 6)), r"give \[input, pos"),
        (np.full((9, 4, 6), np.nan), "216 of them are NaN"),
        (np.zeros((8, 4, 6)), "give those of 9"),
    ],
)
def test_values_that_do_not_fit_are_refused(values, told):
    case = make_case(SPEC, seed=7, models=1, inputs=9)
    with pytest.raises(PlanError, match=told):
        plan = Plan((Given("blocks.0.mlp", values=values),))
        list(ENGINES[0].run(case.stack, np.zeros((9, 4), np.int32), plan, graded=(3,)))
