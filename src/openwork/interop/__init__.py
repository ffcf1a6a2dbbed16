"""WHOSE models: checkpoints of others in, and ours out."""

from openwork.interop.checkpoint import Checkpoint, read_checkpoint
from openwork.interop.export import export_model, how_to_load
from openwork.interop.foreign import Description, Foreign, describe_checkpoint, foreign_model
from openwork.interop.identify import ROUNDS, Identified, Trial
from openwork.interop.live import from_live, live_checkpoint, to_live
from openwork.interop.transformer_lens import TARGETS, Target, require_target
from openwork.interop.unsaid import Said

__all__ = [
    "ROUNDS",
    "TARGETS",
    "Checkpoint",
    "Description",
    "Foreign",
    "Identified",
    "Said",
    "Target",
    "Trial",
    "describe_checkpoint",
    "export_model",
    "foreign_model",
    "from_live",
    "how_to_load",
    "live_checkpoint",
    "read_checkpoint",
    "require_target",
    "to_live",
]
