"""What an engine promises whatever its rounding: bits that depend on nothing but the seed, masks, ties, NaN."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from openwork.engines import AdamW, Batches, Engine, Trace, joined
from openwork.interventions import Given, Patch, Plan, Set, Zero
from openwork.models import Stack, sites_of
from openwork.testing.agreement import allowed, distance, finer
from openwork.testing.engine_case import CLIPPED, EngineCase, random_plans, random_sites, training_work

Make = Callable[[int], Engine]
"""Gives an engine that uses so many threads."""


def check_rules(make: Make, case: EngineCase) -> None:
    """All rules of this file on one case.

    Raises:
        AssertionError: the engine breaks a rule, and which.
    """
    engine = make(1)
    for rule in (
        _weights_stay,
        _masks_hold,
        _queries_can_be_blinded,
        _edits_show,
        _order_counts,
        _each_input_takes_its_own,
        _edits_stop_gradients,
    ):
        rule(engine, case)
    for rule in (_first_largest_wins, _nan_is_wrong, _not_finite_stops):
        rule(engine, case)
    _threads_change_nothing(make, case)
    _neighbours_change_nothing(engine, case)


def _require(holds: bool, case: EngineCase, engine: Engine, words: str) -> None:
    if not holds:
        raise AssertionError(f"{engine.name} {words} (seed {case.seed}, {case.spec!r})")


def _everything(engine: Engine, case: EngineCase) -> list[NDArray[np.generic]]:
    """Every array that an engine can give for a case."""
    plan, sources = random_plans(case, 1)[-1], case.sources
    trace = joined(
        engine.run(case.stack, case.dataset.tokens, plan, graded=case.dataset.graded, sources=sources, block=16)
    )
    scores = engine.score(case.stack, case.dataset, plan, sources=sources)
    gradients = engine.gradients(case.stack, case.dataset)
    (at_sites,) = engine.gradients_at(case.stack, case.dataset, plan, sites=random_sites(case, 0), sources=sources)
    state, batches = training_work(case, 5, warm=True)
    trained = engine.train(case.stack, state, batches, CLIPPED)
    return [
        *(trace.logits, *trace.captures.values()),
        *(scores.loss, scores.right, scores.sequences, scores.margin),
        *(gradients.loss, *gradients.weights.values()),
        *(at_sites.metric, *at_sites.captures.values(), *at_sites.gradients.values()),
        *(trained.losses, trained.stack.flat, trained.state.exp_avg, trained.state.exp_avg_sq, trained.state.step),
    ]


def _each_input_takes_its_own(engine: Engine, case: EngineCase) -> None:
    """What is given for each input is what a patch from another pass takes, where that pass has the same."""
    for site in random_sites(case, 1):
        for model in range(len(case.stack)):
            one = case.with_stack(case.stack.take([model]))
            given, patched = _given_and_patched(engine, one, site)
            error = distance(patched, _given_and_patched(engine, one.in_other_dtype(), site)[1])
            close = distance(given, patched) <= allowed(case.spec.dtype, patched, finer(case.spec.dtype) * error)
            _require(close, case, engine, f"gives inputs other values at {site} than those given")


def _given_and_patched(engine: Engine, case: EngineCase, site: str) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Logits of one model where a site has the values that it has on the paired inputs: given, and patched."""
    tokens, graded, sources = case.dataset.tokens, case.dataset.graded, {"source": case.source}
    there = joined(engine.run(case.stack, case.source, Plan(captures=(site,)), graded=graded)).captures[site][0]
    plans = Plan((Given(site, values=there),)), Plan((Patch(site),))
    given, patched = (joined(engine.run(case.stack, tokens, p, graded=graded, sources=sources)).logits for p in plans)
    return given, patched


def _same_bits(one: list[NDArray[np.generic]], other: list[NDArray[np.generic]]) -> bool:
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def _threads_change_nothing(make: Make, case: EngineCase) -> None:
    one = make(1)
    expected = _everything(one, case)
    for threads in (2, 3):
        measured = _everything(make(threads), case)
        _require(_same_bits(measured, expected), case, one, f"gives other bits with {threads} threads than with one")


