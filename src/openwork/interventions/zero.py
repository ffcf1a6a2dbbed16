"""Replace by zero."""

from dataclasses import dataclass

from openwork.interventions.edit import Edit


@dataclass(frozen=True)
class Zero(Edit):
    """The value becomes 0: what a model does without this component, outside anything it saw in training."""
