"""The conformance kit for engines: an engine against an oracle, on random work.

Call `check_engine` on many random specs (`openwork.testing.specs`) and `check_training` on a few. They raise
AssertionError with what differs, where and by how much; nothing of pytest is needed.

Two engines add in different orders, so they agree only to rounding, as `openwork.testing.agreement` has it: in float32
the oracle also runs in float64, and ten times its own error is allowed. Gradients at sites need that in float64 too,
for a norm may cancel all but their rounding: there the error in float32 tells it, in proportion. An array that is zero
but for rounding, as the gradient of `b_K` is, has no scale of its own: a few roundings of the largest are allowed too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from openwork.engines import AdamW, Engine, Trace, joined
from openwork.engines.taps import Taps
from openwork.interventions import Linearise, Plan
from openwork.models import ModelSpec, named_views, sites_of
from openwork.testing.agreement import allowed, distance, finer, scale
from openwork.testing.engine_case import (
    CLIPPED,
    EngineCase,
    linearised_sites,
    make_case,
    random_affine,
    random_plans,
    random_sites,
    random_slopes,
    training_work,
)
from openwork.testing.engine_rules import Make, check_rules

Measured = Mapping[str, NDArray[np.generic]]
Measure = Callable[[Engine, EngineCase], Measured]

ROUNDINGS = 30


def check_engine(make: Make, oracle: Engine, spec: ModelSpec, seed: int) -> None:
    """Everything that an engine promises, on one spec; about 100 passes over 37 inputs, twice in float32.

    Args:
        make: gives an engine that uses so many threads.
        oracle: the engine to agree with.
        spec: of any dtype that both can run.
        seed: of weights, inputs and edits.

    Raises:
        AssertionError: the engine breaks its contract, and how.
    """
    engine, case = make(1), make_case(spec, seed)
    agree(engine, oracle, case, unedited)
    agree(engine, oracle, case, gradients)
    agree(engine, oracle, case, partial(gradients_at, Plan(), 0), " of slopes", lenient=True)
    for number, plan in enumerate(random_plans(case)):
        # a linearised MLP's map is fitted to each engine's own rounding: that the map is used right is `affine`'s part
        looser = 1e4 if any(isinstance(edit, Linearise) for edit in plan.edits) else 1
        agree(engine, oracle, case, partial(edited, plan), f" with {plan}", looser)
        agree(engine, oracle, case, partial(gradients_at, plan, number), f" with {plan}", looser, lenient=True)
    for site in linearised_sites(spec):
        agree(engine, oracle, case, partial(affine, site), f" with an affine map at {site}")
    agree(engine, oracle, case, one_step)
    agree(engine, oracle, case, partial(one_step, optimiser=AdamW(max_grad_norm=None)), " unclipped")
    check_rules(make, case)


def check_training(engine: Engine, oracle: Engine, spec: ModelSpec, seed: int, steps: int = 200) -> None:
    """Losses, and logits at the end, of many steps from fresh optimiser memory; in float64 the weights too.

    The weights are compared without `b_K`: softmax ignores it, so its gradient is rounding noise, which AdamW turns
    into steps of full size.
    """
    agree(engine, oracle, make_case(spec, seed), partial(many_steps, steps=steps), f" after {steps} steps")


def agree(
    engine: Engine,
    oracle: Engine,
    case: EngineCase,
    measure: Measure,
    when: str = "",
    looser: float = 1,
    lenient: bool = False,
) -> None:
    """Raises AssertionError unless both engines measure the same; `lenient` allows for own error in float64 too."""
    measured, expected = measure(engine, case), measure(oracle, case)
    strict = case.spec.dtype == "float64" and not lenient
    other = expected if strict else measure(oracle, case.in_other_dtype())
    dtype = case.spec.dtype
    largest = max(scale(array) for array in expected.values() if array.dtype.kind == "f")
    rounding = ROUNDINGS * float(np.finfo(dtype).eps) * largest
    told = []
    for name, array in expected.items():
        permitted = allowed(dtype, array, finer(dtype) * distance(array, other[name]), looser) + rounding
        if measured[name].shape != array.shape:
            told.append(f"{name}{when}: shape {measured[name].shape}, the oracle's is {array.shape}")
        elif not (apart := distance(measured[name], array)) <= permitted:
            told.append(f"{name}{when}: differs by {apart:.3g} from the oracle; {permitted:.3g} is allowed")
    if told:
        said = "\n  ".join(told)
        raise AssertionError(
            f"{engine.name} and {oracle.name} disagree (seed {case.seed}, {case.spec.dtype}, {case.spec!r}):\n  {said}"
        )


def unedited(engine: Engine, case: EngineCase) -> Measured:
    """Logits and every site, run in blocks."""
    plan = Plan(captures=tuple(sites_of(case.spec)))
    blocks = list(engine.run(case.stack, case.dataset.tokens, plan, graded=case.dataset.graded, block=16))
    starts = [block.start for block in blocks]
    if starts != list(range(0, len(case.dataset), 16)):
        raise AssertionError(f"{engine.name}: blocks of 16 start at {starts}")
    return _of_trace(joined(blocks)) | scores(engine, case, Plan())


def edited(plan: Plan, engine: Engine, case: EngineCase) -> Measured:
    """Logits, the plan's captures and scores."""
    trace = engine.run(
        case.stack,
        case.dataset.tokens,
        plan,
        graded=case.dataset.graded,
        sources=case.sources,
        reference=case.reference,
    )
    return _of_trace(joined(trace)) | scores(engine, case, plan)


