"""WHAT WE MEASURE: frozen results with numbers over every input; one analysis per file; nothing is drawn here."""

from openwork.analyses.ablation import Ablation, AblationTable, By, ablate, ablation_table
from openwork.analyses.accuracy import Accuracy, accuracy
from openwork.analyses.attention import Attention, AttentionExamples, attention, attention_examples
from openwork.analyses.component import Component, component_named, head_components, layer_components
from openwork.analyses.component_outputs import ComponentOutputs, component_outputs
from openwork.analyses.interchange import Interchange, interchange
from openwork.analyses.learning_curve import EpochRow, LearningCurve, learning_curve
from openwork.analyses.performance import Performance
from openwork.analyses.readout import Readout, ReadoutTable, Way, readout, readout_table
from openwork.analyses.registry import ANALYSES
from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject

__all__ = [
    "ANALYSES",
    "Ablation",
    "AblationTable",
    "Accuracy",
    "Attention",
    "AttentionExamples",
    "By",
    "Component",
    "ComponentOutputs",
    "EpochRow",
    "Interchange",
    "LearningCurve",
    "Performance",
    "Readout",
    "ReadoutTable",
    "Record",
    "Result",
    "Subject",
    "Way",
    "ablate",
    "ablation_table",
    "accuracy",
    "attention",
    "attention_examples",
    "component_named",
    "component_outputs",
    "head_components",
    "interchange",
    "layer_components",
    "learning_curve",
    "percent",
    "readout",
    "readout_table",
]
