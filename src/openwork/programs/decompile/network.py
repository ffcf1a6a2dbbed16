"""The model as a decompiler asks it: which answers it gives on some inputs with some places replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.analyses.component import component_named, part_components
from openwork.data import Dataset
from openwork.data.randomness import bits, permutation
from openwork.engines import World
from openwork.engines.grading import answers_of
from openwork.interventions import Edit, Plan, Set
from openwork.programs.language import signed_modulus
from openwork.programs.numbering import Numbering, numbering_of
from openwork.programs.place import EMBEDDING, Place
from openwork.tasks import UNASKED

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Network:
    """One model over all of a subject's inputs, and its own answers there, right or wrong.

    Attributes:
        subject: the model and inputs.
        answers: `[input, graded]`, what the model answers, a set as a number; below 0 where its logits are not numbers,
            and where no answer is wanted.
        asked: `[input, graded]`, whether an answer is wanted there: of inputs of several lengths not everywhere.
    """

    subject: Subject
    answers: NDArray[np.int32]
    asked: NDArray[np.bool_]
    _fixed: dict[frozenset[Place], tuple[Edit, ...]] = field(default_factory=dict, repr=False)
    """edits by the places that they put to their means: the same are asked for again and again"""

    @classmethod
    def of(cls, subject: Subject) -> Network:
        """Costs one forward row per input."""
        sets = subject.inputs.sets
        found = np.concatenate([answers_of(trace.logits[0], sets) for trace in subject.blocks()])
        asked = subject.inputs.answers != UNASKED
        return cls(subject, np.where(asked, found, UNASKED).astype(np.int32), asked)

    @property
    def asked_once(self) -> Network:
        """The same, with one answer wanted of each input, any of its own: what stands where a text ends can then be
        another text's that agrees there."""
        count = self.asked.sum(axis=1)
        nth = 1 + permutation(bits("decompile asked"), len(count)) % count
        once = self.asked & (np.cumsum(self.asked, axis=1) == nth[:, None])
        return replace(self, answers=np.where(once, self.answers, UNASKED).astype(np.int32), asked=once)

    @property
    def no_numbers(self) -> int:
        """On how many inputs some logit is not a number, so that there is no answer."""
        return int(((self.answers < 0) & self.asked).any(axis=1).sum())

    @property
    def tokens(self) -> NDArray[np.int32]:
        """`[input, pos]`, as far as any graded position can see."""
        return self.dataset.tokens

    @cached_property
    def dataset(self) -> Dataset:
        """The inputs with the model's own answers in place of the right ones."""
        inputs, causal = self.subject.inputs, self.subject.spec.attention_dir == "causal"
        seen = inputs.graded[-1] + 1 if causal else inputs.tokens.shape[1]
        tokens = np.ascontiguousarray(inputs.tokens[:, :seen])
        # Where there is no answer any stands here: scores count what is no number as wrong.
        answers = np.where(self.asked, np.maximum(self.answers, 0), UNASKED).astype(np.int32)
        return Dataset(tokens, answers, inputs.graded, inputs.index, inputs.sample_seed, inputs.sets)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every component at every position where it can matter, in the order of the forward pass."""
        last = self.subject.spec.n_layers - 1
        found = []
        for part in part_components(self.subject.spec):
            for position in range(self.tokens.shape[1]):
                place = Place(part.name, position)
                if place.layer < last or position in self.dataset.graded:
                    found.append(place)
        return tuple(found)

    @cached_property
    def symbols(self) -> tuple[int, ...]:
        """Positions whose token is not always the same; the first of the question where all are, as of one input."""
        varying = tuple(int(p) for p in np.flatnonzero((self.tokens != self.tokens[0]).any(axis=0)))
        return varying or (min(variable.position for variable in self.subject.task.variables),)

    @property
    def numbers(self) -> tuple[int, bool]:
        """How many symbols there are, which sums may be taken modulo; and whether they stand for both signs."""
        task = self.subject.task
        signed = signed_modulus(task.vocabulary.symbols)
        return (max((v.values for v in task.variables), default=2), False) if signed is None else (signed, True)

    def numbering(self, position: int) -> Numbering:
        """How the tokens there are read as numbers, alike in all of one list; in texts as their tokens."""
        return self._numberings[self._lists[position]]

    def names_in(self, numbering: Numbering) -> bool:
        """Whether numbers that are read so only stand for something; of both signs they are numbers all the same."""
        return bool(numbering.signs) and not self.numbers[1]

    @cached_property
    def answer_numbering(self) -> Numbering:
        """How the model's answers are read as numbers, all alike."""
        symbols = self.subject.task.answer_vocabulary.symbols
        return numbering_of(symbols, np.unique(self.answers[self.asked]).tolist())

    @cached_property
    def _lists(self) -> list[str]:
        """Of each position what the list is called that stands there."""
        return [name.split("[")[0] for name in self.subject.position_names]

    @cached_property
    def _numberings(self) -> dict[str, Numbering]:
        symbols, moved = self.subject.task.vocabulary.symbols, self.subject.inputs.one_symbol_each
        occurring: dict[str, set[int]] = {}
        for name, column in zip(self._lists, self.tokens.T, strict=False):
            occurring.setdefault(name, set()).update(np.unique(column).tolist())
        return {name: numbering_of(symbols, tokens, moved) for name, tokens in occurring.items()}

    def token(self, position: int) -> Rows:
        """`[input]`, the token there."""
        return self.tokens[:, position].astype(np.int64)

    def reaches(self, sender: Place, receiver: Place) -> bool:
        """Whether the receiver reads a stream that the sender has written to."""
        if sender.stage >= receiver.stage:
            return False
        if receiver.is_mlp:
            return sender.position == receiver.position
        return self.sees(receiver.position, sender.position)

    def sees(self, position: int, other: int) -> bool:
        """Whether attention at this position may read what stands at the other."""
        return other <= position or self.subject.spec.attention_dir != "causal"

    @cached_property
    def means(self) -> dict[Place, tuple[float, ...]]:
        """What each place holds on average over all inputs: what stands in its stead where it is pruned."""
        sites = self.sites_of(self.places)
        totals = {site: np.zeros(0) for site in sites}
        plan = Plan(captures=sites)
        engine, stack, graded = self.subject.engine, self.subject.stack, self.dataset.graded
        for trace in engine.run(stack, self.tokens, plan, graded=graded, block=BLOCK):
            for site in sites:
                part = trace.captures[site][0].sum(axis=0, dtype=np.float64)
                totals[site] = part if totals[site].size == 0 else totals[site] + part
        return {p: tuple((self.at(p, totals[self.site(p)]) / len(self.tokens)).tolist()) for p in self.places}

    def site(self, place: Place) -> str:
        """The hook that holds it."""
        return component_named(self.subject.spec, place.component).site

    def sites_of(self, places: Iterable[Place]) -> tuple[str, ...]:
        """The hooks that hold these."""
        return tuple(dict.fromkeys(self.site(place) for place in places))

    def at(self, place: Place, value: NDArray[np.float64]) -> Floats:
        """Of a site's value, `[..., pos, (head,) d]`, what this place holds."""
        head = component_named(self.subject.spec, place.component).head
        # Positions come first of a site's own axes, heads second.
        axes = 2 if head is None else 3
        found = np.take(value, place.position, axis=value.ndim - axes)
        held: Floats = found if head is None else np.take(found, head, axis=found.ndim - 2)
        return held

    def fixed(self, places: Iterable[Place]) -> tuple[Edit, ...]:
        """Edits that put the mean in place of each of these."""
        asked = frozenset(places)
        if asked not in self._fixed:
            self._fixed[asked] = self._at_means(asked)
        return self._fixed[asked]

    def _at_means(self, places: Iterable[Place]) -> tuple[Edit, ...]:
        by_component: dict[str, list[int]] = {}
        for place in places:
            by_component.setdefault(place.component, []).append(place.position)
        edits = []
        for name, positions in sorted(by_component.items()):
            part, at = component_named(self.subject.spec, name), tuple(sorted(positions))
            numbers = tuple(number for p in at for number in self.means[Place(name, p)])
            edits.append(Set(part.site, at, part.heads, value=numbers))
        return tuple(edits)

    def patched(self, places: Iterable[Place], source: str) -> tuple[Edit, ...]:
        """Edits that take each of these from a source."""
        return tuple(place.patched(self.subject.spec, source) for place in places)

    def exact(
        self, rows: Rows, plans: Sequence[Plan], sources: Mapping[str, World] | None = None, at: int | None = None
    ) -> list[int]:
        """For each plan, on how many of these inputs every answer is still the model's own, or the one `at` a position,
        beyond which a causal model is not run."""
        if not plans:
            return []
        asked, sources = self.dataset.take(rows), self._cut(sources, at)
        if at is not None:
            answers = np.ascontiguousarray(asked.answers[:, [asked.graded.index(at)]])
            asked = Dataset(self._seen(asked.tokens, at), answers, (at,), asked.index, sets=asked.sets)
        found = self.subject.engine.sweep(self.subject.stack, asked, plans, sources=sources)
        return [int(scores.sequences[0]) for scores in found]

    def predicted(
        self,
        rows: Rows,
        edits: Sequence[Edit],
        sources: Mapping[str, World] | None = None,
        at: int | None = None,
    ) -> NDArray[np.int64]:
        """`[row, graded]`, the answers under these edits; `[row, 1]` where only the one `at` a position is asked."""
        tokens, graded = self._seen(self.tokens[rows], at), self.dataset.graded if at is None else (at,)
        found = self.subject.engine.run(
            self.subject.stack, tokens, Plan(tuple(edits)), graded=graded, sources=self._cut(sources, at)
        )
        return np.concatenate([answers_of(trace.logits[0], self.dataset.sets) for trace in found])

    def _seen(self, tokens: NDArray[np.int32], at: int | None) -> NDArray[np.int32]:
        """As much of these as what is written at a position can see; all where none is said."""
        if at is None or self.subject.spec.attention_dir != "causal":
            return tokens
        return np.ascontiguousarray(tokens[:, : at + 1])

    def _cut(self, sources: Mapping[str, World] | None, at: int | None) -> Mapping[str, World] | None:
        return sources and {name: replace(w, tokens=self._seen(w.tokens, at)) for name, w in sources.items()}

    def held(
        self,
        rows: Rows,
        places: Sequence[Place],
        edits: Sequence[Edit] = (),
        sources: Mapping[str, World] | None = None,
    ) -> dict[Place, Floats]:
        """`[row, d]` at each of these places, under these edits."""
        plan = Plan(tuple(edits), self.sites_of(places))
        engine, graded, tokens = self.subject.engine, self.dataset.graded, self.tokens[rows]
        if places and not edits:
            # What comes after these places they cannot see.
            last = max(place.position for place in places)
            graded, tokens = (last,), self._seen(tokens, last)
        parts: dict[Place, list[Floats]] = {place: [] for place in places}
        for trace in engine.run(self.subject.stack, tokens, plan, graded=graded, sources=sources):
            for place in places:
                parts[place].append(self.at(place, trace.captures[self.site(place)][0].astype(np.float64)))
        return {place: np.concatenate(found) for place, found in parts.items()}


def embedded(positions: Iterable[int]) -> tuple[Place, ...]:
    """The embeddings at these positions."""
    return tuple(Place(EMBEDDING, position) for position in positions)
