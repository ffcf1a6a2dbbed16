"""Which values of two runs are the same, known without running them: each value gets a number by how it is computed.

A token's number says its position and whether it is the source's; a head's output has the number of what it is made
from, and so on upwards. Equal numbers are equal values to the bit, for every pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from openwork.interventions import Edit
from openwork.models import ModelSpec

Spot = tuple[str, int, int]
"""a site, a position, and a head where the site has them; else 0"""


@dataclass(frozen=True, eq=False)
class Numbered:
    """The number of every value of a run, and of those values that its edits replaced.

    Attributes:
        values: by spot.
        before: by the number of an edit and a spot, what would be there without it.
        answer: of what the prediction is read from.
    """

    values: dict[Spot, int] = field(default_factory=dict)
    before: dict[tuple[int, Spot], int] = field(default_factory=dict)
    answer: int = 0


class Numbering:
    """Numbers the values of runs of one model over the same pairs.

    Args:
        spec: of the model.
        n_pos: positions that are run.
        query: where the prediction is read.
        entries: positions whose token differs between base and source.
        masked_alike: whether base and source are padded at the same positions.
    """

    def __init__(self, spec: ModelSpec, n_pos: int, query: int, entries: Sequence[int], masked_alike: bool) -> None:
        self.spec, self.n_pos, self.query, self.masked_alike = spec, n_pos, query, masked_alike
        self.entries = frozenset(entries)
        self._numbers: dict[tuple[object, ...], int] = {}

    def number(self, *made_of: object) -> int:
        """The number of what is made of this."""
        return self._numbers.setdefault(made_of, len(self._numbers))

    def spots(self, edit: Edit) -> Iterator[Spot]:
        """What an edit replaces."""
        heads: Sequence[int] = (0,)
        if edit.site.endswith("hook_z"):
            heads = range(self.spec.n_heads) if edit.heads is None else edit.heads
        for position in range(self.n_pos) if edit.positions is None else edit.positions:
            for head in heads:
                yield edit.site, position, head

    def run(self, of_source: bool, edits: Sequence[Edit], given: Callable[[Edit, Spot], int]) -> Numbered:
        """A run over sources or bases with these edits; `given` says the number of what an edit puts at a spot."""
        run = Numbered()
        changed: dict[str, list[tuple[int, Edit]]] = {}
        for number, edit in enumerate(edits):
            changed.setdefault(edit.site, []).append((number, edit))

        def edited(site: str, values: list[int], head: int = 0) -> list[int]:
            for position, value in enumerate(values):
                run.values[site, position, head] = value
            for number, edit in changed.get(site, ()):
                for spot in self.spots(edit):
                    if spot[2] == head:
                        run.before[number, spot] = values[spot[1]]
                        run.values[spot] = values[spot[1]] = given(edit, spot)
            return values

        mask = of_source and not self.masked_alike
        stream = edited("hook_embed", [self.number(p, of_source and p in self.entries) for p in range(self.n_pos)])
        for layer in range(self.spec.n_layers):
            stream = self._layer(layer, stream, mask, edited)
        return Numbered(run.values, run.before, stream[self.query])

    def _layer(self, layer: int, stream: list[int], mask: bool, edited: Callable[..., list[int]]) -> list[int]:
        block, number, positions = f"blocks.{layer}", self.number, range(self.n_pos)
        stream = edited(f"{block}.hook_resid_pre", stream) if layer else stream
        if self.spec.attention_dir == "causal":
            seen = list(accumulate(stream, lambda before, value: number("seen", before, value)))
        else:
            seen = [number("all", *stream)] * self.n_pos
        heads = [
            edited(
                f"{block}.attn.hook_z", [number("z", layer, head, p, seen[p], stream[p], mask) for p in positions], head
            )
            for head in range(self.spec.n_heads)
        ]
        out = edited(f"{block}.hook_attn_out", [number("attn", layer, *(z[p] for z in heads)) for p in positions])
        middle = [number("sum", stream[p], out[p]) for p in positions]
        if self.spec.attn_only:
            return middle
        mlp = edited(f"{block}.hook_mlp_out", [number("mlp", layer, middle[p]) for p in positions])
        return [number("sum", middle[p], mlp[p]) for p in positions]
