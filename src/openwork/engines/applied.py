"""Functions of the user's own in a pass: each is given what the pass has at its site, and its numbers are written.

An engine never calls one. The pass is run up to the first function's site and the value read there; what the function
makes of it is a write like any other, and so on with the next function. So both engines give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from openwork.engines.taps import Applied, PerInput, Source, Taps, Write, numbers_at
from openwork.engines.values import Floats, Trace
from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec, sites_of

Values = Callable[[Taps], Trace]
"""a pass over one block of inputs"""


def for_each_input(writes: Iterable[Write]) -> bool:
    """Whether any of these writes other numbers for each input."""
    return any(isinstance(write, PerInput | Applied) for write in writes)


def require_alike(taps: Iterable[Taps], sources: Iterable[Source]) -> None:
    """Raises PlanError where inputs are not all written alike: such passes can be run, and nothing else."""
    writes = [write for of in taps for write in of.writes] + [write for of in sources for write in of.writes]
    if for_each_input(writes):
        where = ", ".join(dict.fromkeys(write.site for write in writes if for_each_input([write])))
        what = "other numbers for each input (Apply, Given) are written only in passes that are run"
        raise PlanError("the plan cannot be scored", Reason(where, what, "run it: Engine.run, or run.run(questions)"))


def require_no_function(sources: Iterable[Source]) -> None:
    """Raises PlanError where a function acts in a pass from which others take values."""
    names = [w.name for source in sources for w in source.writes if isinstance(w, Applied)]
    if names:
        what = "a function acts in the pass itself, and not in a world"
        raise PlanError("the plan cannot be run", [Reason(name, what, "give its values: Given") for name in names])


def with_values(spec: ModelSpec, taps: Taps, run: Values) -> Taps:
    """The taps with numbers in place of functions, of one block of inputs; costs a pass for each function.

    Raises:
        PlanError: a function returns something else than finite numbers of the shape that it was given.
    """
    order = {site: number for number, site in enumerate(sites_of(spec))}
    writes = list(taps.writes)
    while waiting := [number for number, write in enumerate(writes) if isinstance(write, Applied)]:
        first = min(waiting, key=lambda number: order[writes[number].site])
        write = writes[first]
        assert isinstance(write, Applied)
        before = [
            other
            for number, other in enumerate(writes)
            if order[other.site] < order[write.site] or (other.site == write.site and number < first)
        ]
        values = run(Taps(tuple(before), (write.site,))).captures[write.site]
        made = np.stack([_made(write, value, spec) for value in values])
        chosen = numbers_at(made.reshape(*made.shape[:2], -1), write.index)
        writes[first] = PerInput(write.site, write.index, np.ascontiguousarray(chosen))
    return replace(taps, writes=tuple(writes))


def _made(write: Applied, value: Floats, spec: ModelSpec) -> Floats:
    """What the function makes of one model's value."""
    try:
        found = write.function(value.copy())
    except Exception as error:
        error.add_note(f"in the function of {write.name}, given an array of shape {value.shape}")
        raise
    expected, mend = f"an array of {value.dtype} of shape {value.shape}", ""
    plain = np.asarray(found) if found is not None else np.zeros(0)
    if found is None:
        what, mend = "returned nothing", "end it with: return value"
    elif plain.dtype.kind not in "fiub":
        what = f"returned {plain.dtype} in place of numbers"
    elif plain.shape != value.shape:
        what = f"returned shape {plain.shape}, and was given {value.shape}"
    elif lost := _lost(write.site, made := plain.astype(spec.dtype, copy=False), value):
        what, mend = f"returned {lost:,} numbers that are not finite where finite ones were", "look for a division by 0"
    else:
        return made
    raise PlanError("the function cannot be applied", Reason(write.name, what, mend or f"return {expected}"))


def _lost(site: str, found: Floats, value: Floats) -> int:
    """How many numbers are NaN or infinite where the pass had none such; scores may be minus infinity."""
    lost = ~np.isfinite(found) & (np.isfinite(value) | np.isneginf(value))
    return int((lost & ~np.isneginf(found) if site.endswith("hook_attn_scores") else lost).sum())
