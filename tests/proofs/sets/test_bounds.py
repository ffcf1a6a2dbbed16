"""No bound of a box lies above a lead in it; exponentials are between their ends."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from openwork.engines.native import NativeEngine
from openwork.models import Stack, initial_stack, spec_for
from openwork.proofs.sets.balls import Ball, exp
from openwork.proofs.sets.leads import leads
from openwork.proofs.sets.tables import tables_of
from openwork.tasks import Maximum

PLACES, SYMBOLS, BOXES, DRAWN = 6, 7, 24, 400


def test_an_exponential_lies_in_its_ball():
    x = np.linspace(-590.0, 3.0, 101)
    found = exp(Ball(x, np.full_like(x, 1e-9)))
    with localcontext() as context:
        context.prec = 60
        for at, mid, rad in zip(x.tolist(), found.mid.tolist(), found.rad.tolist(), strict=True):
            for true in ((Decimal(at) + Decimal(sign) * Decimal("1e-9")).exp() for sign in (-1, 1)):
                assert abs(true - Decimal(mid)) <= Decimal(rad)
            assert rad <= mid * 1e-8 + 1e-280


def test_an_exponential_of_almost_nothing_is_between_nothing_and_little():
    found = exp(Ball(np.array([-5000.0]), np.zeros(1)))
    assert found.mid[0] - found.rad[0] <= 0 <= math.exp(-600) <= found.mid[0] + found.rad[0]


@pytest.mark.parametrize("normalization", ["LN", "RMSPre", None])
@pytest.mark.parametrize(("heads", "d_mlp"), [(1, 0), (1, 12), (3, 12)])
@pytest.mark.parametrize("direction", ["causal", "bidirectional"])
def test_no_lead_is_below_its_bound(normalization, heads, d_mlp, direction):
    fields = {"normalization_type": normalization, "attention_dir": direction, "attn_only": d_mlp == 0}
    spec = spec_for(Maximum(6, 5), n_layers=1, d_model=12, n_heads=heads, d_head=8, d_mlp=d_mlp, **fields)
    rng = np.random.default_rng(heads + d_mlp)
    flat = initial_stack(spec, [0]).flat + 0.3 * rng.standard_normal((1, initial_stack(spec, [0]).flat.shape[1]))
    stack = Stack(spec, flat.astype(np.float32))
    wide = Stack(spec.model_copy(update={"dtype": "float64"}), stack.flat.astype(np.float64))
    query = 3
    places = query + 1 if direction == "causal" else PLACES
    allowed, asks, answers = _boxes(rng, query)
    tables = tables_of(spec, {name: array[0] for name, array in stack.named().items()}, query, places)
    drawn = np.array([[rng.choice(np.flatnonzero(may), DRAWN) for may in box] for box in allowed], np.int32)
    tokens = drawn.swapaxes(1, 2).reshape(-1, PLACES)
    (trace,) = NativeEngine(1).run(wide, tokens, graded=(query,), block=len(tokens))
    logits = trace.logits[0, :, 0].reshape(BOXES, DRAWN, -1)
    right = np.take_along_axis(logits, answers[:, None, None], axis=-1)
    rivals = np.where(np.arange(logits.shape[-1]) == answers[:, None, None], -np.inf, logits)
    lead = (right[..., 0] - rivals.max(-1)).min(-1)
    cheap = leads(tables, allowed[:, :places], asks, answers).least
    closer = leads(tables, allowed[:, :places], asks, answers, closer=True).least
    single = allowed[:, :places].sum(-1).prod(-1) == 1
    assert (cheap <= lead).all() and (closer <= lead).all()
    assert single.any() and (lead[single] - closer[single] < 1e-6).all()


def _boxes(rng, query):
    """Some of them single inputs; the query's token is known."""
    allowed = rng.random((BOXES, PLACES, SYMBOLS)) < rng.choice([0.2, 0.6], (BOXES, PLACES, 1))
    allowed[:3] = False
    allowed[np.arange(BOXES)[:, None], np.arange(PLACES), rng.integers(0, SYMBOLS, (BOXES, PLACES))] = True
    asks = rng.integers(0, SYMBOLS, BOXES)
    allowed[:, query] = False
    allowed[np.arange(BOXES), query, asks] = True
    return allowed, asks, rng.integers(0, 6, BOXES)
