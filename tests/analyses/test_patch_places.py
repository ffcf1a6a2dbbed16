"""A place said not to matter changes nothing, in models of every shape; one said to matter does."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject, pairs_for
from openwork.analyses.patch_places import matters, streams_and_parts
from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.interventions import Patch, Plan
from openwork.models import initial_stack, sites_of, spec_for
from openwork.tasks import ReverseIncrement

TASK = ReverseIncrement(3, 3)
SHAPES = [
    {"attention_dir": "causal"},
    {"attention_dir": "bidirectional"},
    {"attn_only": True, "d_mlp": 0},
    {"n_layers": 1, "normalization_type": None},
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_only_what_matters_has_an_effect(shape):
    fields = {"n_layers": 2, "d_model": 6, "n_heads": 2, "d_head": 3, "d_mlp": 5, "dtype": "float64"} | shape
    spec = spec_for(TASK, **fields)
    subject = Subject.of(NativeEngine(1), initial_stack(spec, [2]), TASK)
    [pairs] = pairs_for(subject, ["y[1]"])
    source = {"source": pairs.source.tokens}

    def logits(plan):
        run = subject.engine.run(subject.stack, pairs.base.tokens, plan, graded=pairs.base.graded, sources=source)
        return joined(run).logits

    clean, seen, idle = logits(Plan()), 0, 0
    for site in sites_of(spec):
        for position in range(pairs.base.tokens.shape[1]):
            moved = np.abs(logits(Plan((Patch(site, (position,)),))) - clean).max()
            if matters(spec, site, position, pairs):
                seen += moved > 1e-9
            else:
                idle += 1
                assert moved < 1e-12, (site, position)
    assert seen > 10 and idle > 10


def test_places_in_order(untrained):
    names = [place.name for place in streams_and_parts(untrained.spec)]
    assert names[:5] == [
        "blocks.0.hook_resid_pre",
        "blocks.0.attn.head.0",
        "blocks.0.attn.head.1",
        "blocks.0.mlp",
        "blocks.1.hook_resid_pre",
    ]
    assert names[-1] == "blocks.1.hook_resid_post"
