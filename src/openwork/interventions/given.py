"""Replace by numbers that differ from input to input."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from openwork.data.frozen import frozen
from openwork.errors import Reason
from openwork.interventions.edit import Edit
from openwork.models import ModelSpec, site_named


@dataclass(frozen=True, eq=False)
class Given(Edit):
    """Input i takes `values[i]`, of the shape of the site's whole value; only what is chosen is written.

    For passes that are run, not for those that are scored or differentiated.

    Attributes:
        values: `[input, *site axes]`, or with one input for all.
    """

    values: NDArray[np.floating] = field(default_factory=lambda: np.zeros((1, 0)), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen(self.values))

    def reasons(self, spec: ModelSpec, n_pos: int) -> list[Reason]:
        reasons = super().reasons(spec, n_pos)
        if not reasons:
            site = site_named(spec, self.site)
            wanted, shape = site.shape(spec, n_pos), self.values.shape
            if shape[1:] != wanted:
                axes = ", ".join(f"{axis} {n}" for axis, n in zip(site.axes, wanted, strict=True))
                reasons.append(Reason(f"{self.site}, values", f"have shape {shape}", f"give [input, {axes}]"))
            if np.isnan(self.values).any():
                reasons.append(Reason(f"{self.site}, values", f"{int(np.isnan(self.values).sum()):,} of them are NaN"))
        return reasons

    def __str__(self) -> str:
        place = super().__str__().partition(", values=")[0].removesuffix(")")
        digest = hashlib.sha256(self.values.tobytes()).hexdigest()[:8]
        return f"{place}, {len(self.values):,} values {digest})"
