from __future__ import annotations

from flops import forward_multiply_adds, step_flops
from openwork.models import model_spec
from openwork.training import named_experiment


def test_the_notebooks_step_is_counted_as_by_hand():
    experiment = named_experiment("notebook")
    first = 16 * 4 * 6 + 16 * 2 * 4 + 16 * 2 * 4 * 16 + 136 * 2 * 2
    last = 16 * 4 * 4 + 8 * 4 * 2 + 8 * 2 * 4 + 8 * 2 * 4 * 16 + sum(range(9, 17)) * 2 * 2
    by_hand = first + last + 8 * 4 * 5
    assert forward_multiply_adds(experiment.spec, 16, experiment.task.graded) == by_hand == 5072
    assert step_flops(experiment.spec, 16, experiment.task.graded, 256) == 2 * 3 * 256 * by_hand


def test_a_bidirectional_query_meets_every_key():
    sizes = {"n_layers": 1, "d_model": 3, "n_heads": 2, "d_head": 1, "attn_only": True, "d_vocab": 4, "n_ctx": 5}
    causal, both = (model_spec(**sizes, attention_dir=direction) for direction in ("causal", "bidirectional"))
    assert forward_multiply_adds(both, 5, (0,)) == 3 * 4 + 5 * 3 * 4 + 1 * 2 * 3 * 2 + 2 * 5 * 2
    assert forward_multiply_adds(causal, 5, (0,)) == 3 * 4 + 1 * 3 * 4 + 1 * 2 * 3 * 2 + 2 * 1 * 2
