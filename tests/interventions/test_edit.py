from __future__ import annotations

import numpy as np
import pytest

from openwork.interventions import Linearise, Mean, Patch, Resample, Set, Zero
from openwork.models import model_spec

SPEC = model_spec(n_layers=1, d_model=4, n_heads=3, d_head=2, d_mlp=5, d_vocab=5, n_ctx=7)


@pytest.mark.parametrize(
    ("edit", "where", "what"),
    [
        (Zero("blocks.0.mpl"), "blocks.0.mpl", "this model has no such site"),
        (Mean("blocks.0.mlp", heads=(0,)), "blocks.0.mlp, heads", "this site has no such axis"),
        (Zero("blocks.0.attn.hook_z", heads=(3,)), "blocks.0.attn.hook_z, heads", "[3] out of range"),
        (Zero("blocks.0.attn.hook_z", positions=(-1, 6)), "blocks.0.attn.hook_z, positions", "[-1, 6] out of range"),
        (Resample("blocks.0.mlp", units=(4,)), "blocks.0.mlp, units", "[4] out of range"),
        (Patch("blocks.0.mlp", positions=()), "blocks.0.mlp, positions", "an empty choice edits nothing"),
        (Linearise("blocks.0.attn"), "blocks.0.attn", "only an MLP can be linearised"),
        (Linearise("blocks.0.mlp", units=(0,)), "blocks.0.mlp, units", "an MLP is linearised whole"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(edit, where, what):
    assert [(reason.where, reason.what) for reason in edit.reasons(SPEC, 6)] == [(where, what)]


def test_every_reason_is_given_at_once():
    edit = Zero("blocks.0.attn.hook_z", positions=(6,), heads=(3,), units=(2,))
    assert len(edit.reasons(SPEC, 6)) == 3
    assert edit.reasons(SPEC, 7)[0].where.endswith("heads"), "with seven tokens there is a position 6"


def test_the_index_is_that_of_the_chosen_numbers():
    site = np.arange(6 * 3 * 2).reshape(6, 3, 2)
    edit = Zero("blocks.0.attn.hook_z", positions=(4, 1), heads=(2,), units=(0,))
    assert edit.index(SPEC, 6).tolist() == [site[1, 2, 0], site[4, 2, 0]]
    pattern = np.arange(3 * 6 * 6).reshape(3, 6, 6)
    edit = Set("blocks.0.attn.hook_pattern", positions=(5,), heads=(1,), units=(0, 2))
    assert edit.index(SPEC, 6).tolist() == pattern[1, 5, [0, 2]].tolist()
    assert len(Zero("blocks.0.mlp").index(SPEC, 6)) == 6 * 4


def test_edits_print_only_what_is_chosen():
    assert str(Zero("blocks.0.mlp")) == "Zero(blocks.0.mlp)"
    assert str(Set("blocks.0.mlp", heads=None, units=(1,), value=2.5)) == "Set(blocks.0.mlp, units=(1,), value=2.5)"
    assert str(Patch("blocks.0.mlp", (3,))) == "Patch(blocks.0.mlp, positions=(3,), source=source)"