def _neighbours_change_nothing(engine: Engine, case: EngineCase) -> None:
    state, batches = training_work(case, 5, warm=True)
    together = engine.train(case.stack, state, batches, CLIPPED)
    scores = engine.score(case.stack, case.dataset)
    for model in range(len(case.stack)):
        one = slice(model, model + 1)
        own = Batches(batches.dataset, batches.order[one], batches.batch_size, batches.rates[one])
        alone = engine.train(case.stack.take([model]), state.take([model]), own, CLIPPED)
        same = _same_bits(
            [alone.losses, alone.stack.flat, alone.state.exp_avg, alone.state.exp_avg_sq],
            [
                together.losses[one],
                together.stack.flat[one],
                together.state.exp_avg[one],
                together.state.exp_avg_sq[one],
            ],
        )
        _require(same, case, engine, f"trains model {model} to other bits alone than beside its neighbours")
        single = engine.score(case.stack.take([model]), case.dataset)
        same = _same_bits(
            [single.loss, single.right, single.margin], [scores.loss[one], scores.right[one], scores.margin[one]]
        )
        _require(same, case, engine, f"scores model {model} differently alone than beside its neighbours")


def _weights_stay(engine: Engine, case: EngineCase) -> None:
    weights, before = case.stack.flat.tobytes(), _run(engine, case, Plan()).logits
    _everything(engine, case)
    _require(case.stack.flat.tobytes() == weights, case, engine, "changed the weights it was given")
    after = _run(engine, case, Plan()).logits
    _require(_same_bits([after], [before]), case, engine, "answers differently after edited passes and training")


def _masks_hold(engine: Engine, case: EngineCase) -> None:
    """No edit lets a model look ahead or at pads, captures say so, and no gradient comes from there."""
    tokens, n_pos = case.dataset.tokens, case.n_pos
    hidden = np.zeros((len(tokens), 1, n_pos, n_pos), bool)
    if case.spec.attention_dir == "causal":
        hidden |= np.triu(np.ones((n_pos, n_pos), bool), 1)
    if case.spec.pad_token is not None:
        hidden |= (tokens == case.spec.pad_token)[:, None, None]
    for site in sites_of(case.spec).values():
        if site.axes != ("head", "query", "key"):
            continue
        blank = 0.0 if site.name.endswith("pattern") else -np.inf
        trace = _run(engine, case, Plan((Set(site.name, value=0.25),), (site.name,)))
        captured = trace.captures[site.name]
        unseen = np.broadcast_to(hidden, captured.shape)
        _require(
            bool((captured[unseen] == blank).all()), case, engine, f"shows other than {blank} hidden at {site.name}"
        )
        _require(bool((captured[~unseen] == 0.25).all()), case, engine, f"does not show what was set at {site.name}")
        (back,) = engine.gradients_at(case.stack, case.dataset, sites=(site.name,))
        _require(not back.gradients[site.name][unseen].any(), case, engine, f"has gradients hidden at {site.name}")


def _queries_can_be_blinded(engine: Engine, case: EngineCase) -> None:
    """Scores set to minus infinity leave exactly nothing: a query without a key attends to nothing, and reads zeros."""
    for site in sites_of(case.spec).values():
        if site.name.endswith("hook_attn_scores"):
            places = tuple(site.name.replace("attn_scores", part) for part in ("pattern", "z"))
            captured = _run(engine, case, Plan((Set(site.name, value=-np.inf),), places)).captures
            nothing = not any(array.any() for array in captured.values())
            _require(nothing, case, engine, f"attends to something where all of {site.name} is minus infinity")


def _edits_show(engine: Engine, case: EngineCase) -> None:
    """What is set is what is captured, at every site."""
    for site in sites_of(case.spec).values():
        if site.axes == ("head", "query", "key"):
            continue
        captured = _run(engine, case, Plan((Set(site.name, value=0.5),), (site.name,))).captures[site.name]
        _require(bool((captured == 0.5).all()), case, engine, f"does not show what was set at {site.name}")
    for name in sites_of(case.spec):
        if name.endswith("hook_attn_out"):
            result = name.removesuffix("hook_attn_out") + "attn.hook_result"
            captured = _run(engine, case, Plan((Zero(result),), (name,))).captures[name]
            bias = case.stack.named()[name.removesuffix("hook_attn_out") + "attn.b_O"]
            same = np.array_equal(captured, np.broadcast_to(bias[:, None, None], captured.shape))
            _require(same, case, engine, f"writes other than b_O at {name} when every head's result is zero")


def _order_counts(engine: Engine, case: EngineCase) -> None:
    """Of two edits of one place, the later one holds."""
    for site in sites_of(case.spec).values():
        if site.axes != ("head", "query", "key"):
            plan = Plan((Set(site.name, (0,), value=0.5), Set(site.name, value=0.75)), (site.name,))
            captured = _run(engine, case, plan).captures[site.name]
            _require(
                bool((captured == 0.75).all()), case, engine, f"lets an earlier edit win over a later at {site.name}"
            )


