"""The list of analyses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openwork.analyses.ablation import ablate, ablation_table
from openwork.analyses.accuracy import accuracy
from openwork.analyses.attention import attention, attention_examples
from openwork.analyses.component_outputs import component_outputs
from openwork.analyses.interchange import interchange
from openwork.analyses.learning_curve import learning_curve
from openwork.analyses.readout import readout, readout_table
from openwork.analyses.result import Result

ANALYSES: Mapping[str, Callable[..., Result]] = {
    "accuracy": accuracy,
    "attention": attention,
    "attention-examples": attention_examples,
    "ablation": ablate,
    "ablation-table": ablation_table,
    "readout": readout,
    "readout-table": readout_table,
    "component-outputs": component_outputs,
    "interchange": interchange,
    "learning-curve": learning_curve,
}
"""By name. All take a `Subject` first, but for `learning-curve`, which takes the rows of a training."""
