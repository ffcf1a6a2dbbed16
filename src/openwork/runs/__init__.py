"""WHAT WE KEEP: the record of runs, its format with a number, and the folder that holds them."""

from openwork.runs.columns import COLUMNS
from openwork.runs.home import default_home
from openwork.runs.imported import CHOICES, Imported, Origin
from openwork.runs.importing import keep_import
from openwork.runs.kept import KeptResults
from openwork.runs.listing import Group, Listing, group_runs, list_runs
from openwork.runs.parcels import KeptResult, Parcel, pack, pack_results, receive, receive_results
from openwork.runs.pruning import Keep, Prunable, keep_rule, prunable, prune
from openwork.runs.recording import recorded
from openwork.runs.recovery import Recovery, recover
from openwork.runs.rows import Contents
from openwork.runs.run import EpochRecord, Run
from openwork.runs.schema import FORMAT
from openwork.runs.store import Store
from openwork.runs.where import EVERY, Condition, condition, equal

__all__ = [
    "CHOICES",
    "COLUMNS",
    "EVERY",
    "FORMAT",
    "Condition",
    "Contents",
    "EpochRecord",
    "Group",
    "Imported",
    "Keep",
    "KeptResult",
    "KeptResults",
    "Listing",
    "Origin",
    "Parcel",
    "Prunable",
    "Recovery",
    "Run",
    "Store",
    "condition",
    "default_home",
    "equal",
    "group_runs",
    "keep_import",
    "keep_rule",
    "list_runs",
    "pack",
    "pack_results",
    "prunable",
    "prune",
    "receive",
    "receive_results",
    "recorded",
    "recover",
]
