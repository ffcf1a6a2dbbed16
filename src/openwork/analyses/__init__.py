"""WHAT WE MEASURE: frozen results with numbers over every input; one analysis per file; nothing is drawn here."""

from openwork.analyses.ablation import By
from openwork.analyses.accuracy import not_numbers_text
from openwork.analyses.as_generated import answer_line, written_answers
from openwork.analyses.component import Component, component_named, head_components, layer_components
from openwork.analyses.coverage import all_asked, said_of
from openwork.analyses.found_routes import FoundRoutes
from openwork.analyses.learning_curve import EpochRow
from openwork.analyses.listed import *  # noqa: F403
from openwork.analyses.node import Edge, Node
from openwork.analyses.pairs import Pairs, pairs_for
from openwork.analyses.path_worlds import Path, PathNode, PathWorlds, path_node_named, path_worlds
from openwork.analyses.performance import Performance
from openwork.analyses.pruning import Faithfulness
from openwork.analyses.readout import Way
from openwork.analyses.registry import ANALYSES, LISTED
from openwork.analyses.result import Record, Result, exact_percent, percent
from openwork.analyses.routes import Route, routes_from_json
from openwork.analyses.steps import Line, Stage, Step, Watch, stages_of
from openwork.analyses.subject import Subject
from openwork.errors import renamed

__all__ = [
    *LISTED,
    "ANALYSES",
    "By",
    "Component",
    "Edge",
    "EpochRow",
    "Faithfulness",
    "FoundRoutes",
    "Line",
    "Node",
    "Pairs",
    "Path",
    "PathNode",
    "PathWorlds",
    "Performance",
    "Record",
    "Result",
    "Route",
    "Stage",
    "Step",
    "Subject",
    "Watch",
    "Way",
    "all_asked",
    "answer_line",
    "component_named",
    "exact_percent",
    "head_components",
    "layer_components",
    "not_numbers_text",
    "pairs_for",
    "path_node_named",
    "path_worlds",
    "percent",
    "routes_from_json",
    "said_of",
    "stages_of",
    "written_answers",
]

__getattr__ = renamed(__name__, {"Accuracy": "AccuracyByOutput", "node_named": "path_node_named"}, globals())
