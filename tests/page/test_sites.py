"""The page's list of sites is that of `models/sites.py`, and its other modules name no place that is not on it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest

from openwork.models import model_spec, sites_of

LIVE = Path(str(files("openwork.page"))) / "live"
SPECS = [
    model_spec(
        **dict(n_layers=layers, d_model=4, n_heads=3, d_head=2, d_mlp=0 if attn_only else 16, d_vocab=5, n_ctx=7),
        **dict(attn_only=attn_only, normalization_type=norm, positional_embedding_type=places),
    )
    for layers, attn_only, norm, places in product((0, 2), (True, False), ("LN", None), ("standard", "none"))
]
SCRIPT = """
const {{ sitesOf, shapeOf, posAxis }} = await import({module});
const lists = {specs}.map((spec) => [...sitesOf(spec).values()].map(
  (site) => [site.name, site.axes, site.layer, shapeOf(site, spec, 6), posAxis(site)]));
console.log(JSON.stringify(lists));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: it runs the page's own list")
def test_the_page_has_the_same_sites_in_the_same_order():
    specs = json.dumps([spec.model_dump() for spec in SPECS])
    script = SCRIPT.format(module=json.dumps((LIVE / "model" / "sites.js").as_uri()), specs=specs)
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "--eval", script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    for spec, theirs in zip(SPECS, json.loads(done.stdout), strict=True):
        ours = [[s.name, list(s.axes), s.layer, list(s.shape(spec, 6)), s.pos_axis] for s in sites_of(spec).values()]
        assert theirs == ours


def test_no_module_names_a_place_that_is_no_site():
    known = {hook for spec in SPECS for name in sites_of(spec) for hook in re.findall(r"hook_\w+", name)}
    named = {
        hook: file.name for file in LIVE.rglob("*.js") for hook in re.findall(r"\bhook_\w+", file.read_text("utf-8"))
    }
    assert len(named) > 10 and {hook: file for hook, file in named.items() if hook not in known} == {}
