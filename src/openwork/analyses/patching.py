"""One place after another patched from the source: what activation and attribution patching have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openwork.analyses.component import Component, components_named
from openwork.analyses.pairs import Alternatives, Pairs, pairs_for
from openwork.analyses.patch_effect import PatchEffects, patch_effects
from openwork.analyses.patch_places import patches, streams_and_parts
from openwork.analyses.path_worlds import PathWorlds
from openwork.analyses.steps import Watch, stretch
from openwork.analyses.subject import Subject


@dataclass(frozen=True, eq=False)
class PatchedPlaces:
    """What was measured for one output.

    Attributes:
        number: of the output.
        pairs: on which.
        numbers: of each place that can matter, which component and which position.
        effects: of the plans that were asked for first, then of each place.
    """

    number: int
    pairs: Pairs
    numbers: tuple[tuple[int, int], ...]
    effects: PatchEffects


@dataclass(frozen=True, eq=False)
class Patching:
    """Every place at every position, patched on the pairs of every output.

    Attributes:
        subject: the model and inputs.
        places: what is patched.
        pairs: of each output.
    """

    subject: Subject
    places: tuple[Component, ...]
    pairs: tuple[Pairs, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """What is predicted."""
        return tuple(pairs.output for pairs in self.pairs)

    @property
    def variables(self) -> tuple[str, ...]:
        """`[output]`, the variable that is changed."""
        return tuple(pairs.variable for pairs in self.pairs)

    @property
    def components(self) -> tuple[str, ...]:
        """The places, by name."""
        return tuple(place.name for place in self.places)

    @property
    def counts(self) -> tuple[int, ...]:
        """`[output]`, how many pairs."""
        return tuple(len(pairs) for pairs in self.pairs)

    @property
    def shape(self) -> tuple[int, int, int]:
        """`[output, component, pos]`."""
        return len(self.pairs), len(self.places), self.subject.task.n_pos

    def measured(self, watch: Watch, first: Sequence[PathWorlds] = (), rows_beside: int = 0) -> Iterator[PatchedPlaces]:
        """The effects on one output after another, but those without pairs.

        Args:
            watch: is told how far it is.
            first: plans to measure before those of the places.
            rows_beside: forward rows for each pair that whoever asks spends beside these.
        """
        rows = 0
        for number, pairs in enumerate(self.pairs):
            if not len(pairs):
                continue
            tried = patches(self.subject.spec, self.places, pairs)
            watching = stretch(watch, number, len(self.pairs), rows)
            effects = patch_effects(self.subject, pairs, [*first, *tried.values()], watching)
            yield PatchedPlaces(number, pairs, tuple(tried), effects)
            rows += effects.forward_rows + rows_beside * len(pairs)


def patching_of(
    subject: Subject,
    components: Sequence[str] | None,
    outputs: Sequence[str] | None,
    variable: str | None,
    alternatives: Alternatives,
    seed: int,
) -> Patching:
    """What is asked for, in the words of `activation_patching`.

    Raises:
        PlanError: an unknown component, output or variable; with every reason.
    """
    places = streams_and_parts(subject.spec) if components is None else components_named(subject.spec, components)
    return Patching(subject, tuple(places), tuple(pairs_for(subject, outputs, variable, alternatives, seed)))
