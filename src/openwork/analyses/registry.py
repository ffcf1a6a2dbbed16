"""The list of analyses: those of `analyses/listed.py`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from openwork.analyses import listed
from openwork.analyses.result import Result

LISTED = tuple(name for name, value in vars(listed).items() if inspect.isfunction(value) or inspect.isclass(value))
"""the names of analyses and of what they give"""
CALLED = {"ablate": "ablation", "find_routes": "routes"}
"""analyses that are asked for by another name than their function's"""
ANALYSES: Mapping[str, Callable[..., Result]] = {
    CALLED.get(name, name).replace("_", "-"): analysis
    for name, analysis in vars(listed).items()
    if inspect.isfunction(analysis)
}
"""By name. All take a `Subject` first, but for `learning-curve`, which takes the rows of a training;
`progress-measures` takes the run and its checkpoints too."""
