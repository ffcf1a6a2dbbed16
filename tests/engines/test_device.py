"""Where PyTorch computes, and the reason given. No GPU is needed: what PyTorch says of one is put in its mouth."""

from __future__ import annotations

import pytest
import torch

from openwork.engines.torch import TorchEngine, device_for
from openwork.errors import EngineError


@pytest.fixture(autouse=True)
def no_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENWORK_DEVICE", raising=False)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("gpu")
def test_large_models_go_to_the_gpu_and_train_together():
    engine = TorchEngine(2, device_for(large=True))
    assert (engine.device.name, engine.device.together, engine.arithmetic) == ("cuda", True, "torch on Some GPU")
    assert engine.why() == (
        f"PyTorch {torch.__version__}, Some GPU (there is one, and the models are large; "
        "a seed's bits may depend on the card and on its neighbours in a stack), 2 threads"
    )


@pytest.mark.usefixtures("gpu")
def test_small_models_stay_on_the_cpu():
    engine = TorchEngine(2, device_for(large=False))
    assert (engine.device.name, engine.device.together, engine.arithmetic) == ("cpu", False, "torch")
    assert "the CPU (small models gain nothing from a GPU)" in engine.why()


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu_large_models_stay_too():
    assert "the CPU (PyTorch finds no GPU)" in TorchEngine(2, device_for(large=True)).why()


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize("name", ["cpu", "cuda"])
@pytest.mark.parametrize("large", [True, False])
def test_the_environment_decides(name: str, large: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENWORK_DEVICE", name)
    device = device_for(large)
    assert (device.name, device.why) == (name, "OPENWORK_DEVICE says so")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("large", [True, False])
def test_a_gpu_that_is_asked_for_and_not_there_is_an_error(large: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENWORK_DEVICE", "cuda")
    with pytest.raises(EngineError, match=r"OPENWORK_DEVICE: PyTorch .* finds no GPU .unset it"):
        device_for(large)


def test_an_unknown_device_gets_the_nearest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENWORK_DEVICE", "cudda")
    with pytest.raises(EngineError, match="did you mean 'cuda'"):
        device_for(large=True)
