"""WHAT WE CHANGE: edits as frozen values at sites, and plans of edits and captures."""

from openwork.interventions.apply import Apply
from openwork.interventions.edit import Edit
from openwork.interventions.given import Given
from openwork.interventions.linearise import Linearise
from openwork.interventions.mean import Mean
from openwork.interventions.patch import Patch
from openwork.interventions.plain import edit_as_json, edit_from_json
from openwork.interventions.plan import Plan
from openwork.interventions.resample import Resample, drawn_rows
from openwork.interventions.set_to import Set
from openwork.interventions.zero import Zero

__all__ = [
    "Apply",
    "Edit",
    "Given",
    "Linearise",
    "Mean",
    "Patch",
    "Plan",
    "Resample",
    "Set",
    "Zero",
    "drawn_rows",
    "edit_as_json",
    "edit_from_json",
]
