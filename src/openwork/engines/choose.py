"""Which engine runs a model, and why."""

from __future__ import annotations

import importlib
import importlib.util
import os
from dataclasses import dataclass

from openwork.engines.contract import Engine
from openwork.engines.native import NativeEngine
from openwork.errors import EngineError, Reason, suggestion
from openwork.models import ModelSpec

ENGINES = ("native", "torch")
NATIVE_UP_TO_D_MODEL = 128
"""Above this width PyTorch trains faster than the core, on one thread of a CPU each.

Measured by `python bench/crossover.py`: as fast as the core at 128, 1.2 times at 192, twice at 384. The figures, what
other rules would cost and what scoring says are in docs/decisions/0003-engines.md.
"""


@dataclass(frozen=True)
class Choice:
    """An engine, and the reason it was chosen in one line."""

    engine: Engine
    reason: str


def available_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_threads() -> int:
    """Those cores, and no more than OMP_NUM_THREADS, which PyTorch and NumPy go by too."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(available_cores(), int(asked)) if asked.isdecimal() and int(asked) else available_cores()


def choose_engine(spec: ModelSpec, name: str | None = None, threads: int | None = None) -> Choice:
    """The engine called `name`, or the one that suits the spec: native for small models, PyTorch above where installed.

    Raises:
        EngineError: an unknown engine, or one that is not installed; a device that is not there.
    """
    threads = threads or available_threads()
    if name is not None and name not in ENGINES:
        raise EngineError("unknown engine", Reason(name, "no engine has this name", suggestion(name, ENGINES)))
    if name == "torch" or (name is None and is_large(spec) and torch_installed()):
        asked = "asked for" if name else f"d_model {spec.d_model} is above {NATIVE_UP_TO_D_MODEL}"
        return Choice(torch_engine(spec, threads), f"torch: {asked}")
    if name == "native":
        return Choice(NativeEngine(threads), "native: asked for")
    if is_large(spec):
        missing = "torch would suit it better: pip install 'openwork[torch]'"
        return Choice(NativeEngine(threads), f"native: d_model {spec.d_model} is large, and {missing}")
    return Choice(NativeEngine(threads), f"native: d_model {spec.d_model} is at most {NATIVE_UP_TO_D_MODEL}")


def is_large(spec: ModelSpec) -> bool:
    """Whether a matrix library is faster, and a GPU faster still."""
    return spec.d_model > NATIVE_UP_TO_D_MODEL


def torch_installed() -> bool:
    """Whether the extra `[torch]` is there."""
    return importlib.util.find_spec("torch") is not None


def torch_engine(spec: ModelSpec, threads: int) -> Engine:
    """The PyTorch engine on the device that suits the spec.

    It is imported only here, because PyTorch takes seconds to import and may be missing.

    Raises:
        EngineError: PyTorch is not installed, or `OPENWORK_DEVICE` names a device that is not there.
    """
    if not torch_installed():
        reason = Reason("torch", "PyTorch is not installed", "pip install 'openwork[torch]'")
        raise EngineError("the torch engine is not installed", reason)
    module = importlib.import_module("openwork.engines.torch")
    engine: Engine = module.TorchEngine(threads, module.device_for(is_large(spec)))
    return engine
