from __future__ import annotations

import json

import pytest

from openwork.interventions import Linearise, Mean, Patch, Resample, Set, Zero, edit_as_json, edit_from_json


@pytest.mark.parametrize(
    "edit",
    [
        Zero("blocks.0.mlp"),
        Mean("blocks.0.attn.hook_z", (1, 2), (0,), (3,)),
        Linearise("blocks.1.mlp", positions=(4,)),
        Patch("hook_embed", source="other"),
        Resample("blocks.0.mlp", seed=7),
        Set("blocks.0.mlp", units=(0, 1), value=(0.5, -1.0)),
        Set("blocks.0.mlp", value=2.0),
    ],
    ids=str,
)
def test_an_edit_can_be_written_down_and_read_again(edit):
    assert edit_from_json(json.loads(json.dumps(edit_as_json(edit)))) == edit


def test_an_unknown_edit_is_refused():
    with pytest.raises(KeyError):
        edit_from_json({"edit": "explode", "site": "blocks.0.mlp"})
