"""WHAT RUNS IT: the contract, the native core and PyTorch, and the choice between them."""

from openwork.engines.choose import Choice, choose_engine
from openwork.engines.contract import Engine
from openwork.engines.values import (
    NO_ANSWER,
    AdamW,
    Batches,
    Generated,
    Gradients,
    OptimiserState,
    Scores,
    SiteGradients,
    Trace,
    Trained,
    joined,
)
from openwork.engines.worlds import Sources, World

__all__ = [
    "NO_ANSWER",
    "AdamW",
    "Batches",
    "Choice",
    "Engine",
    "Generated",
    "Gradients",
    "OptimiserState",
    "Scores",
    "SiteGradients",
    "Sources",
    "Trace",
    "Trained",
    "World",
    "choose_engine",
    "joined",
]
