"""Kinds of positions: which of a text's positions answer alike to the same things known, and what each kind answers.

What every text shows has to be told. What only interchanged pairs show, which no text does, may be told otherwise by as
few pairs at each position as interchange allows: a model that no text taught what to do there does this at one
position and that at the next, and to tell all of it takes more than there is to understand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwork.programs.decompile.labels import compact
from openwork.programs.decompile.templates import Moments, Template
from openwork.programs.language import Constant, Ints

SPARE = 0.005
"""share of the pairs at each position that may be told otherwise: half of what *realised* allows"""
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Kinds:
    """Positions by what they answer.

    Attributes:
        of: the kind of each position.
        moments: all texts, and those pairs whose answers have to be told, with what their kind answers.
        kept: `[moment]`, which of the moments and pairs these are.
    """

    of: dict[int, int]
    moments: Moments
    kept: Ints

    @classmethod
    def found(cls, joined: Moments, known: Sequence[Template], weights: NDArray[np.float64]) -> Kinds:
        """As few as there need to be.

        Args:
            joined: texts, and after these interchanged pairs.
            known: what is known of both.
            weights: `[pair]`, how much each counts.
        """
        texts = len(joined.rows) - len(weights)
        seen = _Seen.of(joined, known, weights)
        kinds: list[_Kind] = []
        for position in range(len(seen.positions)):
            alone = _Kind(seen, (position,))
            joining = (n for n, kind in enumerate(kinds) if kind.joined(position).fits)
            number = next(joining, None)
            if number is None:
                kinds.append(alone)
            else:
                kinds[number] = kinds[number].joined(position)
        answers, kept = joined.answers.copy(), np.arange(len(joined.answers)) < texts
        for kind in kinds:
            here = np.isin(seen.place, kind.positions)
            answers[here] = seen.kinds_of_answer[kind.said[seen.codes[here]]]
            kept[here] |= kind.told[seen.codes[here]]
        of = {int(seen.positions[p]): n for n, kind in enumerate(kinds) for p in kind.positions}
        where = np.flatnonzero(kept)
        moments = Moments(joined.network, joined.rows[where], joined.positions[where], answers[where], answers[where])
        return cls(of, moments, where)

    def template(self, positions: Ints) -> Template:
        """The kind of each of these positions, `[moment]`."""
        column = np.array([self.of[p] for p in positions.tolist()])
        return Template(column, lambda p: Constant(self.of.get(p, 0)), 1.0, True, True)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What was answered.

    Attributes:
        positions: that are asked.
        kinds_of_answer: the answers there are.
        place: `[moment]`, which of the positions.
        codes: `[moment]`, which combination of what is known.
        texts: `[position, code, answer]`, how many texts.
        pairs: `[position, code, answer]`, the share of all pairs there are at the position.
    """

    positions: Ints
    kinds_of_answer: Ints
    place: Ints
    codes: Ints
    texts: Counts
    pairs: NDArray[np.float64]

    @classmethod
    def of(cls, joined: Moments, known: Sequence[Template], weights: NDArray[np.float64]) -> _Seen:
        positions, place = np.unique(joined.positions, return_inverse=True)
        answers, own = np.unique(joined.answers, return_inverse=True)
        codes, classes = compact([t.column for t in known])
        place, own, size = place.reshape(-1), own.reshape(-1), (len(positions), classes, len(answers))
        texts = len(codes) - len(weights)
        shown, drawn = np.zeros(size, np.int64), np.zeros(size)
        np.add.at(shown, (place[:texts], codes[:texts], own[:texts]), 1)
        np.add.at(drawn, (place[texts:], codes[texts:], own[texts:]), weights)
        asked = drawn.sum(axis=2, keepdims=True)
        drawn /= np.where(asked > 0, asked, 1)
        return cls(positions, answers, place, codes, shown, drawn * _shares(known, place, codes, texts)[..., None])


def _shares(known: Sequence[Template], place: Ints, codes: Ints, texts: int) -> NDArray[np.float64]:
    """`[position, code]`, how many of all pairs of two texts that are asked at a position have this combination: what
    stands there is the one's, what is brought the other's."""
    found = np.ones((int(place.max()) + 1, int(codes.max()) + 1))
    _, first = np.unique(codes, return_index=True)
    for local in (True, False):
        columns = [t.column for t in known if t.local == local]
        part, classes = compact(columns) if columns else (np.zeros_like(codes), 1)
        counts = np.zeros((len(found), classes))
        np.add.at(counts, (place[:texts], part[:texts]), 1)
        found *= (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))[:, part[first]]
    return found


class _Kind:
    """Some positions that answer alike."""

    def __init__(self, seen: _Seen, positions: tuple[int, ...]) -> None:
        self.seen, self.positions = seen, positions
        texts, pairs = seen.texts[list(positions)], seen.pairs[list(positions)]
        shown = texts.sum(axis=(0, 2)) > 0
        self.said: Ints = np.where(shown, texts.sum(axis=0).argmax(axis=1), pairs.sum(axis=0).argmax(axis=1))
        wrong = _otherwise(pairs, self.said)
        alone = np.where(texts.any(axis=2), texts.argmax(axis=2), pairs.argmax(axis=2))
        as_alone = _otherwise(texts, self.said) <= _otherwise(texts, alone)
        self.fits = bool(as_alone.all() and (wrong <= np.maximum(SPARE, _otherwise(pairs, alone))).all())
        self.told = self._told(pairs.sum(axis=2), shown, wrong)

    def joined(self, position: int) -> _Kind:
        return _Kind(self.seen, (*self.positions, position))

    def _told(
        self, shares: NDArray[np.float64], shown: NDArray[np.bool_], wrong: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """`[code]`, all but the rarest that no text shows, as many as are to spare."""
        told = np.ones(len(shown), bool)
        left = SPARE - wrong
        for code in np.argsort(shares.max(axis=0), kind="stable"):
            if not shown[code]:
                left = left - shares[:, code]
                if (left < 0).any():
                    break
                told[code] = False
        return told


def _otherwise(counts: NDArray[np.float64] | Counts, said: Ints) -> NDArray[np.float64]:
    """`[position]`, how much of these, `[position, code, answer]`, is answered otherwise than said of each code, at all
    positions or each."""
    as_said = np.take_along_axis(counts, np.broadcast_to(said, counts.shape[:2])[..., None], axis=2)
    found: NDArray[np.float64] = counts.sum(axis=(1, 2)) - as_said.sum(axis=(1, 2))
    return found
