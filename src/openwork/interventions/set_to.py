"""Replace by given numbers."""

from dataclasses import dataclass

from openwork.interventions.edit import Edit


@dataclass(frozen=True)
class Set(Edit):
    """The chosen numbers, in the order of `Edit.index`, become `value`: one for all, or one each."""

    value: float | tuple[float, ...] = 0.0
