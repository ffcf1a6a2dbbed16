"""Both engines reproduce what TransformerLens 3.9 computed: a frozen sample, see make_transformer_lens_sample.py."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from openwork.engines import Engine, joined
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch.engine import TorchEngine
from openwork.interventions import Plan, Set
from openwork.models import ModelSpec, Stack, model_spec, sites_of, stack_of

SAMPLE = Path(__file__).with_name("transformer_lens_3_9.safetensors")
with safe_open(SAMPLE, "numpy") as opened:
    CONFIGS = {name: json.loads(text) for name, text in sorted(opened.metadata().items())}
    TENSORS = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118 (not a dict)

ENGINES: dict[str, Engine] = {f"native {level}": NativeEngine(1, level) for level in _core.usable_levels()}
ENGINES["torch"] = TorchEngine(1)
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
"""Of the largest number of the array; the largest differences seen are 1.8e-6 and 2.4e-15."""


class Sample:
    """One config of the file."""

    def __init__(self, name: str, dtype: str) -> None:
        parts = {key.removeprefix(name + "/"): value for key, value in TENSORS.items() if key.startswith(name + "/")}
        self.spec: ModelSpec = model_spec(**CONFIGS[name], dtype=dtype)
        weights = {k.removeprefix("weight/"): v[None] for k, v in parts.items() if k.startswith("weight/")}
        self.stack: Stack = stack_of(self.spec, weights)
        self.tokens = parts["tokens"].astype(np.int32)
        self.logits = parts["logits"]
        self.sites = {k.removeprefix("site/"): v for k, v in parts.items() if k.startswith("site/")}
        self.edited = {k.removeprefix("edited/"): v for k, v in parts.items() if k.startswith("edited/")}

    def run(self, engine: Engine, plan: Plan):
        return joined(engine.run(self.stack, self.tokens, plan, graded=range(self.tokens.shape[1])))


@pytest.fixture(params=["float32", "float64"])
def dtype(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=CONFIGS)
def sample(request: pytest.FixtureRequest, dtype: str) -> Sample:
    return Sample(request.param, dtype)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def assert_close(found: np.ndarray, expected: np.ndarray, what: str) -> None:
    finite = np.isfinite(expected)
    assert np.array_equal(np.isfinite(found), finite), what
    largest = np.abs(expected[finite]).max(initial=1e-30)
    assert np.abs(found[finite] - expected[finite]).max(initial=0) <= TOLERANCE[found.dtype.name] * largest, what


def test_logits_and_every_site(engine: Engine, sample: Sample):
    trace = sample.run(engine, Plan(captures=tuple(sites_of(sample.spec))))
    assert_close(trace.logits[0], sample.logits, "logits")
    for site, value in trace.captures.items():
        assert_close(value[0], sample.sites[site], site)


def test_every_edited_site(engine: Engine, sample: Sample):
    for site in sites_of(sample.spec).values():
        if sample.spec.attention_dir == "causal" and "key" in site.axes:
            continue  # TransformerLens masks before such an edit and lets a model look ahead; openwork masks after it
        trace = sample.run(engine, Plan((Set(site.name, value=0.5),)))
        assert_close(trace.logits[0], sample.edited[site.name], f"logits with {site.name} set")


@pytest.mark.parametrize("name", CONFIGS)
def test_sites_are_those_of_transformer_lens(name: str):
    sample = Sample(name, "float64")
    assert set(sites_of(sample.spec)) == set(sample.sites) - {"unembed.hook_in", "unembed.hook_out"}
