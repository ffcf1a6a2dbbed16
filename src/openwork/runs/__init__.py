"""WHAT WE KEEP: the record of runs, its format with a number, and the folder that holds them."""

from openwork.runs.home import default_home
from openwork.runs.recording import recorded
from openwork.runs.run import EpochRecord, Run
from openwork.runs.schema import FORMAT
from openwork.runs.store import Store

__all__ = ["FORMAT", "EpochRecord", "Run", "Store", "default_home", "recorded"]
