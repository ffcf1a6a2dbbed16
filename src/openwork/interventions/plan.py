"""A plan: edits and captures, checked against a model before anything runs."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from openwork.errors import PlanError, Reason, suggestion
from openwork.interventions.edit import Edit
from openwork.interventions.patch import Patch
from openwork.interventions.set_to import Set
from openwork.models import ModelSpec, site_named


@dataclass(frozen=True)
class Plan:
    """What to change in a pass and what to keep of it. Edits act in order; captures see edited values."""

    edits: tuple[Edit, ...] = ()
    captures: tuple[str, ...] = ()

    def checked(self, spec: ModelSpec, n_pos: int, sources: Collection[str] = ()) -> Plan:
        """This plan with full site names.

        Raises:
            PlanError: with every edit and capture that does not fit the model or lacks its source.
        """
        reasons = [reason for edit in self.edits for reason in edit.reasons(spec, n_pos)]
        for edit in self.edits:
            if isinstance(edit, Patch) and edit.source not in sources:
                reasons.append(Reason(str(edit), "its source inputs are not given", suggestion(edit.source, sources)))
            if isinstance(edit, Set) and isinstance(edit.value, tuple) and not edit.reasons(spec, n_pos):
                chosen = len(edit.index(spec, n_pos))
                if len(edit.value) != chosen:
                    reasons.append(Reason(str(edit), f"{len(edit.value)} numbers for {chosen} places"))
        captures = []
        for name in self.captures:
            try:
                captures.append(site_named(spec, name).name)
            except PlanError as error:
                reasons += error.reasons
        if reasons:
            raise PlanError("the plan does not fit the model", reasons)
        return Plan(self.edits, tuple(dict.fromkeys(captures)))

    @property
    def digest(self) -> str:
        """A short name that is the same for equal plans."""
        return hashlib.sha256(str(self).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return "; ".join([*map(str, self.edits), *(f"capture {name}" for name in self.captures)]) or "unedited"
