"""Others: for each of some inputs another one that agrees with it in what stands at a place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from openwork.data.randomness import bits, integers, permutation
from openwork.programs.decompile.labels import by_class, compact
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.language import READABLE, Ints
from openwork.programs.place import Place
from openwork.programs.program import Program


@dataclass(frozen=True, eq=False)
class Others:
    """For each of some inputs another one that agrees with it in what stands at a place.

    Attributes:
        program: says what stands where.
        rows: the inputs.
        among: the inputs that others are taken from.
        any_other: for each of the rows, one of the network's inputs.
        mixed: an order of `among`, drawn.
        columns: of the program, `[among]` each.
    """

    program: Program
    rows: Rows
    among: Rows
    any_other: Rows
    mixed: Ints
    columns: dict[str, Ints]

    @classmethod
    def of(cls, network: Network, program: Program, seed: int, inputs: int) -> Others:
        rows, among, any_other, mixed = _drawn(len(network.tokens), network.subject.whole, seed, inputs)
        return cls(program, rows, among, any_other, mixed, program.columns(network.tokens[among]))

    def standing(self, place: Place) -> tuple[str, ...]:
        """The columns that the program says stand at its position when it is written."""
        found = [symbol.name for symbol in self.program.symbols if symbol.position == place.position]
        for variable in self.program.variables:
            if any(s.position == place.position and s.stage < place.stage for s in variable.sites):
                found += variable.columns
        return tuple(found)

    def agreeing(self, columns: tuple[str, ...]) -> Rows:
        """For each of the rows another input with the same values there; see above for where there is none."""
        symbols = {symbol.name for symbol in self.program.symbols}
        variables = tuple(name for name in columns if name not in symbols)
        if not columns:
            return self.any_other
        found, alone, classes = self._next_of_class(columns)
        if classes <= READABLE:
            return found
        return np.where(alone, self.agreeing(variables) if variables != columns else self.any_other, found)

    def _next_of_class(self, columns: tuple[str, ...]) -> tuple[Rows, NDArray[np.bool_], int]:
        """For each of the rows the next input of its class in a drawn order, the last one's the first; whether that is
        itself; and how many classes there are."""
        codes, classes = compact([self.columns[name] for name in columns])
        order = self.mixed[by_class(codes[self.mixed], classes)]
        begins = np.searchsorted(codes[order], np.arange(classes))
        following = np.arange(1, len(order) + 1)
        following[np.append(begins[1:], len(order)) - 1] = begins
        other = np.empty_like(order)
        other[order] = order[following]
        own = np.arange(len(self.rows))
        return self.among[other[own]], other[own] == own, classes


@lru_cache(maxsize=4)
def _drawn(n: int, whole: bool, seed: int, inputs: int) -> tuple[Rows, Rows, Rows, Ints]:
    """Rows, among, any_other and mixed as above, of `n` inputs; kept, for one search asks the same of many programs."""
    stream = bits("decompile whole", seed)
    drawn = permutation(stream, n)
    if whole:
        rows, among = drawn[:inputs], drawn
        any_other = drawn[integers(stream, n, len(rows))]
    else:  # each in one pair only: drawn independently, they count as independent
        half = min(inputs, max(1, n // 2))
        rows = among = drawn[:half]
        any_other = drawn[-half:]
    found = rows, among, any_other, permutation(stream, len(among))
    for array in found:
        array.flags.writeable = False
    return found
