"""What was captured in a pass, and a model's weights: arrays by name, where a name that is not there says what is."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.errors import PlanError, Reason, suggestion
from openwork.jobs.looking.labelled import LabelledArray
from openwork.models import ModelSpec, site_named, sites_of


class Cache(Mapping[str, LabelledArray]):
    """The values of a pass by hook name, each `[input, *site axes]`.

    A site is found by its hook name, by the short `blocks.0.attn` or `blocks.0.mlp`, or as TransformerLens abbreviates
    it: `cache["pattern", 0]`.
    """

    def __init__(self, spec: ModelSpec, arrays: Mapping[str, LabelledArray]) -> None:
        self._spec, self._arrays = spec, dict(arrays)

    def __getitem__(self, name: str | tuple[str, int]) -> LabelledArray:
        site = self._site(name)
        if site not in self._arrays:
            mend = f"name it when you ask: sites=[{site!r}]"
            raise PlanError("it was not captured", Reason(site, "is not in this cache", mend))
        return self._arrays[site]

    def _site(self, name: Any) -> str:
        if isinstance(name, tuple) and len(name) == 2:
            part, layer = name
            ends = (f".hook_{part}", f".{part}")
            found = [s for s in sites_of(self._spec) if s.startswith(f"blocks.{layer}.") and s.endswith(ends)]
            if len(found) == 1:
                return found[0]
            name = f"blocks.{layer}.{part}"
        return site_named(self._spec, str(name)).name

    def __contains__(self, name: object) -> bool:
        try:
            return self._site(name) in self._arrays
        except PlanError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return "\n".join(array.title for array in self._arrays.values()) or "no site was captured"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{array.title}</td></tr>" for array in self._arrays.values())
        return f"<table>{rows}</table>"


class Weights(Mapping[str, NDArray[np.floating]]):
    """A model's weights by TransformerLens' name, such as `blocks.0.attn.W_Q` `[head, d_model, d_head]`; read-only."""

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]]) -> None:
        self._arrays = dict(arrays)

    def __getitem__(self, name: str) -> NDArray[np.floating]:
        if name not in self._arrays:
            mend = suggestion(str(name), self._arrays)
            raise PlanError("unknown weight", Reason(str(name)[:60], "this model has no such weight", mend))
        return self._arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def get(self, name: str, default: Any = None) -> Any:
        return self._arrays.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        width = max(map(len, self._arrays))
        return "\n".join(f"{name:{width}}  {list(array.shape)}" for name, array in self._arrays.items())


def sites_asked(spec: ModelSpec, sites: Any) -> tuple[str, ...]:
    """Full names of the sites that are asked for: names, or patterns such as `blocks.*.hook_pattern`; None for all.

    Raises:
        PlanError: with every one that the model does not have.
    """
    known = sites_of(spec)
    if sites is None:
        return tuple(known)
    listed: Sequence[Any] = (
        [sites] if isinstance(sites, str) else list(sites) if hasattr(sites, "__iter__") else [sites]
    )
    found: dict[str, None] = {}
    reasons = []
    for name in listed:
        if isinstance(name, str) and "*" in name:
            matching = fnmatch.filter(known, name)
            found |= dict.fromkeys(matching)
            if not matching:
                reasons.append(Reason(f"sites, {name}", "no site's name is like it", suggestion(name, known)))
            continue
        try:
            found[site_named(spec, str(name)).name] = None
        except PlanError as error:
            reasons += [Reason(f"sites, {r.where[:60]}", r.what, r.mend) for r in error.reasons]
    if reasons:
        raise PlanError("unknown sites", reasons)
    return tuple(found)
