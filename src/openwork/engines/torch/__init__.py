"""PyTorch as an engine: the extra `[torch]`, for larger models and as the oracle of the tests."""

from openwork.engines.torch.device import device_for
from openwork.engines.torch.engine import TorchEngine

__all__ = ["TorchEngine", "device_for"]
