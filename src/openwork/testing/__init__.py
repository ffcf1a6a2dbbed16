"""Conformance kits for what others may add: an engine that passes `check_engine` may take any other's place, and every
room may rely on a task that passes `check_task`. `check_exam` holds the claims to models whose mechanism is known; how
to add one is told in `openwork.testing.known_circuits`.

`openwork.testing.specs` has strategies for Hypothesis and needs it installed; the kits need nothing but openwork.
"""

from openwork.conformance import check_task, faults_of
from openwork.testing.engine_kit import check_engine, check_training
from openwork.testing.engine_rules import check_rules
from openwork.testing.known_circuits import KnownCircuit, check_exam, known_circuits

__all__ = [
    "KnownCircuit",
    "check_engine",
    "check_exam",
    "check_rules",
    "check_task",
    "check_training",
    "faults_of",
    "known_circuits",
]