def _edits_stop_gradients(engine: Engine, case: EngineCase) -> None:
    """None goes back past what is replaced; and a query that sees nothing gives none that is not finite."""
    for site in sites_of(case.spec).values():
        if site.name.endswith("hook_resid_pre"):
            plan, before = Plan((Set(site.name, value=0.5),)), random_sites(case, 0)
            before = before[: before.index(site.name)]
            (block,) = engine.gradients_at(case.stack, case.dataset, plan, sites=before)
            stopped = not any(array.any() for array in block.gradients.values())
            _require(stopped, case, engine, f"lets gradients flow back through {site.name}, which is replaced")
        if site.name.endswith("hook_attn_scores"):
            plan = Plan((Set(site.name, (0,), value=-np.inf),))
            (block,) = engine.gradients_at(case.stack, case.dataset, plan, sites=random_sites(case, 0))
            finite = all(np.isfinite(array).all() for array in block.gradients.values())
            _require(finite, case, engine, f"has gradients that are not finite where {site.name} is minus infinity")


def _run(engine: Engine, case: EngineCase, plan: Plan) -> Trace:
    return joined(engine.run(case.stack, case.dataset.tokens, plan, graded=case.dataset.graded))


def _first_largest_wins(engine: Engine, case: EngineCase) -> None:
    """With all weights zero all logits are equal: the answer is 0, the margin 0, the loss that of guessing."""
    level = Stack(case.spec, np.zeros_like(case.stack.flat))
    scores = engine.score(level, case.dataset)
    right = (case.dataset.answers == 0).sum(axis=0)
    _require(bool((scores.right == right).all()), case, engine, "does not take the first of equal logits")
    whole = (case.dataset.answers == 0).all(axis=1).sum()
    _require(bool((scores.sequences == whole).all()), case, engine, "counts other sequences than those all right")
    margin = 0.0 if case.spec.d_vocab_out > 1 else np.inf
    _require(bool((scores.margin == margin).all()), case, engine, f"has margin {scores.margin} where all logits are 0")
    guess = np.log(case.spec.d_vocab_out)
    _require(bool(np.abs(scores.loss - guess).max() < 1e-5), case, engine, f"has loss {scores.loss} where logits are 0")


def _nan_is_wrong(engine: Engine, case: EngineCase) -> None:
    broken = Stack(case.spec, np.full_like(case.stack.flat, np.nan))
    scores = engine.score(broken, case.dataset)
    _require(not scores.right.any() and not scores.sequences.any(), case, engine, "calls a NaN logit right")
    _require(
        bool((scores.margin == -np.inf).all()), case, engine, f"has margin {scores.margin} where every logit is NaN"
    )
    _require(bool(np.isnan(scores.loss).all()), case, engine, "has a finite loss where every logit is NaN")


def _not_finite_stops(engine: Engine, case: EngineCase) -> None:
    """A model whose loss is not finite stops there, as it was before that step; its neighbours go on."""
    state, batches = training_work(case, 4, warm=True)
    constants = AdamW(weight_decay=0.01)
    rates = batches.rates.copy()
    rates[0, 1] = np.inf
    blown = engine.train(case.stack, state, Batches(batches.dataset, batches.order, 8, rates), constants)
    finite = np.isfinite(blown.losses)
    _require(
        finite[0].tolist() == [True, True, False, False],
        case,
        engine,
        f"told losses {blown.losses[0]} of a blown-up model",
    )
    _require(bool(np.isnan(blown.losses[0, 2:]).all()), case, engine, f"told losses {blown.losses[0]} instead of NaN")
    _require(int(blown.state.step[0] - state.step[0]) == 2, case, engine, "took steps after a loss that was not finite")
    first_two = Batches(batches.dataset, batches.order[:, :16], 8, rates[:, :2])
    before = engine.train(case.stack, state, first_two, constants)
    same = _same_bits(
        [blown.stack.flat[0], blown.state.exp_avg[0], blown.state.exp_avg_sq[0]],
        [before.stack.flat[0], before.state.exp_avg[0], before.state.exp_avg_sq[0]],
    )
    _require(same, case, engine, "changed a model whose loss was not finite")
    calm = engine.train(case.stack, state, batches, constants)
    same = _same_bits([blown.losses[1:], blown.stack.flat[1:]], [calm.losses[1:], calm.stack.flat[1:]])
    _require(same, case, engine, "let one model's blow-up change its neighbours")
