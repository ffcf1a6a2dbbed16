"""WHAT WE MEASURE: frozen results with numbers over every input; one analysis per file; nothing is drawn here."""

from openwork.analyses.ablation import Ablation, AblationTable, By, ablate, ablation_table
from openwork.analyses.accuracy import AccuracyByOutput, accuracy, not_numbers_text
from openwork.analyses.activation_patching import ActivationPatching, activation_patching
from openwork.analyses.attention import Attention, AttentionExamples, attention, attention_examples
from openwork.analyses.attribution_patching import AttributionPatching, attribution_patching
from openwork.analyses.component import Component, component_named, head_components, layer_components
from openwork.analyses.component_outputs import ComponentOutputs, component_outputs
from openwork.analyses.coverage import all_asked, said_of
from openwork.analyses.found_routes import FoundRoutes
from openwork.analyses.fourier import Fourier, fourier
from openwork.analyses.interchange import Interchange, interchange
from openwork.analyses.learning_curve import EpochRow, LearningCurve, learning_curve
from openwork.analyses.logit_attribution import LogitAttribution, logit_attribution
from openwork.analyses.logit_lens import LogitLens, logit_lens
from openwork.analyses.node import Edge, Node
from openwork.analyses.ov_qk import OvQk, ov_qk
from openwork.analyses.pairs import Pairs, pairs_for
from openwork.analyses.path_patching import PathPatching, path_patching
from openwork.analyses.path_worlds import Path, PathNode, PathWorlds, path_node_named, path_worlds
from openwork.analyses.performance import Performance
from openwork.analyses.progress_measures import ProgressMeasures, progress_measures
from openwork.analyses.pruning import Faithfulness, Pruning, pruning
from openwork.analyses.readout import Readout, ReadoutTable, Way, readout, readout_table
from openwork.analyses.registry import ANALYSES
from openwork.analyses.result import Record, Result, exact_percent, percent
from openwork.analyses.routes import Route, Routes, find_routes, routes_from_json
from openwork.analyses.steps import Line, Stage, Step, Watch, stages_of
from openwork.analyses.subject import Subject

__all__ = [
    "ANALYSES",
    "Ablation",
    "AblationTable",
    "AccuracyByOutput",
    "ActivationPatching",
    "Attention",
    "AttentionExamples",
    "AttributionPatching",
    "By",
    "Component",
    "ComponentOutputs",
    "Edge",
    "EpochRow",
    "Faithfulness",
    "FoundRoutes",
    "Fourier",
    "Interchange",
    "LearningCurve",
    "Line",
    "LogitAttribution",
    "LogitLens",
    "Node",
    "OvQk",
    "Pairs",
    "Path",
    "PathNode",
    "PathPatching",
    "PathWorlds",
    "Performance",
    "ProgressMeasures",
    "Pruning",
    "Readout",
    "ReadoutTable",
    "Record",
    "Result",
    "Route",
    "Routes",
    "Stage",
    "Step",
    "Subject",
    "Watch",
    "Way",
    "ablate",
    "ablation_table",
    "accuracy",
    "activation_patching",
    "all_asked",
    "attention",
    "attention_examples",
    "attribution_patching",
    "component_named",
    "component_outputs",
    "exact_percent",
    "find_routes",
    "fourier",
    "head_components",
    "interchange",
    "layer_components",
    "learning_curve",
    "logit_attribution",
    "logit_lens",
    "not_numbers_text",
    "ov_qk",
    "pairs_for",
    "path_node_named",
    "path_patching",
    "path_worlds",
    "percent",
    "progress_measures",
    "pruning",
    "readout",
    "readout_table",
    "routes_from_json",
    "said_of",
    "stages_of",
]
