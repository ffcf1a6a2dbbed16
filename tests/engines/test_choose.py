"""Which engine is chosen, and the reason given; which SIMD level, and the reason for that."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from openwork.engines import choose_engine
from openwork.engines.choose import NATIVE_UP_TO_D_MODEL, available_threads
from openwork.engines.native import NativeEngine, _core
from openwork.engines.torch import TorchEngine
from openwork.errors import EngineError
from openwork.models import ModelSpec, model_spec

LEVELS = _core.usable_levels()


def spec(d_model: int) -> ModelSpec:
    return model_spec(n_layers=1, d_model=d_model, n_heads=1, d_head=4, attn_only=True, d_vocab=3, n_ctx=3)


SMALL, LARGE = spec(NATIVE_UP_TO_D_MODEL), spec(NATIVE_UP_TO_D_MODEL + 1)


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own way to say that a module cannot be imported."""
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.fixture(autouse=True)
def no_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENWORK_SIMD", raising=False)
    monkeypatch.delenv("OPENWORK_DEVICE", raising=False)


@pytest.mark.parametrize(
    ("chosen_for", "name", "engine", "reason"),
    [
        (SMALL, None, "native", "native: d_model 128 is at most 128"),
        (LARGE, None, "torch", "torch: d_model 129 is above 128"),
        (SMALL, "torch", "torch", "torch: asked for"),
        (LARGE, "native", "native", "native: asked for"),
    ],
)
def test_each_choice_and_its_reason(chosen_for: ModelSpec, name: str | None, engine: str, reason: str):
    choice = choose_engine(chosen_for, name, threads=3)
    assert (choice.engine.name, choice.engine.threads, choice.reason) == (engine, 3, reason)


@pytest.mark.parametrize(("chosen_for", "device"), [(SMALL, "cpu"), (LARGE, "cuda")])
def test_torch_gets_the_device_that_suits_the_model(
    chosen_for: ModelSpec, device: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
    engine = choose_engine(chosen_for, "torch").engine
    assert isinstance(engine, TorchEngine) and engine.device.name == device


@pytest.mark.usefixtures("no_torch")
def test_without_torch_a_large_model_runs_natively_and_says_what_to_install():
    choice = choose_engine(LARGE)
    assert choice.engine.name == "native"
    assert choice.reason == (
        "native: d_model 129 is large, and torch would suit it better: pip install 'openwork[torch]'"
    )


@pytest.mark.usefixtures("no_torch")
def test_without_torch_a_small_model_has_nothing_to_say_about_it():
    assert choose_engine(SMALL).reason == "native: d_model 128 is at most 128"


@pytest.mark.usefixtures("no_torch")
def test_without_torch_asking_for_it_says_how_to_get_it():
    with pytest.raises(EngineError, match=r"not installed \(pip install 'openwork\[torch\]'\)"):
        choose_engine(SMALL, "torch")


@pytest.mark.parametrize(("name", "said"), [("nativ", "did you mean 'native'"), ("jax", "known: native, torch")])
def test_an_unknown_engine(name: str, said: str):
    with pytest.raises(EngineError, match=said):
        choose_engine(SMALL, name)


def test_threads_are_the_cores_of_this_process_unless_given():
    assert choose_engine(SMALL).engine.threads == available_threads() >= 1


@pytest.mark.parametrize(("said", "threads"), [("1", 1), ("2", 2), ("99", 3), ("0", 3), ("", 3), ("2,1", 3)])
def test_no_more_threads_than_openmp_is_told_to_use(said, threads, monkeypatch):
    """As PyTorch does it: where other processes have the other cores, threads would wait for each other."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert available_threads() == threads


def test_a_small_model_never_imports_torch():
    lines = [
        "import sys, openwork",
        "from openwork.engines import choose_engine",
        "from openwork.models import model_spec",
        "spec = model_spec(n_layers=1, d_model=4, n_heads=1, d_head=4, attn_only=True, d_vocab=3, n_ctx=3)",
        "choose_engine(spec)",
        "sys.exit('torch' in sys.modules)",
    ]
    assert subprocess.run([sys.executable, "-c", "\n".join(lines)]).returncode == 0


def test_the_widest_level_is_taken_and_says_so():
    assert LEVELS[0] == "portable"
    assert (
        NativeEngine(2).why()
        == f"native core, {LEVELS[-1]} (the widest of {', '.join(LEVELS)} that this machine runs), 2 threads"
    )


@pytest.mark.parametrize("level", LEVELS)
def test_the_environment_may_choose_the_level(level: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENWORK_SIMD", level)
    engine = choose_engine(SMALL).engine
    assert isinstance(engine, NativeEngine) and engine.level == level
    assert f"{level} (OPENWORK_SIMD says so)" in engine.why()


def test_a_level_that_cannot_run_is_refused_with_a_suggestion(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(EngineError, match=r"level: 'portabel' cannot run here .did you mean 'portable'"):
        NativeEngine(1, "portabel")
    monkeypatch.setenv("OPENWORK_SIMD", "mmx")
    with pytest.raises(EngineError, match=r"OPENWORK_SIMD: 'mmx' cannot run here .known: "):
        choose_engine(SMALL)


def test_levels_are_different_code():
    """A level is worth a test of its own only if it is not another one under a new name."""
    lanes = [
        _core.make_core(level, False, [1, 4, 1, 4, 0, 3, 3, 3], "relu", "none", 1e-5, 2.0, True, True).lanes
        for level in LEVELS
    ]
    assert lanes == sorted(set(lanes))
