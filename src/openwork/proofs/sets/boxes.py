"""Boxes: sets of inputs, at each position some of the symbols; and how one is divided."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.tasks import Cases


@dataclass(frozen=True, eq=False)
class Boxes:
    """Sets of inputs, each with one right answer.

    Attributes:
        allowed: `[box, pos, symbol]`.
        answers: `[box]`.
        counts: `[box]`, Python integers: in each lie no more questions than this.
    """

    allowed: NDArray[np.bool_]
    answers: NDArray[np.int64]
    counts: NDArray[Any]

    def __len__(self) -> int:
        return len(self.answers)

    def take(self, rows: NDArray[Any]) -> Boxes:
        """These boxes, in this order; or those where `rows` is true."""
        return Boxes(self.allowed[rows], self.answers[rows], self.counts[rows])

    def sizes(self, places: slice | list[int]) -> list[int]:
        """`[box]`, in how many ways these positions are filled in each."""
        return [prod(own) for own in self.allowed[:, places].sum(-1).tolist()]

    def as_json(self) -> dict[str, Any]:
        """In plain values; `boxes_from_json` reads them."""
        packed = base64.b64encode(zlib.compress(np.packbits(self.allowed).tobytes(), 9)).decode()
        counts = [str(count) for count in self.counts]
        return {
            "shape": list(self.allowed.shape),
            "allowed": packed,
            "answers": self.answers.tolist(),
            "counts": counts,
        }


def boxes_from_json(value: dict[str, Any]) -> Boxes:
    """What `Boxes.as_json` gave."""
    shape = tuple(value["shape"])
    bits = np.frombuffer(zlib.decompress(base64.b64decode(value["allowed"])), np.uint8)
    allowed = np.unpackbits(bits, count=prod(shape)).reshape(shape).astype(bool)
    return Boxes(allowed, np.array(value["answers"], np.int64), counted(int(count) for count in value["counts"]))


def counted(counts: Any) -> NDArray[Any]:
    """Whole numbers of any size as an array."""
    listed = list(counts)
    found = np.empty(len(listed), object)
    found[:] = listed
    return found


def boxes_of(cases: Cases, query: int, narrow: Callable[[Boxes], Boxes] = lambda boxes: boxes) -> Boxes:
    """The cases, each divided until the query's own token is one; parts of one as `narrow` leaves them."""
    boxes = Boxes(cases.allowed, cases.answers.astype(np.int64), counted(cases.counts))
    several = boxes.allowed[:, query].sum(-1) > 1
    parts = [boxes.take(~several)]
    for symbol in range(cases.allowed.shape[2]):
        own = boxes.take(several & boxes.allowed[:, query, symbol])
        own.allowed[:, query] = False
        own.allowed[:, query, symbol] = True
        parts.append(narrow(own))
    return joined(parts)


def joined(parts: list[Boxes]) -> Boxes:
    """All of these, one after the other."""
    return Boxes(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("allowed", "answers", "counts"))
    )


def divided(boxes: Boxes, effect: NDArray[np.float64]) -> Boxes:
    """Each box in two: at the place whose symbols do the most different things to the lead, `effect`, `[box, place,
    symbol]`, those that hurt it from the others."""
    rows = np.arange(len(boxes))
    allowed = boxes.allowed[:, : effect.shape[1]]
    least = np.where(allowed, effect, np.inf).min(-1)
    most = np.where(allowed, effect, -np.inf).max(-1)
    several = allowed.sum(-1)
    width = np.where(several > 1, most - least, -1.0) + 1e-9 * several * (several > 1)
    place = np.where(np.isnan(width), np.inf, width).argmax(-1)
    own, here = effect[rows, place], allowed[rows, place]
    hurts = here & (own <= ((least + most) / 2)[rows, place][:, None])
    even = ~(hurts.any(-1) & (here & ~hurts).any(-1))
    hurts[even] = here[even] & (here[even].cumsum(-1) <= (several[rows, place][even] // 2)[:, None])
    parts = []
    for half in (hurts, here & ~hurts):
        part = Boxes(boxes.allowed.copy(), boxes.answers, boxes.counts)
        part.allowed[rows, place] = half
        parts.append(part)
    return joined(parts)
