from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from openwork.engines.torch.engine import TorchEngine


class Remembering(TorchEngine):
    """PyTorch, which computes what it is asked for once. Five sixths of the kit's time are its oracle's: so an engine
    more, broken or at another SIMD level, costs only its own."""

    def __init__(self) -> None:
        super().__init__(1)
        self.answers: dict[bytes, Any] = {}

    def _once(self, name: str, given: tuple[Any, ...]) -> Any:
        asked = pickle.dumps((name, given))
        if asked not in self.answers:
            self.answers[asked] = getattr(super(), name)(*given)
        return self.answers[asked]

    def _run(self, *given: Any) -> Any:
        return self._once("_run", given)

    def _score(self, *given: Any) -> Any:
        return self._once("_score", given)

    def _train(self, *given: Any) -> Any:
        return self._once("_train", given)

    def _gradients(self, *given: Any) -> Any:
        return self._once("_gradients", given)

    def _gradients_at(self, *given: Any) -> Any:
        return self._once("_gradients_at", given)


@pytest.fixture(scope="module")
def oracle() -> Remembering:
    """PyTorch, for as long as a file needs it."""
    return Remembering()


@pytest.fixture(scope="session", autouse=True)
def one_torch_thread() -> Iterator[None]:
    """Matrices of 4 x 16 gain nothing from more, and on a busy machine PyTorch's threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
