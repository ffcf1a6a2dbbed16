"""Replace by what the user's own function makes of the value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from openwork.errors import Reason
from openwork.interventions.edit import Edit
from openwork.models import ModelSpec

Function = Callable[[NDArray[Any]], Any]


def as_it_is(value: NDArray[Any]) -> NDArray[Any]:
    """The value itself."""
    return value


@dataclass(frozen=True, init=False)
class Apply(Edit):
    """The value becomes `function(value)`; only what is chosen is written.

    The function is given a NumPy array of its own, `[input, *site axes]`, in the model's dtype, as the pass has it with
    all edits before this one in place, and returns one of the same shape. It is called once for every block of inputs
    and every model, so it must treat each input by itself. It is run in the order of the pass, whatever the engine.

    Slower than other edits: a pass more for each function, up to its site. For passes that are run, not for those that
    are scored or differentiated.

    Args:
        site: see `Edit`.
        function: of the user's own.
        positions: see `Edit`.
        heads: see `Edit`.
        units: see `Edit`.
    """

    function: Function = as_it_is

    def __init__(
        self,
        site: str,
        function: Function,
        positions: tuple[int, ...] | None = None,
        heads: tuple[int, ...] | None = None,
        units: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(site, positions, heads, units)
        object.__setattr__(self, "function", function)

    def reasons(self, spec: ModelSpec, n_pos: int) -> list[Reason]:
        reasons = super().reasons(spec, n_pos)
        if not callable(self.function):
            what = f"{type(self.function).__name__} is no function"
            reasons.append(Reason(f"{self.site}, function", what, "give one of an array, such as lambda value: -value"))
        return reasons

    @property
    def called(self) -> str:
        """The function's name, for people."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def __str__(self) -> str:
        place = super().__str__().partition(", function=")[0].removesuffix(")")
        return f"{place}, {self.called})"
