"""Replace by the value from a paired input."""

from dataclasses import dataclass

from openwork.interventions.edit import Edit


@dataclass(frozen=True)
class Patch(Edit):
    """Input i takes the value that its pair, row i of the inputs named `source`, has in the pass over them.

    That pass is unedited unless the source is a `World` (`openwork.engines`) with edits of its own.
    """

    source: str = "source"
