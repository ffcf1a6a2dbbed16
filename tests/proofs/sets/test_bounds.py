"""No bound of a box lies above a lead in it; exponentials are between their ends."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from openwork.engines.native import NativeEngine
from openwork.models import Stack, initial_stack, spec_for, stack_of
from openwork.proofs.sets.attention import parts_of_places
from openwork.proofs.sets.balls import Ball, exp
from openwork.proofs.sets.leads import leads
from openwork.proofs.sets.open_heads import ends_of_mean, least_mean
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
@pytest.mark.parametrize("sharp", [1.0, 60.0])
def test_no_lead_is_below_its_bound(normalization, heads, d_mlp, direction, sharp):
    """Sharp heads look at one place or another, so that what is known weighs nothing in many boxes."""
    fields = {"normalization_type": normalization, "attention_dir": direction, "attn_only": d_mlp == 0}
    spec = spec_for(Maximum(6, 5), n_layers=1, d_model=12, n_heads=heads, d_head=8, d_mlp=d_mlp, **fields)
    rng = np.random.default_rng(heads + d_mlp)
    flat = initial_stack(spec, [0]).flat + 0.3 * rng.standard_normal((1, initial_stack(spec, [0]).flat.shape[1]))
    named = {name: array.copy() for name, array in Stack(spec, flat.astype(np.float32)).named().items()}
    named["blocks.0.attn.W_Q"] *= np.float32(sharp)
    stack = stack_of(spec, named)
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
    opened = leads(tables, allowed[:, :places], asks, answers, closer=True, open_heads=True).least
    assert (opened <= lead).all()
    if sharp > 1 and heads > 1:
        assert (opened > closer).sum() > BOXES / 2 and np.isfinite(opened).all()
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


@pytest.mark.parametrize("spread", [1.0, 30.0, 120.0])
def test_a_mean_lies_between_its_ends_in_every_input_of_a_box(spread):
    """All inputs of boxes of four places and three tokens, in fractions; some weights are next to nothing, and a weight
    below 1e-250 may be nothing."""
    rng = np.random.default_rng(int(spread))
    allowed = rng.random((8, 4, 3)) < 0.6
    allowed[:, :, 0] |= ~allowed.any(-1)
    weight = np.exp(rng.uniform(-spread, 0, (8, 4, 3)) * 5)
    written = rng.normal(0, 1, (4, 3, 2))
    lowest = np.where(allowed, weight, np.inf).min(-1)
    highest = np.where(allowed, weight, 0.0).max(-1)
    least_part, most_part = parts_of_places(lowest[:, None], highest[:, None], 1e-12)
    ends = ends_of_mean(allowed, written, abs(written).max((0, 1)), least_part[:, 0], most_part[:, 0])
    by_rival = np.broadcast_to(np.moveaxis(written, -1, 0), (8, 2, 4, 3))
    least, effect = least_mean(weight, allowed, by_rival, 1e-12)
    assert effect.shape == by_rival.shape
    for box, may in enumerate(allowed):
        for tokens in product(*(np.flatnonzero(place) for place in may)):
            at = np.arange(4), np.array(tokens)
            for empty in (False, True):
                own = [Fraction(0) if empty and w < 1e-250 else Fraction(float(w)) for w in weight[box][at]]
                if not sum(own):
                    continue
                for c in range(2):
                    mean = sum(w * Fraction(float(v)) for w, v in zip(own, written[at][:, c], strict=True)) / sum(own)
                    assert ends[0][box, c] <= mean <= ends[1][box, c] and least[box, c] <= mean
    whole = np.where(allowed[:, None], by_rival, np.inf).min((-1, -2))
    assert (least >= whole).all() and (least > whole).any()


def test_small_weights_that_nobody_knows_are_not_taken_for_small(monkeypatch):
    """A score of -610, give or take 1,000, may be any weight at all."""
    monkeypatch.setattr("openwork.proofs.sets.tables.exp", lambda x: Ball(np.full_like(x.mid, 1e-260), x.mid * np.inf))
    spec = spec_for(Maximum(3, 2), n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=4)
    named = {name: array[0] for name, array in initial_stack(spec, [0]).named().items()}
    with np.errstate(invalid="ignore"):
        assert tables_of(spec, named, 2, 3).weight_error == math.inf
