from __future__ import annotations

import pytest

from openwork.errors import PlanError
from openwork.models import model_spec, site_named, sites_of

SPEC = model_spec(n_layers=2, d_model=4, n_heads=3, d_head=2, d_mlp=16, d_vocab=5, n_ctx=7)
BARE = SPEC.model_copy(
    update={"attn_only": True, "d_mlp": 0, "normalization_type": None, "positional_embedding_type": "none"}
)


def test_the_order_is_that_of_the_forward_pass():
    names = list(sites_of(SPEC))
    assert names[:3] == ["hook_embed", "hook_pos_embed", "blocks.0.hook_resid_pre"]
    assert names[-3:] == ["blocks.1.hook_resid_post", "ln_final.hook_scale", "ln_final.hook_normalized"]
    assert names.index("blocks.0.hook_resid_post") < names.index("blocks.1.hook_resid_pre")
    assert len(names) == 2 + 2 * 18 + 2


def test_a_model_has_no_site_for_what_it_lacks():
    assert list(sites_of(BARE))[:2] == ["hook_embed", "blocks.0.hook_resid_pre"]
    assert not [name for name in sites_of(BARE) if "mlp" in name or "ln" in name or "resid_mid" in name]


@pytest.mark.parametrize(
    ("name", "shape", "pos_axis"),
    [
        ("hook_embed", (6, 4), 0),
        ("blocks.1.attn.hook_q", (6, 3, 2), 0),
        ("blocks.0.attn.hook_pattern", (3, 6, 6), 1),
        ("blocks.0.attn.hook_result", (6, 3, 4), 0),
        ("blocks.1.mlp.hook_post", (6, 16), 0),
        ("ln_final.hook_scale", (6, 1), 0),
    ],
)
def test_shapes_for_six_tokens(name, shape, pos_axis):
    site = site_named(SPEC, name)
    assert (site.shape(SPEC, 6), site.pos_axis) == (shape, pos_axis)


def test_short_names_mean_what_a_component_writes():
    assert site_named(SPEC, "blocks.1.attn").name == "blocks.1.hook_attn_out"
    assert site_named(SPEC, "blocks.0.mlp").name == "blocks.0.hook_mlp_out"
    assert site_named(SPEC, "blocks.0.mlp").layer == 0


@pytest.mark.parametrize("name", ["blocks.0.hook_mpl_out", "blocks.2.mlp", "attn", ""])
def test_a_site_that_is_not_there_gets_the_nearest(name):
    with pytest.raises(PlanError, match=r"this model has no such site \((did you mean|known:)"):
        site_named(SPEC, name)
