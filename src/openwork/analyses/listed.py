"""The analyses, a line each with what each gives, in the order in which they are listed."""

# ruff: noqa: I001
from openwork.analyses.accuracy import AccuracyByOutput as AccuracyByOutput, accuracy as accuracy
from openwork.analyses.as_generated import AsGenerated as AsGenerated, as_generated as as_generated
from openwork.analyses.attention import (
    Attention as Attention,
    AttentionExamples as AttentionExamples,
    attention as attention,
    attention_examples as attention_examples,
)
from openwork.analyses.ablation import (
    Ablation as Ablation,
    AblationTable as AblationTable,
    ablate as ablate,
    ablation_table as ablation_table,
)
from openwork.analyses.readout import (
    Readout as Readout,
    ReadoutTable as ReadoutTable,
    readout as readout,
    readout_table as readout_table,
)
from openwork.analyses.component_outputs import (
    ComponentOutputs as ComponentOutputs,
    component_outputs as component_outputs,
)
from openwork.analyses.interchange import Interchange as Interchange, interchange as interchange
from openwork.analyses.learning_curve import LearningCurve as LearningCurve, learning_curve as learning_curve
from openwork.analyses.routes import Routes as Routes, find_routes as find_routes
from openwork.analyses.logit_lens import LogitLens as LogitLens, logit_lens as logit_lens
from openwork.analyses.logit_attribution import (
    LogitAttribution as LogitAttribution,
    logit_attribution as logit_attribution,
)
from openwork.analyses.activation_patching import (
    ActivationPatching as ActivationPatching,
    activation_patching as activation_patching,
)
from openwork.analyses.path_patching import PathPatching as PathPatching, path_patching as path_patching
from openwork.analyses.attribution_patching import (
    AttributionPatching as AttributionPatching,
    attribution_patching as attribution_patching,
)
from openwork.analyses.pruning import Pruning as Pruning, pruning as pruning
from openwork.analyses.ov_qk import OvQk as OvQk, ov_qk as ov_qk
from openwork.analyses.fourier import Fourier as Fourier, fourier as fourier
from openwork.analyses.progress_measures import (
    ProgressMeasures as ProgressMeasures,
    progress_measures as progress_measures,
)
