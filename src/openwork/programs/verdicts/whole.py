"""Whole: what carries weight and has no line, by what is lost when it is another input's.

Places without a line are of two sorts. Those that only hand on what already stands at their position take the value of
another input with the same label; all others, those with a label that no line reads included, that of any other input.
In the whole model: all of these at once; and the second sort alone, for what is handed on could mend what they do. The
larger loss counts. Each place is also tried by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from openwork.analyses.steps import Step, Watch, silent
from openwork.data.randomness import bits, integers, permutation
from openwork.engines import World
from openwork.interventions import Patch, Plan
from openwork.programs.decompile.labels import Label, compact, same_class
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.language import Ints
from openwork.programs.place import Place
from openwork.programs.program import Program, Symbol

INPUTS = 4096
AT_ONCE = 8
"""plans run between two looks at how far it is"""
WEIGHT = 0.001
"""share of inputs that one place must lose alone to be named"""


@dataclass(frozen=True)
class Whole:
    """How much no line explains.

    Attributes:
        inputs: how many were looked at.
        lost: on how many an answer changes with everything that no line says resampled at once; see above.
        alone: places that lose something by themselves, the most first: the place, and on how many inputs.
    """

    inputs: int
    lost: int
    alone: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Lost of the inputs, 0 to 1."""
        return self.lost / self.inputs


def whole(
    network: Network, program: Program, labels: Mapping[Place, Label], seed: int = 0, watch: Watch = silent
) -> Whole:
    """Costs two forward rows per input for each place without a line."""
    n = len(network.tokens)
    stream = bits("decompile whole", seed)
    mixed = permutation(stream, n)
    if network.subject.whole:
        rows = mixed[:INPUTS]
        any_other = rows[integers(stream, len(rows), len(rows))]
    else:  # each in one pair only: drawn independently, they count as independent
        half = min(INPUTS, max(1, n // 2))
        rows, any_other = mixed[:half], mixed[-half:]
    named = {site for variable in program.variables for site in variable.sites}
    sources = {"any": World(network.tokens[any_other])}
    edits: dict[Place, Patch] = {}
    for number, place in enumerate(p for p in network.places if p not in named):
        label, name = labels.get(place), "any"
        if label is not None and label.features:
            name = f"same {number}"
            own = _same_label(network, program.symbols, label, rows, stream)
            sources[name] = World(network.tokens[own])
        edits[place] = place.patched(network.subject.spec, name)
    free = tuple(edit for edit in edits.values() if edit.source == "any")
    plans = [Plan(tuple(edits.values())), Plan(free), *(Plan((edit,)) for edit in edits.values())]
    right: list[int] = []
    for start in range(0, len(plans), AT_ONCE):
        watch(Step("what no line explains", start / len(plans), 0))
        right += network.exact(rows, plans[start : start + AT_ONCE], sources)
    lost = [len(rows) - count for count in right]
    together, each = max(lost[:2]), lost[2:]
    alone = [(str(place), count) for place, count in zip(edits, each, strict=True) if count > WEIGHT * len(rows)]
    return Whole(len(rows), together, tuple(sorted(alone, key=lambda pair: -pair[1])))


def _same_label(network: Network, symbols: Sequence[Symbol], label: Label, rows: Rows, stream: np.random.PCG64) -> Rows:
    """For each row another of these rows with the same label, drawn."""
    known = {s.name: network.tokens[rows, s.position].astype(np.int64) for s in symbols}
    columns: list[Ints] = []
    for feature in label.features:
        if feature.expression is None:
            g = network.subject.task.outputs.index(feature.text.removeprefix("answer "))
            columns.append(network.answers[rows, g].astype(np.int64))
        else:
            columns.append(feature.expression.values(known))
    codes, _ = compact(columns)
    return rows[same_class(codes, permutation(stream, len(rows)))]
