"""How much of what a place holds some divisions of the inputs explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from openwork.analyses.effective_values import Classes
from openwork.analyses.variance_share import VarianceShares
from openwork.claims.context import Context, Evidence
from openwork.interventions import Edit
from openwork.models import site_named


class Divides(Protocol):
    """Divides the inputs in one or more ways."""

    @property
    def divisions(self) -> Sequence[Classes]:
        """`[input]` each, the class of every input."""


@dataclass(frozen=True)
class Represented(Evidence[tuple[tuple[float, ...], ...]]):
    """For each place the share of its variance that each of its divisions explains; one forward row for each input.

    Attributes:
        places: edits that stand where to look; what they would change is not changed.
        names: what the divisions of each place are, so that equal names mean equal divisions.
        variables: of each place, who divides the inputs; asked only where it is measured.
    """

    places: tuple[tuple[Edit, ...], ...]
    names: tuple[str, ...]
    variables: tuple[Divides, ...] = field(compare=False, repr=False)

    def rows(self, context: Context) -> int:
        return context.inputs

    def measure(self, context: Context) -> tuple[tuple[float, ...], ...]:
        spec, n_pos = context.spec, context.task.n_pos
        sums = [VarianceShares(variable.divisions) for variable in self.variables]
        chosen = [[(site_named(spec, e.site).name, e.index(spec, n_pos)) for e in place] for place in self.places]
        sites = dict.fromkeys(site for place in chosen for site, _ in place)
        for trace in context.subject.blocks(*sites):
            flat = {site: trace.captures[site][0].reshape(trace.captures[site].shape[1], -1) for site in sites}
            for adding, place in zip(sums, chosen, strict=True):
                adding.add(*(flat[site][:, index] for site, index in place))
        return tuple(adding.found for adding in sums)
