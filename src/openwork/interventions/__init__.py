"""WHAT WE CHANGE: edits as frozen values at sites, and plans of edits and captures."""

from openwork.interventions.edit import Edit
from openwork.interventions.linearise import Linearise
from openwork.interventions.mean import Mean
from openwork.interventions.patch import Patch
from openwork.interventions.plan import Plan
from openwork.interventions.resample import Resample
from openwork.interventions.set_to import Set
from openwork.interventions.zero import Zero

__all__ = ["Edit", "Linearise", "Mean", "Patch", "Plan", "Resample", "Set", "Zero"]
