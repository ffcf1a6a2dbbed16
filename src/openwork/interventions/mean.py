"""Replace by the mean."""

from dataclasses import dataclass

from openwork.interventions.edit import Edit


@dataclass(frozen=True)
class Mean(Edit):
    """Each number becomes its mean over the reference inputs, position by position.

    What varies is lost, what is always there stays.
    """
