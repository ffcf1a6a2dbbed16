"""IS IT A TASK? What every later room relies on, tried out on questions, and told in words where it does not hold."""

from openwork.conformance.kit import check_task, faults_of

__all__ = ["check_task", "faults_of"]
