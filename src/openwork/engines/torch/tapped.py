"""Taps at work in one pass of one model: what is written and what is read at each site."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from openwork.engines.resolve import mlp_reads
from openwork.engines.taps import Affine, Constant, FromSource, PerInput, Write
from openwork.engines.values import Floats
from openwork.models import ModelSpec

Captured = dict[str, Tensor]


class Tapped:
    """Called at every site of one pass. `seen` holds the values of the sites that are read, after all edits, and
    `leaves` those whose gradients are wanted: before the mask, so that none come from where it hides."""

    def __init__(
        self,
        spec: ModelSpec,
        reads: Iterable[str] = (),
        writes: Iterable[Write] = (),
        model: int = 0,
        sources: Callable[[int], Captured] | None = None,
        gradients: Iterable[str] = (),
    ) -> None:
        """`model` is the row of the writes' values; `sources` gives what the passes over the sources captured."""
        self.spec, self.model, self.sources = spec, model, sources
        self.writes: dict[str, list[Write]] = {}
        self.reads, self.gradients = set(reads), set(gradients)
        for write in writes:
            self.writes.setdefault(write.site, []).append(write)
            if isinstance(write, Affine):
                self.reads.add(mlp_reads(spec, write.site))
        self.seen: Captured = {}
        self.leaves: Captured = {}

    def taps(self, prefix: str) -> bool:
        """Whether anything is written or read at a site whose name begins so."""
        return any(site.startswith(prefix) for site in (*self.writes, *self.reads, *self.gradients))

    def writes_at(self, site: str) -> bool:
        """Whether anything is written at this site."""
        return site in self.writes

    def __call__(self, site: str, value: Tensor, unseen: Tensor | None = None, blank: float = 0.0) -> Tensor:
        """The value that the pass goes on with; where `unseen`, it is `blank` whatever was written."""
        for write in self.writes.get(site, ()):
            value = self._written(write, value)
        if site in self.gradients:
            self.leaves[site] = value
        if unseen is not None:
            value = value.masked_fill(unseen, blank)
        if site in self.reads:
            self.seen[site] = value
        return value

    def _written(self, write: Write, value: Tensor) -> Tensor:
        value = value.clone(memory_format=torch.contiguous_format)
        match write:
            case Constant():
                value.view(len(value), -1)[:, _index(write.index, value)] = _tensor(self._row(write.values), value)
            case FromSource():
                if self.sources is None:
                    raise RuntimeError(f"no sources were given for the write at {write.site}")
                index = _index(write.index, value)
                value.view(len(value), -1)[:, index] = self.sources(write.source)[write.site].flatten(1)[:, index]
            case PerInput():
                value.view(len(value), -1)[:, _index(write.index, value)] = _tensor(self._row(write.values), value)
            case Affine():
                at = _index(write.positions, value)
                read = self.seen[mlp_reads(self.spec, write.site)][:, at]
                value[:, at] = read @ _tensor(self._row(write.matrix), value) + _tensor(self._row(write.bias), value)
        return value

    def _row(self, values: Floats) -> Floats:
        """This model's values; an array with one row is for all models."""
        row: Floats = values[self.model if len(values) > 1 else 0]
        return row


def _index(index: Iterable[int], like: Tensor) -> Tensor:
    return torch.tensor(index, dtype=torch.int64, device=like.device)


def _tensor(values: Floats, like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device)
