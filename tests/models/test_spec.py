from __future__ import annotations

import numpy as np
import pytest

from openwork.errors import SpecError
from openwork.models import LEAST_EPS, model_spec, require_fit, spec_for
from openwork.tasks import ReverseIncrement

SIZES = dict(n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=16)


def test_a_task_gives_vocabulary_and_context():
    spec = spec_for(ReverseIncrement(4, 8), **SIZES)
    assert (spec.d_vocab, spec.d_vocab_out, spec.n_ctx) == (5, 5, 17)
    assert str(spec).startswith("2 layers, d_model 4, 1 head of 2, d_mlp 16 relu, LN, causal")


def test_what_follows_need_not_be_given():
    spec = model_spec(n_layers=1, d_model=4, n_heads=1, d_head=4, attn_only=True, d_vocab=3, n_ctx=5)
    assert (spec.d_vocab_out, spec.d_mlp, spec.score_divisor, spec.norm_has_weights) == (3, 0, 2.0, True)
    assert spec.model_copy(update={"attn_scale": 3.0}).score_divisor == 3.0
    assert not spec.model_copy(update={"normalization_type": "RMSPre"}).norm_has_weights


def test_every_wrong_field_is_told_at_once():
    with pytest.raises(SpecError) as error:
        model_spec(n_layers=-1, d_model="4", n_heads=1, d_head=2, d_mpl=16, d_mlp=16, d_vocab=5, n_ctx=5, act_fn="tanh")
    told = {reason.where: str(reason) for reason in error.value.reasons}
    assert set(told) == {"n_layers", "d_model", "d_mpl", "act_fn"}
    assert told["d_mpl"] == "d_mpl: there is no such field (did you mean 'd_mlp' or 'd_model'?)"
    assert "got 'tanh'" in told["act_fn"] and "gelu_new" in told["act_fn"]
    assert "got -1" in told["n_layers"]


@pytest.mark.parametrize("changes", [{"attn_only": True, "d_mlp": 4}, {"d_mlp": 0}])
def test_an_mlp_has_neurons_and_nothing_else_has(changes):
    with pytest.raises(SpecError, match="d_mlp is 0 exactly when attn_only is true"):
        model_spec(**SIZES | changes, d_vocab=5, n_ctx=5)


def test_a_model_too_small_for_the_task_is_told_in_full():
    spec = model_spec(**SIZES, d_vocab=4, d_vocab_out=3, n_ctx=15)
    with pytest.raises(SpecError) as error:
        require_fit(spec, ReverseIncrement(4, 8))
    assert [str(reason) for reason in error.value.reasons] == [
        "n_ctx: 15 is too small: reverse-increment(base=4, length=8) needs 16 (give n_ctx 16 or more)",
        "d_vocab: 4 is too small: reverse-increment(base=4, length=8) needs 5 (give d_vocab 5 or more)",
        "d_vocab_out: 3 is too small: reverse-increment(base=4, length=8) needs 5 (give d_vocab_out 5 or more)",
    ]


def test_a_pad_is_a_token_of_the_vocabulary():

    assert "causal, pads 4 masked" in str(model_spec(**SIZES, d_vocab=5, n_ctx=5, pad_token=4))
    with pytest.raises(SpecError, match="pad_token 5 is not in the vocabulary: tokens are 0 to 4"):
        model_spec(**SIZES, d_vocab=5, n_ctx=5, pad_token=5)
    with pytest.raises(SpecError, match="pad_token"):
        model_spec(**SIZES, d_vocab=5, n_ctx=5, pad_token=-1)


def test_a_spec_without_pads_is_written_as_before_there_were_any():
    spec = model_spec(**SIZES, d_vocab=5, n_ctx=5)
    assert "pad_token" not in spec.model_dump() and "pad_token" not in spec.model_dump_json()
    assert model_spec(**spec.model_dump()) == spec
    padded = spec.model_copy(update={"pad_token": 0})
    assert padded.model_dump()["pad_token"] == 0 and model_spec(**padded.model_dump()) == padded


def test_an_eps_that_float32_does_not_have_is_refused():
    sizes = SIZES | {"d_vocab": 5, "n_ctx": 5}
    with pytest.raises(SpecError, match=r"eps 1e-60 is 0 in float32: give 1\.2e-38 or more"):
        model_spec(**sizes, eps=1e-60)
    assert model_spec(**sizes, eps=1e-60, dtype="float64").eps == 1e-60
    assert np.float32(model_spec(**sizes, eps=LEAST_EPS).eps) == LEAST_EPS
