"""Conformance kits for what others may add: an engine that passes `check_engine` may take any other's place, and every
room may rely on a task that passes `check_task`.

`openwork.testing.specs` has strategies for Hypothesis and needs it installed; the kits need nothing but openwork.
"""

from openwork.testing.engine_kit import check_engine, check_training
from openwork.testing.engine_rules import check_rules
from openwork.testing.task_kit import check_task, faults_of

__all__ = ["check_engine", "check_rules", "check_task", "check_training", "faults_of"]
