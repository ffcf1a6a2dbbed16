"""Where PyTorch computes, and why there: the only place that asks for a GPU."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch

from openwork.errors import EngineError, Reason, suggestion

DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class Device:
    """A place to compute.

    Attributes:
        name: as PyTorch calls it.
        why: why this one, in one line.
        label: what its rounding depends on, for a run's record.
        together: whether a stack trains as one batched model, rather than model by model.
        piece: tokens in one piece of work: on the CPU so few that a layer stays in its cache. The same whatever
            `threads`, so that results are too.
    """

    name: str
    why: str
    label: str = "torch"
    together: bool = False
    piece: int = 4096

    def pieces(self, inputs: int, n_pos: int) -> list[slice]:
        """The inputs, cut into pieces."""
        rows = max(1, self.piece // n_pos)
        return [slice(start, start + rows) for start in range(0, inputs, rows)]

    def __str__(self) -> str:
        kept = "; a seed's bits may depend on the card and on its neighbours in a stack" if self.together else ""
        return f"{'the CPU' if self.name == 'cpu' else self.label.removeprefix('torch on ')} ({self.why}{kept})"


CPU = Device("cpu", "unless told otherwise")


def device_for(large: bool) -> Device:
    """The device that `OPENWORK_DEVICE` names, or a GPU where there is one and the models are large, or the CPU.

    Raises:
        EngineError: a device that is not known, or a GPU that is not there.
    """
    asked = os.environ.get("OPENWORK_DEVICE")
    if asked and asked not in DEVICES:
        raise EngineError("unknown device", Reason("OPENWORK_DEVICE", repr(asked), suggestion(asked, DEVICES)))
    if asked == "cpu":
        return Device("cpu", "OPENWORK_DEVICE says so")
    there = torch.cuda.is_available()
    if asked and not there:
        raise EngineError(
            "no GPU runs here",
            Reason("OPENWORK_DEVICE", f"PyTorch {torch.__version__} finds no GPU", "unset it to compute on the CPU"),
        )
    if asked:
        return _gpu("OPENWORK_DEVICE says so")
    if not large:
        return Device("cpu", "small models gain nothing from a GPU")
    return _gpu("there is one, and the models are large") if there else Device("cpu", "PyTorch finds no GPU")


def _gpu(why: str) -> Device:
    """A stack's models train together here: one kernel for all of them costs little more than one for one."""
    return Device("cuda", why, f"torch on {torch.cuda.get_device_name()}", together=True, piece=2**18)
