"""Quantise, from the first layer on: at each place, the simplest label that is all that matters there.

A place is tried with a label by giving every input the value of its class's most typical input; the label keeps where
every answer stays as it was, with all places before it quantised in the same way. So every value is one that the model
has on some input: nothing is averaged. Of the labels that keep, the first is taken under which any other input of the
class would do as well, nearly always; where there is none such, the first that keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openwork.analyses.steps import Step, Watch
from openwork.data.randomness import bits, permutation
from openwork.engines import World
from openwork.interventions import Plan
from openwork.programs.decompile.features import Features
from openwork.programs.decompile.labels import Label, ranked, same_class
from openwork.programs.decompile.network import Floats, Network, Rows
from openwork.programs.place import Place

FIRST = 384
"""inputs on which a label is tried first"""
AT_ONCE = 6
"""labels tried at once"""
NEARLY = 0.998
"""share of inputs whose answers stay when they take the value of any input with the same label"""
TRIED = 30
"""labels tried for a place before it is left without"""


@dataclass(frozen=True, eq=False)
class Quantised:
    """What each place holds, as far as a label was found.

    Attributes:
        rows: the inputs looked at.
        gone: places at their means.
        values: `[row, d]` at every other place, pruned but not quantised.
        labels: of the places where one was found.
        unlabelled: the others.
    """

    rows: Rows
    gone: frozenset[Place]
    values: dict[Place, Floats]
    labels: dict[Place, Label]
    unlabelled: tuple[Place, ...]


def quantise(network: Network, rows: Rows, gone: frozenset[Place], watch: Watch) -> Quantised:
    """Labels of all places that are left.

    Costs for each place some passes over the inputs, each with one more for every place already quantised.
    """
    live = [place for place in network.places if place not in gone]
    live.sort(key=lambda place: place.order)
    values = network.held(rows, live, network.fixed(gone)) if live else {}
    features = Features(network, rows)
    labels: dict[Place, Label] = {}
    for number, place in enumerate(live):
        watch(Step(f"what {place} holds", number / len(live), 0))
        found = _label_of(network, rows, gone, labels, place, ranked(features.at(place.position), values[place], TRIED))
        if found is not None:
            labels[place] = found
    return Quantised(rows, gone, values, labels, tuple(place for place in live if place not in labels))


def _label_of(
    network: Network,
    rows: Rows,
    gone: frozenset[Place],
    labels: dict[Place, Label],
    place: Place,
    candidates: Sequence[Label],
) -> Label | None:
    kept: Label | None = None
    for start in range(0, len(candidates), AT_ONCE):
        some = candidates[start : start + AT_ONCE]
        hopeful = _keeps(network, rows, gone, labels, place, some, FIRST)
        for label in hopeful:
            if len(rows) <= FIRST or _keeps(network, rows, gone, labels, place, [label], len(rows)):
                if _any_will_do(network, rows, gone, place, label):
                    return label
                kept = kept or label
    return kept


def _any_will_do(network: Network, rows: Rows, gone: frozenset[Place], place: Place, label: Label) -> bool:
    """Whether the place can take the value of another input with the same label."""
    tokens = network.tokens[rows[same_class(label.codes, permutation(bits("decompile same label"), len(rows)))]]
    plan = Plan((*network.fixed(gone), place.patched(network.subject.spec, "same")))
    [right] = network.exact(rows, [plan], {"same": World(tokens, network.fixed(gone))})
    return right >= NEARLY * len(rows)


def _keeps(
    network: Network,
    rows: Rows,
    gone: frozenset[Place],
    labels: dict[Place, Label],
    place: Place,
    candidates: Sequence[Label],
    first: int,
) -> list[Label]:
    """Those of the candidates under which every answer to the first rows stays."""
    some, fixed = rows[:first], network.fixed(gone)
    sources = {f"held {n}": _world(network, rows, label, first, gone) for n, label in enumerate(labels.values())}
    before = [p.patched(network.subject.spec, f"held {n}") for n, p in enumerate(labels)]
    plans = []
    for n, label in enumerate(candidates):
        sources[f"tried {n}"] = _world(network, rows, label, first, gone)
        plans.append(Plan((*fixed, *before, place.patched(network.subject.spec, f"tried {n}"))))
    right = network.exact(some, plans, sources)
    return [label for label, count in zip(candidates, right, strict=True) if count == len(some)]


def _world(network: Network, rows: Rows, label: Label, first: int, gone: frozenset[Place]) -> World:
    typical = rows[label.typical[label.codes[:first]]]
    return World(network.tokens[typical], network.fixed(gone))