def affine(site: str, engine: Engine, case: EngineCase) -> Measured:
    """Logits and captures with a random affine map, the same for every engine, in an MLP's place."""
    write, dataset = random_affine(case, site), case.dataset
    trace = engine._run(case.stack, 0, dataset.tokens, Taps((write,), (site,)), dataset.graded, [])
    return _of_trace(trace)


def _of_trace(trace: Trace) -> dict[str, NDArray[np.generic]]:
    return {"logits": trace.logits, **trace.captures}


def scores(engine: Engine, case: EngineCase, plan: Plan) -> dict[str, NDArray[np.generic]]:
    """Loss, right answers and margin."""
    scored = engine.score(case.stack, case.dataset, plan, sources=case.sources, reference=case.reference)
    return {"loss": scored.loss, "right": scored.right, "sequences": scored.sequences, "margin": scored.margin}


def gradients(engine: Engine, case: EngineCase) -> Measured:
    """Of the mean loss, by every weight."""
    measured = engine.gradients(case.stack, case.dataset)
    return {"loss": measured.loss} | {f"gradient of {name}": array for name, array in measured.weights.items()}


def gradients_at(plan: Plan, number: int, engine: Engine, case: EngineCase) -> Measured:
    """Of the loss, or with an odd number of random slopes of the logits, at random sites with a plan's edits in place.

    Run in blocks; what the plan captures comes along. Unedited, the slopes differ from model to model.
    """
    slopes = None if plan.edits and number % 2 == 0 else random_slopes(case, 1 if plan.edits else len(case.stack))
    blocks = list(
        engine.gradients_at(
            case.stack,
            case.dataset,
            plan,
            sites=random_sites(case, number),
            slopes=slopes if slopes is None or len(slopes) > 1 else slopes[0],
            sources=case.sources,
            reference=case.reference,
            block=16,
        )
    )
    arrays = {"metric": np.concatenate([block.metric for block in blocks], axis=1)}
    for said, get in (("", "captures"), ("gradient at ", "gradients")):
        for name in getattr(blocks[0], get):
            arrays[said + name] = np.concatenate([getattr(block, get)[name] for block in blocks], axis=1)
    return arrays


def one_step(engine: Engine, case: EngineCase, optimiser: AdamW = CLIPPED) -> Measured:
    """One optimiser step from memory that is not empty, so that no weight's step hangs on a gradient's sign."""
    state, batches = training_work(case, 1, warm=True)
    after = engine.train(case.stack, state, batches, optimiser)
    return {
        "losses": after.losses,
        "weights": after.stack.flat,
        "exp_avg": after.state.exp_avg,
        "exp_avg_sq": after.state.exp_avg_sq,
        "step": after.state.step,
    }


def many_steps(engine: Engine, case: EngineCase, steps: int) -> Measured:
    """Losses of every step, and where they lead."""
    state, batches = training_work(case, steps, warm=False)
    after = engine.train(case.stack, state, batches, AdamW())
    moved = case.with_stack(after.stack)
    arrays = {"losses": after.losses, "step": after.state.step} | {"logits": unedited(engine, moved)["logits"]}
    if case.spec.dtype == "float64":
        weights = named_views(case.spec, after.stack.flat)
        arrays |= {f"trained {name}": array for name, array in weights.items() if not name.endswith("b_K")}
    return arrays
