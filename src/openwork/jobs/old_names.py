"""Names that methods of a run had before each was called as its analysis; they go in the next version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from openwork.analyses import By
from openwork.errors import warn_renamed
from openwork.jobs.measured_run import MeasuredRun
from openwork.report import Display


class OldNames(MeasuredRun):
    """Old names of an opened run's methods: each warns, and gives what the new one gives."""

    compared_siblings: Callable[..., Any]

    def ablate(
        self, component: str | Sequence[str], by: By = "mean", positions: Sequence[int] | None = None, seed: int = 0
    ) -> Display:
        """The old name of `ablation`."""
        warn_renamed("ablate", "ablation")
        return self.ablation(component, by, positions, seed)

    @property
    def ablations(self) -> Display:
        """The old name of `ablation_table`, a method."""
        warn_renamed("ablations", "ablation_table()")
        return self.ablation_table()

    @property
    def readouts(self) -> Display:
        """The old name of `readout_table`, a method."""
        warn_renamed("readouts", "readout_table()")
        return self.readout_table()

    def outputs(self, component: str, questions: Sequence[int] = ()) -> Display:
        """The old name of `component_outputs`."""
        warn_renamed("outputs", "component_outputs")
        return self.component_outputs(component, questions)

    def sisters(self, compare: bool = False) -> Any:
        """The old name of `compared_siblings`."""
        warn_renamed("sisters", "compared_siblings")
        return self.compared_siblings(compare)
