"""The core's list of sites is that of `openwork.models.sites`, in its order."""

from openwork.engines.native._core import Site, TapKind
from openwork.engines.native.sites import core_name, tap_site
from openwork.models import model_spec, sites_of


def test_the_core_has_the_sites_of_a_layer_in_the_order_of_the_pass():
    spec = model_spec(n_layers=1, d_model=4, n_heads=1, d_head=4, d_mlp=4, d_vocab=4, n_ctx=4)
    assert [core_name(name) for name in sites_of(spec)] == [site.name for site in Site]


def test_a_site_has_the_layer_that_its_name_has():
    assert tap_site("blocks.12.ln2.hook_scale") == (Site["ln2_scale"], 12)
    assert tap_site("ln_final.hook_normalized") == (Site["final_normalized"], 0)


def test_the_core_has_the_kinds_of_taps_that_the_engine_makes():
    assert [kind.name for kind in TapKind] == ["constant", "from_source", "affine", "given", "read", "gradient"]
