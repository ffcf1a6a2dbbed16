"""How a job that takes long is watched."""

from openwork.jobs.progress.display import ProgressDisplay

__all__ = ["ProgressDisplay"]
