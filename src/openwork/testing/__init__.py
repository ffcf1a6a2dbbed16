"""Conformance kits for what others may add: an engine that passes `check_engine` may take any other's place.

`openwork.testing.specs` has strategies for Hypothesis and needs it installed; the kits need nothing but openwork.
"""

from openwork.testing.engine_kit import check_engine, check_training
from openwork.testing.engine_rules import check_rules

__all__ = ["check_engine", "check_rules", "check_training"]
