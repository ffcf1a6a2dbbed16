"""What every edit is: a frozen value that names a place, for some positions, heads or units."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec, Site, site_named


@dataclass(frozen=True)
class Edit:
    """A change at `site`, everywhere or only where chosen.

    Attributes:
        site: a hook name, or the short `blocks.0.attn` and `blocks.0.mlp`.
        positions: positions that write there (queries, for scores and patterns); None means all.
        heads: attention heads, at sites that have a head axis; None means all.
        units: indices of the last axis (neurons, dimensions, or keys); None means all.
    """

    site: str
    positions: tuple[int, ...] | None = None
    heads: tuple[int, ...] | None = None
    units: tuple[int, ...] | None = None

    def reasons(self, spec: ModelSpec, n_pos: int) -> list[Reason]:
        """Everything that keeps this edit from being made in a model of this spec."""
        try:
            site = site_named(spec, self.site)
        except PlanError as error:
            return list(error.reasons)
        reasons = []
        for what, chosen, axis in self._chosen(site):
            if chosen is None:
                continue
            if axis is None:
                reasons.append(Reason(f"{self.site}, {what}", "this site has no such axis", f"it has {site.axes}"))
                continue
            length = site.shape(spec, n_pos)[axis]
            bad = [i for i in chosen if not 0 <= i < length]
            if bad:
                reasons.append(Reason(f"{self.site}, {what}", f"{bad} out of range", f"0 to {length - 1}"))
            if not chosen:
                reasons.append(Reason(f"{self.site}, {what}", "an empty choice edits nothing", "leave it out for all"))
        return reasons

    def index(self, spec: ModelSpec, n_pos: int) -> NDArray[np.int32]:
        """Flat indices of the chosen numbers in the site's C-ordered value, ascending; not to be written to."""
        return _index(spec, n_pos, self.site, self.positions, self.heads, self.units)

    def _chosen(self, site: Site) -> list[tuple[str, tuple[int, ...] | None, int | None]]:
        whats = ("positions", "heads", "units")
        return list(zip(whats, (self.positions, self.heads, self.units), _axes(site), strict=True))

    def __str__(self) -> str:
        said = [f"{f.name}={getattr(self, f.name)}" for f in fields(self)[1:] if getattr(self, f.name) is not None]
        return f"{type(self).__name__}({', '.join([self.site, *said])})"


def _axes(site: Site) -> tuple[int | None, ...]:
    """Along which of the site's axes positions, heads and units are chosen."""
    head = site.axes.index("head") if "head" in site.axes else None
    return site.pos_axis, head, len(site.axes) - 1


@lru_cache(maxsize=4096)
def _index(spec: ModelSpec, n_pos: int, name: str, *choices: tuple[int, ...] | None) -> NDArray[np.int32]:
    """As `Edit.index`, made once for each place: a search asks for the same ones thousands of times."""
    site = site_named(spec, name)
    mask = np.ones(site.shape(spec, n_pos), bool)
    for chosen, axis in zip(choices, _axes(site), strict=True):
        if chosen is not None and axis is not None:
            keep = np.zeros(mask.shape[axis], bool)
            keep[list(chosen)] = True
            mask &= keep.reshape([-1 if a == axis else 1 for a in range(mask.ndim)])
    found = np.flatnonzero(mask).astype(np.int32)
    found.setflags(write=False)
    return found
