"""WHAT WE KEEP: the record of runs, its format with a number, and the folder that holds them."""

from openwork.runs.home import default_home
from openwork.runs.imported import CHOICES, Imported, Origin
from openwork.runs.importing import keep_import
from openwork.runs.kept import KeptResults
from openwork.runs.recording import recorded
from openwork.runs.recovery import Recovery, recover
from openwork.runs.rows import Contents
from openwork.runs.run import EpochRecord, Run
from openwork.runs.schema import FORMAT
from openwork.runs.store import Store

__all__ = [
    "CHOICES",
    "FORMAT",
    "Contents",
    "EpochRecord",
    "Imported",
    "KeptResults",
    "Origin",
    "Recovery",
    "Run",
    "Store",
    "default_home",
    "keep_import",
    "recorded",
    "recover",
]
