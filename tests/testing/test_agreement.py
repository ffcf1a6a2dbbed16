"""What rounding makes of a model is allowed, however much; what is wrong is not, on the same models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from openwork.engines import joined
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.models import Stack, model_spec
from openwork.testing.agreement import allowed, distance, own_error, require_near
from openwork.testing.engine_case import EngineCase, make_case
from openwork.testing.specs import seeds, specs

NEARLY_ZERO = model_spec(
    n_layers=3, d_model=2, n_heads=1, d_head=1, attn_only=True, normalization_type="LN", d_vocab=3, n_ctx=3
)
"""A stream of two numbers, which a norm divides by their distance."""
FAULTS: dict[str, dict[str, Any]] = {
    "twice eps": {"eps": 2e-5},
    "scale of scores": {"attn_scale": 1.01},
    "half precision": {},
}


def logits(engine: Any, case: EngineCase) -> np.ndarray:
    return joined(engine.run(case.stack, case.dataset.tokens, graded=tuple(range(case.n_pos)))).logits


def by_the_oracle(case: EngineCase) -> np.ndarray:
    return logits(TorchEngine(1), case)


@pytest.mark.parametrize("level", _core.usable_levels())
def test_a_norm_over_nearly_nothing_may_enlarge_rounding(level: str):
    """Beyond what would do for another model."""
    errors = []
    for seed in range(60):
        case = make_case(NEARLY_ZERO, seed, models=1, inputs=27)
        exact, error = by_the_oracle(case.in_other_dtype()), own_error(by_the_oracle, case)
        require_near("logits", logits(NativeEngine(1, level), case), exact, error)
        errors.append(error)
    assert max(errors) > 10 * np.median(errors)


def broken(case: EngineCase, fault: str) -> EngineCase:
    """The same case for another model."""
    spec = case.spec.model_copy(update=FAULTS[fault])
    return case.with_stack(Stack(spec, case.stack.flat.astype(np.float16 if not FAULTS[fault] else spec.dtype)))


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_beyond_what_is_allowed(fault: str):
    """On nearly every model on which it makes a difference of more than 2 in 10,000."""
    caught = []

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(specs(), seeds())
    def counted(spec: Any, seed: int) -> None:
        case = make_case(spec, seed, models=1, inputs=13)
        exact = by_the_oracle(case.in_other_dtype())
        wrong = logits(NativeEngine(1), broken(case, fault))
        if distance(wrong, exact) > 2e-4 * max(1.0, np.abs(exact).max()):
            caught.append(distance(wrong, exact) > allowed("float32", exact, own_error(by_the_oracle, case)))

    counted()
    assert len(caught) >= 5 and np.mean(caught) > 0.8, caught


def test_what_differs_is_told_with_what_is_allowed():
    one = np.array([1.0, 2.0], np.float32)
    require_near("logits", one, one * np.float32(1 + 1e-6), 0)
    with pytest.raises(AssertionError, match=r"logits: differs by 0.1 from the oracle; 2.1e-05 is allowed"):
        require_near("logits", one, one + np.float32([0, 0.1]), 0)
    require_near("logits", one, one + np.float32([0, 0.1]), 0.011)
    with pytest.raises(AssertionError, match=r"shape \(2,\), the oracle's is \(1,\)"):
        require_near("logits", one, one[:1], 0)
    with pytest.raises(AssertionError, match="differs by inf"):
        require_near("logits", one, np.array([1, np.inf], np.float32), 1e9)
