"""What the places along the axes of a model's arrays are called, by its task or by what it came with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openwork.jobs.looking.axis import Axis
from openwork.models import ModelSpec, site_named

POSITIONS = ("pos", "query", "key")


@dataclass(frozen=True, eq=False)
class AxisNames:
    """Names of places.

    Attributes:
        spec: of the model.
        positions: what stands at each position, where the sequence is as long as this.
        roles: further names of positions.
        labels: names along other axes, by the axis' name; where they are fewer than places, the rest has numbers.
    """

    spec: ModelSpec
    positions: Sequence[str] = ()
    roles: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of_site(self, site: str, inputs: Axis, n_pos: int) -> tuple[Axis, ...]:
        """The axes of `[input, *site axes]`."""
        found = site_named(self.spec, site)
        lengths = zip(found.axes, found.shape(self.spec, n_pos), strict=True)
        return (inputs, *(self.axis(name, length) for name, length in lengths))

    def of_logits(self, inputs: Axis, n_pos: int) -> tuple[Axis, ...]:
        """The axes of `[input, pos, d_vocab_out]`."""
        return (inputs, self.axis("pos", n_pos), self.axis("d_vocab_out", self.spec.d_vocab_out))

    def axis(self, name: str, length: int) -> Axis:
        """The axis of this name."""
        if name in POSITIONS:
            here = self.positions if len(self.positions) == length else ()
            return Axis(name, length, (lambda: here) if here else None, self.roles if here else {})
        labels = self.labels.get(name, ())[:length]
        if not labels:
            return Axis(name, length)
        whole = [*labels, *map(str, range(len(labels), length))]
        return Axis(name, length, lambda: whole)
