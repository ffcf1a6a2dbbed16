"""Planes: where in what a place holds the waves of a variable stand.

What a place holds is fitted by the cosines and sines of the variable's waves (least squares, over all inputs); the
directions of the fit, two for each wave or fewer where waves share them, span the variable's planes there. Interchange
of the variable at the place takes the part in these planes from the source and leaves all the rest, whatever it is;
what is left over is resampled by leaving the part in the planes and taking the rest from another input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.engines import World
from openwork.interventions import Edit, Given
from openwork.models import site_named
from openwork.programs.decompile.network import Floats, Network, Rows
from openwork.programs.language import Ints, as_wave, modulus_of_waves
from openwork.programs.place import Place
from openwork.programs.program import Program, Variable

FAINT = 1e-3
"""share of the place's variance below which a direction is none of the planes"""


@dataclass(frozen=True, eq=False)
class Planes:
    """A variable's planes at the places where it stands.

    Attributes:
        network: the model.
        columns: of the variable, `[input]` each, over all the network's inputs.
        modulus: of its waves.
    """

    network: Network
    columns: tuple[Ints, ...]
    modulus: int

    @classmethod
    def of(cls, network: Network, program: Program, variable: Variable) -> Planes | None:
        """None of a variable that is something else than waves."""
        modulus = modulus_of_waves(variable.items)
        return None if modulus is None else cls(network, program.values_of(variable, network.tokens), modulus)

    @cached_property
    def _waves(self) -> Floats:
        """`[input, cosine and sine of each item]`"""
        waves = [as_wave(column, self.modulus) for column in self.columns]
        parts = np.stack([part for wave in waves for part in (wave.real, wave.imag)], axis=1)
        found: Floats = parts - parts.mean(axis=0)
        return found

    def basis(self, place: Place) -> Floats:
        """The planes there, `[d, direction]`, orthonormal. Costs one forward row per input."""
        fitted, held = self._fitted(place)
        # Directions by how much the waves vary along them; where they explain nothing, these are rounding.
        _, sizes, directions = np.linalg.svd(fitted, full_matrices=False)
        found: Floats = directions[sizes**2 > FAINT * float((held**2).sum())].T
        return found

    def explained(self, places: Sequence[Place]) -> float:
        """The share of the variance of what these places hold that the waves explain. Costs as `basis`, for each."""
        parts = [self._fitted(place) for place in places]
        whole = sum(float((held**2).sum()) for _, held in parts)
        return sum(float((fitted**2).sum()) for fitted, _ in parts) / whole if whole > 0 else 0.0

    def hold_most(self, places: Sequence[Place]) -> bool:
        """Whether the planes at one of these have more than half of the directions in which numbers modulo p can vary:
        what makes the answers is there then, whatever it is."""
        return any(2 * self.basis(place).shape[1] > self.modulus - 1 for place in places)

    def _fitted(self, place: Place) -> tuple[Floats, Floats]:
        """What the place holds, `[input, d]`, as far as the waves explain it, and all of it; without the mean."""
        held = self.network.held(np.arange(len(self.network.tokens)), [place])[place]
        centred = held - held.mean(axis=0)
        return self._waves @ np.linalg.lstsq(self._waves, centred, rcond=None)[0], centred

    def swapped(self, bases: Rows, sources: Rows, places: Sequence[Place]) -> tuple[Edit, ...]:
        """Edits of a pass over the bases that take the part in the planes at these places from the sources.

        Costs three forward rows per pair and place.
        """
        edits: list[Edit] = []
        for place in sorted(places, key=lambda place: (place.stage, place.is_stream, place.order)):
            basis = self.basis(place)
            own = self.network.held(bases, [place], edits)[place]
            other = self.network.held(sources, [place])[place]
            edits.append(given(self.network, place, own + (other - own) @ basis @ basis.T))
        return tuple(edits)

    def one_swapped(self, bases: Rows, sources: Rows, place: Place, number: int) -> Edit:
        """The edit of a pass over the bases that takes one item's wave there from the sources, and no other's, however
        their planes lie to each other. Costs two forward rows per pair and one per input."""
        held = self.network.held(np.arange(len(self.network.tokens)), [place])[place]
        written = np.linalg.lstsq(self._waves, held - held.mean(axis=0), rcond=None)[0]
        read = np.linalg.pinv(written, rcond=FAINT)
        one = slice(2 * number, 2 * number + 2)
        return given(self.network, place, held[bases] + (held[sources] - held[bases]) @ read[:, one] @ written[one])

    def rest_resampled(
        self, rows: Rows, others: Rows, place: Place, edits: Sequence[Edit], sources: Mapping[str, World]
    ) -> Edit:
        """The edit of a pass over these inputs, under these edits, that takes all but the part in the planes from other
        inputs. Costs three forward rows per input."""
        basis = self.basis(place)
        own = self.network.held(rows, [place], edits, sources)[place]
        other = self.network.held(others, [place])[place]
        return given(self.network, place, other + (own - other) @ basis @ basis.T)


def given(network: Network, place: Place, values: NDArray[np.float64]) -> Given:
    """The edit that writes these values there, `[row, d]`."""
    spec = network.subject.spec
    edit = place.patched(spec, "")
    site = site_named(spec, edit.site)
    whole = np.zeros((len(values), *site.shape(spec, network.tokens.shape[1])), np.float64)
    where = (slice(None), place.position) if edit.heads is None else (slice(None), place.position, edit.heads[0])
    whole[where] = values
    return Given(edit.site, edit.positions, edit.heads, values=whole)
