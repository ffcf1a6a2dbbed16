"""Replace by the value from another input."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, integers
from openwork.interventions.edit import Edit


@dataclass(frozen=True)
class Resample(Edit):
    """Each input takes the value of another, drawn from the reference inputs by `seed`.

    Edits of one seed share the draw.
    """

    seed: int = 0


def drawn_rows(seed: int, reference: int, inputs: int) -> NDArray[np.int64]:
    """`[input]`, which of so many reference inputs a `Resample` of this seed takes for each input."""
    return integers(bits("resample", seed), reference, inputs)
