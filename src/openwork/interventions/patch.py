"""Replace by the value from a paired input."""

from dataclasses import dataclass

from openwork.interventions.edit import Edit


@dataclass(frozen=True)
class Patch(Edit):
    """Input i takes the value that its pair, row i of the inputs named `source`, has in an unedited pass."""

    source: str = "source"
