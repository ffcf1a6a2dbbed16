"""The sections that tell a kind of result, a line each; each says itself what it tells (`chapters.describes`)."""

from openwork.report.sections.ablation import ablation_parts as ablation_parts
from openwork.report.sections.ablation import ablation_table_parts as ablation_table_parts
from openwork.report.sections.accuracy import accuracy_parts as accuracy_parts
from openwork.report.sections.activation_patching import activation_patching_parts as activation_patching_parts
from openwork.report.sections.attention import attention_parts as attention_parts
from openwork.report.sections.attention import example_parts as example_parts
from openwork.report.sections.attribution_patching import attribution_patching_parts as attribution_patching_parts
from openwork.report.sections.fourier import fourier_parts as fourier_parts
from openwork.report.sections.interchange import interchange_parts as interchange_parts
from openwork.report.sections.learning import learning_parts as learning_parts
from openwork.report.sections.logit_attribution import logit_attribution_parts as logit_attribution_parts
from openwork.report.sections.logit_lens import logit_lens_parts as logit_lens_parts
from openwork.report.sections.outputs import output_parts as output_parts
from openwork.report.sections.ov_qk import ov_qk_parts as ov_qk_parts
from openwork.report.sections.over_training import over_training_parts as over_training_parts
from openwork.report.sections.path_patching import path_patching_parts as path_patching_parts
from openwork.report.sections.program import program_parts as program_parts
from openwork.report.sections.progress_measures import progress_measures_parts as progress_measures_parts
from openwork.report.sections.proof import certified_parts as certified_parts
from openwork.report.sections.proof import proof_parts as proof_parts
from openwork.report.sections.pruning import pruning_parts as pruning_parts
from openwork.report.sections.readout import readout_parts as readout_parts
from openwork.report.sections.readout import readout_table_parts as readout_table_parts
from openwork.report.sections.routes import routes_parts as routes_parts
