"""WHOSE models: checkpoints of others in, and ours out."""

from openwork.interop.checkpoint import Checkpoint, read_checkpoint
from openwork.interop.export import export_model, how_to_load
from openwork.interop.identify import ROUNDS, Identified, Trial
from openwork.interop.imported_model import Description, ImportedModel, describe_checkpoint, imported_model
from openwork.interop.live import from_live, live_checkpoint, to_live
from openwork.interop.missing_fields import KnownField
from openwork.interop.plain_torch import plain_torch
from openwork.interop.targets import TARGETS, Target, require_target
from openwork.interop.tracr import Labels, residual_note, tracr_checkpoint

__all__ = [
    "ROUNDS",
    "TARGETS",
    "Checkpoint",
    "Description",
    "Identified",
    "ImportedModel",
    "KnownField",
    "Labels",
    "Target",
    "Trial",
    "describe_checkpoint",
    "export_model",
    "from_live",
    "how_to_load",
    "imported_model",
    "live_checkpoint",
    "plain_torch",
    "read_checkpoint",
    "require_target",
    "residual_note",
    "to_live",
    "tracr_checkpoint",
]
