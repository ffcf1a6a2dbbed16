"""Replace by the value from another input."""

from dataclasses import dataclass

from openwork.interventions.edit import Edit


@dataclass(frozen=True)
class Resample(Edit):
    """Each input takes the value of another, drawn from the reference inputs by `seed`.

    Edits of one seed share the draw.
    """

    seed: int = 0
