"""The list of analyses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openwork.analyses.ablation import ablate, ablation_table
from openwork.analyses.accuracy import accuracy
from openwork.analyses.activation_patching import activation_patching
from openwork.analyses.attention import attention, attention_examples
from openwork.analyses.attribution_patching import attribution_patching
from openwork.analyses.component_outputs import component_outputs
from openwork.analyses.fourier import fourier
from openwork.analyses.interchange import interchange
from openwork.analyses.learning_curve import learning_curve
from openwork.analyses.logit_attribution import logit_attribution
from openwork.analyses.logit_lens import logit_lens
from openwork.analyses.ov_qk import ov_qk
from openwork.analyses.path_patching import path_patching
from openwork.analyses.progress_measures import progress_measures
from openwork.analyses.pruning import pruning
from openwork.analyses.readout import readout, readout_table
from openwork.analyses.result import Result
from openwork.analyses.routes import find_routes

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
    "routes": find_routes,
    "logit-lens": logit_lens,
    "logit-attribution": logit_attribution,
    "activation-patching": activation_patching,
    "path-patching": path_patching,
    "attribution-patching": attribution_patching,
    "pruning": pruning,
    "ov-qk": ov_qk,
    "fourier": fourier,
    "progress-measures": progress_measures,
}
"""By name. All take a `Subject` first, but for `learning-curve`, which takes the rows of a training;
`progress-measures` takes the run and its checkpoints too."""
