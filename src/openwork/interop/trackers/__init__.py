"""Histories of runs for those who look at them elsewhere: TensorBoard, MLflow and Weights & Biases, on this machine.

What is said of a run is the same for all (`history`); each writes it through its own library, and asks no network.
"""

from openwork.interop.trackers.history import History, history_of
from openwork.interop.trackers.tracker import TRACKERS, Tracker, add_to, require_tracker

__all__ = ["TRACKERS", "History", "Tracker", "add_to", "history_of", "require_tracker"]
