"""What streams and MLPs are on average over all inputs, measured once for all routes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.subject import Subject
from openwork.interventions import Set
from openwork.models import ModelSpec


def stream_site(layer: int) -> str:
    """The site of the stream at the start of a layer."""
    return f"blocks.{layer}.hook_resid_pre" if layer else "hook_embed"


class Means:
    """Edits that put the mean over a subject's inputs in place of what varies.

    Attributes:
        asked: told once how many forward rows it took: one for each input.
    """

    def __init__(self, subject: Subject, asked: Callable[[int], None] = lambda rows: None) -> None:
        self.subject, self.asked = subject, asked

    def at(self, site: str, position: int) -> Set:
        """The mean of a stream or of what an MLP writes, at a position."""
        mean = self._known[site][0, position]
        return Set(site, (position,), value=tuple(mean.tolist()))

    @cached_property
    def _known(self) -> dict[str, NDArray[np.float64]]:
        subject = self.subject
        means = subject.engine.site_means(subject.stack, subject.inputs.tokens, _sites(subject.spec))
        self.asked(len(subject.inputs))
        return means


def _sites(spec: ModelSpec) -> tuple[str, ...]:
    streams = [stream_site(layer) for layer in range(spec.n_layers)]
    mlps = [] if spec.attn_only else [f"blocks.{layer}.hook_mlp_out" for layer in range(spec.n_layers)]
    return (*streams, *mlps)
