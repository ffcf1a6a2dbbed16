"""Add two numbers that are written from their last digit on.

Each digit of the sum then needs two digits of each number and the digit shown before it, however long the numbers are:
it shows whether a one was carried into the place before. In `addition` the first digit already needs every carry.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason, TaskError
from openwork.tasks.cases import Cases
from openwork.tasks.contract import Tokens
from openwork.tasks.two_numbers import TwoNumbers
from openwork.tasks.written_out import unfit

MOST_DIGITS = 64


class ReversedAddition(TwoNumbers):
    """Two numbers of `digits` digits in `base`, the least significant first; `a[0..n-1] + b[0..n-1] = y[0..n]`, all but
    the last seen.

    Raises:
        TaskError: for a base below 2 or above 36, no digits, or more than 64.
    """

    name = "reversed-addition"
    summary = "add two numbers that are written from their last digit on"

    def __init__(self, base: int = 10, digits: int = 2) -> None:
        reasons = unfit(base, 1)
        if not 1 <= digits <= MOST_DIGITS:
            reasons.append(Reason("digits", f"{digits} is not between 1 and {MOST_DIGITS}"))
        if reasons:
            raise TaskError("there is no such reversed-addition task", reasons)
        self.base, self.digits = base, digits

    def answers(self, questions: Tokens) -> Tokens:
        found = np.empty((len(questions), self.digits + 1), np.int32)
        carry = np.zeros(len(questions), np.int32)
        for place in range(self.digits):
            total = questions[:, place] + questions[:, self.digits + place] + carry
            found[:, place], carry = total % self.base, total // self.base
        found[:, -1] = carry
        return found

    def cases(self, output: str) -> Cases:
        """The digits of its own place and of the one before, and whether a one was carried into that."""
        place = self.outputs.index(output)
        digit = np.arange(self.base)
        own = (digit, digit) if place < self.digits else ([0], [0])
        before = (digit, digit, [0, 1] if place > 1 else [0]) if place else ([0], [0], [0])
        a, b, a_before, b_before, carried = (x.ravel() for x in np.meshgrid(*own, *before, indexing="ij"))
        shown = a_before + b_before + carried
        allowed = self._any(len(a), place)
        row = np.arange(len(a))
        told = [(place, a), (self.digits + 1 + place, b)] if place < self.digits else []
        if place:
            told += [
                (place - 1, a_before),
                (self.digits + place, b_before),
                (2 * self.digits + 1 + place, shown % self.base),
            ]
        for at, symbol in told:
            allowed[:, at] = False
            allowed[row, at, symbol] = True
        answers = ((a + b + shown // self.base) % self.base).astype(np.int32)
        return Cases(allowed, answers, tuple(self._count(place, one) for one in carried.tolist()))

    def narrowed(self, allowed: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Sequence[int]]:
        """Place by place, which digits go together and with which carry: from the first place on, and from the last."""
        n, sets = self.digits, len(allowed)
        a, b, y = (allowed[:, start : start + n, : self.base] for start in (0, n + 1, 2 * n + 2))
        fits = [self._fitting(a[:, at], b[:, at], y[:, at]) for at in range(n)]
        counts = np.zeros((sets, 2), object)
        counts[:, 0] = allowed[:, [n, 2 * n + 1], [self.base, self.base + 1]].all(1).astype(int)
        before = []
        for ways in fits:
            before.append(counts > 0)
            steps = ways.sum((3, 4)).astype(object)
            counts = (counts[:, :, None] * steps).sum(1)
        found = np.zeros_like(allowed)
        found[:, [n, 2 * n + 1], [self.base, self.base + 1]] = True
        after: NDArray[np.bool_] = np.ones((sets, 2), bool)
        digit = np.arange(self.base)
        total = digit[:, None] + digit
        for at in reversed(range(n)):
            own = fits[at] & before[at][:, :, None, None, None] & after[:, None, :, None, None]
            found[:, at, : self.base] = own.any((1, 2, 4))
            found[:, n + 1 + at, : self.base] = own.any((1, 2, 3))
            for shown in range(self.base):
                met = [own[:, carry][:, :, (total + carry) % self.base == shown].any((1, 2)) for carry in (0, 1)]
                found[:, 2 * n + 2 + at, shown] = met[0] | met[1]
            after = np.asarray((fits[at] & after[:, None, :, None, None]).any((2, 3, 4)))
        return found, [int(one) for one in counts.sum(1)]

    def _fitting(self, a: NDArray[np.bool_], b: NDArray[np.bool_], y: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """`[set, carry in, carry out, digit of a, digit of b]`: which go together at one place, each `[set, digit]`."""
        digit = np.arange(self.base)
        total = digit[:, None] + digit + np.array([0, 1])[:, None, None]
        both = a[:, None, :, None] & b[:, None, None, :] & y[:, total % self.base]
        carried = (total // self.base == np.array([0, 1])[:, None, None, None]).swapaxes(0, 1)
        return np.asarray(both[:, :, None] & carried)

    def _any(self, cases: int, place: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Any digit wherever one may stand, and what is fixed."""
        allowed = np.zeros((cases, self.n_pos, self.base + 2), bool)
        allowed[..., : self.base] = True
        for at, symbol in ((self.digits, self.base), (2 * self.digits + 1, self.base + 1)):
            allowed[:, at] = False
            allowed[:, at, symbol] = True
        return allowed

    def _count(self, place: int, carried: int) -> int:
        """How many questions have these digits at the place and the one before, and such a carry into the latter."""
        lower, upper = max(place - 1, 0), max(self.digits - 1 - place, 0)
        numbers = self.base**lower
        with_carry = numbers * (numbers - 1) // 2
        return int((with_carry if carried else numbers**2 - with_carry) * self.base ** (2 * upper))
