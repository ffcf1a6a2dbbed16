"""The core at every SIMD level against its portable one: the conformance kit on random specs, without PyTorch.

It is what `scripts/sanitize` runs most of: every entry of the core, every edit, threads. Against PyTorch, which would
find a mistake that all levels share, stands test_random_specs.py. OPENWORK_LEVELS sets how many specs there are.
"""

from __future__ import annotations

import os
from functools import partial

import pytest
from hypothesis import given, settings

from openwork.engines.native import NativeEngine, _core
from openwork.models import ModelSpec
from openwork.testing import check_engine
from openwork.testing.specs import seeds, specs

SPECS = int(os.environ.get("OPENWORK_LEVELS", "2"))


def make_native(level: str, threads: int) -> NativeEngine:
    return NativeEngine(threads, level)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("level", _core.usable_levels())
def test_a_level_agrees_with_the_portable_one(level: str, dtype: str):
    @settings(derandomize=True, deadline=None, database=None, max_examples=SPECS)
    @given(specs(dtype), seeds())
    def agrees(spec: ModelSpec, seed: int) -> None:
        check_engine(partial(make_native, level), NativeEngine(1, "portable"), spec, seed)

    agrees()
