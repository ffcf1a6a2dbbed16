"""Quantise, from the first layer on: at each place, the simplest label that is all that matters there.

A place is tried with a label by giving every input the value of its class's most typical input; the label keeps where
every answer stays as it was, with all places before it quantised in the same way. So every value is one that the model
has on some input: nothing is averaged. Better still is a label under which any other input of the class would do as
well. And a label that decides the answer keeps every answer whatever else the place holds; so one that explains nearly
all of the place's variance is preferred to it, even if a few answers with thin margins turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from openwork.analyses.steps import Step, Watch
from openwork.data.randomness import bits, permutation
from openwork.engines import World
from openwork.interventions import Plan
from openwork.programs.decompile.expressions import Operand, simplest
from openwork.programs.decompile.features import Feature, Features
from openwork.programs.decompile.labels import MOST_CLASSES, Label, compact, ranked, running, same_class, with_what_else
from openwork.programs.decompile.network import Floats, Network, Rows
from openwork.programs.language import Ints, Name
from openwork.programs.place import Place

FIRST = 384
"""inputs on which a label is tried first"""
AT_ONCE = 6
"""labels tried at once"""
NEARLY = 0.998
"""share of inputs whose answers stay when they take the value of any input with the same label"""
ROUGHLY = 0.99
"""the same where the label explains as much as `FULL`"""
FULL = 0.95
"""share of a place's variance from which on a label says what it holds, not just what is made of it"""
SYMBOL = 1.5
"""cost of a feature up to which it is a token, not something worked out"""
TOGETHER = 200
"""labels of all heads of a position, of which those are tried that the MLP's own follows from"""
LOOSE = 0.85
"""share of a place's variance from which on a label is kept though answers turn under it: the verdicts say how far"""
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
        loose: of these, where it says most of what the place holds, but not all that answers follow from.
        unlabelled: the others.
    """

    rows: Rows
    gone: frozenset[Place]
    values: dict[Place, Floats]
    labels: dict[Place, Label]
    loose: frozenset[Place]
    unlabelled: tuple[Place, ...]


def quantise(network: Network, rows: Rows, gone: frozenset[Place], watch: Watch) -> Quantised:
    """Labels of all places that are left.

    Costs for each place some passes over the inputs, each with one more for every place already quantised.
    """
    live = [place for place in network.places if place not in gone]
    live.sort(key=lambda place: place.order)
    values = network.held(rows, live, network.fixed(gone)) if live else {}
    features = Features(network, rows)
    trial = _Trial(network, rows, gone, {})
    labels: dict[Place, Label] = {}
    loose: set[Place] = set()
    for number, place in enumerate(live):
        watch(Step(f"what {place} holds", number / len(live), 0))
        known = features.at(place.position)
        # An MLP can make nothing but what follows from what stands at its position.
        able = _following(known, network, rows, labels, live, place) if place.is_mlp else known
        found = trial.label_of(place, ranked(able, values[place], TRIED))
        if found is None or len(found.features) > 1:
            found = trial.label_of(place, _answers(known, network, place, values[place])) or found
        if found is None and len(able) < len(known):
            found = trial.label_of(place, ranked(known, values[place], TRIED))
        if found is None:
            found = next((label for label in ranked(able, values[place], 1) if label.explained >= LOOSE), None)
            loose |= {place} if found is not None else set()
        if found is not None:
            symbols = [feature for feature in able if feature.cost <= SYMBOL]
            labels[place] = with_what_else(running(found, known), symbols, values[place])
            heads = _not_saying(network, labels, live, place) if place.is_mlp else ()
            together = trial.label_together(heads, known, values, labels[place]) if heads else None
            if together is not None:
                labels |= dict.fromkeys(heads, running(together, known))
    unlabelled = tuple(place for place in live if place not in labels)
    return Quantised(rows, gone, values, labels, frozenset(loose), unlabelled)


def _following(
    known: Sequence[Feature],
    network: Network,
    rows: Rows,
    labels: Mapping[Place, Label],
    live: Sequence[Place],
    place: Place,
) -> Sequence[Feature]:
    """The features that the token and the labels before this place at its position decide; all where one has no label
    or where they decide none."""
    before = [p for p in live if p.position == place.position and p.stage < place.stage]
    if any(p not in labels for p in before):
        return known
    held = [labels[p].codes for p in before]
    if place.position in network.symbols:
        held.append(network.tokens[rows, place.position].astype(np.int64))
    if not held:
        return known
    codes, classes = compact(held)
    return [f for f in known if compact([codes, f.codes[0]])[1] == classes] or known


def _answers(known: Sequence[Feature], network: Network, place: Place, values: Floats) -> Iterator[Label]:
    """Of the last thing that is written before an answer, without an MLP after it: that answer, where it is most of
    what stands there."""
    spec, graded = network.subject.spec, network.dataset.graded
    if spec.d_mlp or place.layer < spec.n_layers - 1 or spec.n_heads > 1 or place.position not in graded:
        return
    name = f"answer {network.subject.task.outputs[graded.index(place.position)]}"
    yield from (label for label in ranked([f for f in known if f.text == name], values, 1) if label.explained >= LOOSE)


def _not_saying(
    network: Network, labels: Mapping[Place, Label], live: Sequence[Place], mlp: Place
) -> tuple[Place, ...]:
    """The heads of the MLP's layer at its position, where there are several, each has a label, and these do not say
    what the MLP makes of them, or only in a table: they share it out between them."""
    before = [p for p in live if p.position == mlp.position and p.stage < mlp.stage]
    heads = tuple(p for p in before if p.layer == mlp.layer)
    if len(heads) < 2 or any(p not in labels for p in before):
        return ()
    left = [column for column in _made(labels[mlp]) if not any(_decides(labels[p], [column]) for p in before)]
    codes, classes = compact([labels[p].codes for p in before])
    # Where they part the inputs into more classes than a label may have, all follows from them by chance.
    said = classes <= MOST_CLASSES and all(compact([codes, column])[1] == classes for column in left)
    if not said:
        return heads if left else ()
    first, held = _worked_out(labels[mlp])[:1], [labels[p] for p in before]
    return () if all(plainly(held, column, *network.numbers) for column in first) else heads


def _worked_out(label: Label) -> list[Ints]:
    """What of a label is worked out, not a token, as numbers."""
    return [f.column for f in label.features if f.cost > SYMBOL and f.expression is not None]


def plainly(labels: Sequence[Label], column: Ints, modulus: int, signed: bool = False) -> bool:
    """Whether it follows from these without a table."""
    features = dict.fromkeys(feature for label in labels for feature in label.features)
    found = simplest(column, [Operand(Name(f.text), f.column) for f in features], modulus, signed)
    return found is not None and found.entries == 0


@dataclass(frozen=True, eq=False)
class _Trial:
    """Tries labels with the places before quantised; `held` are those under whose labels every answer stayed."""

    network: Network
    rows: Rows
    gone: frozenset[Place]
    held: dict[Place, Label]

    def label_of(self, place: Place, candidates: Iterator[Label]) -> Label | None:
        """The first that is good and full; else one that is roughly good and full, or good, or just keeps."""
        found: dict[str, Label] = {}
        while at_once := list(islice(candidates, AT_ONCE)):
            shares = self._kept(place, [c for c in at_once if self._wanted(c, found)], FIRST)
            tried = [label for label, share in shares if share >= (ROUGHLY if label.explained >= FULL else 1)]
            # The first is most often the one; the others share what they cost.
            for some in (tried[:1], tried[1:]):
                for label, kept in self._kept(place, [c for c in some if self._wanted(c, found)], len(self.rows)):
                    if not self._wanted(label, found):
                        continue
                    sort = self._sort(place, label, kept)
                    if sort == "good and full":
                        self.held[place] = label
                        return label
                    found.setdefault(sort, label)
        for sort in ("rough", "good", "keeps"):
            if sort in found:
                if sort != "rough":
                    self.held[place] = found[sort]
                return found[sort]
        return None

    def label_together(
        self, heads: Sequence[Place], known: Sequence[Feature], values: Mapping[Place, Floats], made: Label
    ) -> Label | None:
        """One label for all heads of a position, under which every answer stays and what the MLP makes follows, the
        first of it without a table."""
        apart = {place: self.held.pop(place) for place in heads if place in self.held}
        wanted, first, numbers = _made(made), _worked_out(made)[:1], self.network.numbers
        said = (
            label
            for label in ranked(known, np.sum([values[p] for p in heads], axis=0), TOGETHER)
            if _decides(label, wanted) and all(plainly([label], c, *numbers) for c in first)
        )
        found = self.label_of(heads[0].whole_layer, said)
        if found is None:
            self.held.update(apart)
        return found

    def _wanted(self, label: Label, found: Mapping[str, Label]) -> bool:
        return "good" not in found or label.explained >= FULL

    def _sort(self, place: Place, label: Label, kept: float) -> str:
        full = label.explained >= FULL
        if kept < (ROUGHLY if full else 1):
            return "fails"
        any_will_do = self._any_will_do(place, label)
        if kept == 1 and any_will_do >= NEARLY:
            return "good and full" if full else "good"
        if full and min(kept, any_will_do) >= ROUGHLY:
            return "rough"
        return "keeps" if kept == 1 else "fails"

    def _any_will_do(self, place: Place, label: Label) -> float:
        """Share of answers that stay when the place takes the value of another input with the same label."""
        mixed = permutation(bits("decompile same label"), len(self.rows))
        tokens = self.network.tokens[self.rows[same_class(label.codes, mixed)]]
        fixed = self.network.fixed(self.gone)
        plan = Plan((*fixed, *self.network.patched([place], "same")))
        [right] = self.network.exact(self.rows, [plan], {"same": World(tokens, fixed)})
        return right / len(self.rows)

    def _kept(self, place: Place, candidates: Sequence[Label], first: int) -> list[tuple[Label, float]]:
        """Each candidate, and on what share of the first rows every answer stays."""
        if not candidates:
            return []
        some, network, fixed = self.rows[:first], self.network, self.network.fixed(self.gone)
        sources = {f"held {n}": self._world(label, first) for n, label in enumerate(self.held.values())}
        before = [edit for n, p in enumerate(self.held) for edit in network.patched([p], f"held {n}")]
        plans = []
        for n, label in enumerate(candidates):
            sources[f"tried {n}"] = self._world(label, first)
            plans.append(Plan((*fixed, *before, *network.patched([place], f"tried {n}"))))
        shares = [right / len(some) for right in network.exact(some, plans, sources)]
        return list(zip(candidates, shares, strict=True))

    def _world(self, label: Label, first: int) -> World:
        typical = self.rows[label.typical[label.codes[:first]]]
        return World(self.network.tokens[typical], self.network.fixed(self.gone))


def _made(label: Label) -> list[Ints]:
    """What of a label is worked out, not a token."""
    return [f.codes[0] for f in label.features if f.cost > SYMBOL and f.expression is not None]


def _decides(label: Label, wanted: Sequence[Ints]) -> bool:
    """Whether each of these columns follows from the label."""
    return all(compact([label.codes, column])[1] == label.classes for column in wanted)
