"""The last step of an expression: from one number to what is wanted, where a single step does it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openwork.programs.language import (
    Compared,
    Constant,
    Expression,
    Ints,
    Largest,
    Minus,
    Modulo,
    OneOf,
    Plus,
    Smallest,
    Table,
)

FAR = 400
"""values further apart than this are not looked up"""
FEW = 8
"""numbers that are listed where a condition holds of them"""
SHIFTS = range(-3, 4)


def finishes(of: Expression, values: Ints, target: Ints, modulus: int) -> Iterator[Expression]:
    """Expressions that make the target from `of`, whose values these are; none where it does not decide the target."""
    low, high = int(values.min()), int(values.max())
    if high - low > FAR:
        return
    looked = np.full(high - low + 1, np.iinfo(np.int64).min)
    looked[values - low] = target
    if (looked[values - low] != target).any():
        return
    yield from _plain(of, values, target)
    yield from _modulo(of, values, target, modulus)
    yield from _thresholds(of, values, target)
    yield from _steps(of, values, target)
    occurring = np.unique(values).tolist()
    yield Table((of,), tuple((value, int(looked[value - low])) for value in occurring))


def _plain(of: Expression, values: Ints, target: Ints) -> Iterator[Expression]:
    if (values == target).all():
        yield of
    shift = int(target[0] - values[0])
    if shift in SHIFTS and shift and (values + shift == target).all():
        yield shifted(of, shift)
    turned = int(target[0] + values[0])
    if (turned - values == target).all():
        yield Minus(Constant(turned), of)


def _modulo(of: Expression, values: Ints, target: Ints, modulus: int) -> Iterator[Expression]:
    for n in sorted({modulus, int(target.max()) + 1, 2}):
        if n < 2:
            continue
        shift = int(target[0] - values[0]) % n
        if ((values + shift) % n == target).all():
            yield Modulo(shifted(of, shift) if shift else of, n)
        turned = int(target[0] + values[0]) % n
        if ((turned - values) % n == target).all():
            yield Modulo(Minus(Constant(turned), of), n)


def _thresholds(of: Expression, values: Ints, target: Ints) -> Iterator[Expression]:
    kinds = set(np.unique(target).tolist())
    if kinds <= {0, 1}:
        for bound in np.unique(values).tolist():
            if ((values >= bound) == target).all():
                yield Compared(of, ">=", Constant(bound))
            if ((values < bound) == target).all():
                yield Compared(of, "<", Constant(bound))
            if ((values == bound) == target).all():
                yield Compared(of, "==", Constant(bound))
            if ((values != bound) == target).all():
                yield Compared(of, "!=", Constant(bound))
        ones, zeros = (np.unique(values[target == one]).tolist() for one in (1, 0))
        if 1 < len(ones) <= min(FEW, len(zeros)):
            yield OneOf(of, tuple(ones))
    yield from _clipped(of, values, target)


def _clipped(of: Expression, values: Ints, target: Ints) -> Iterator[Expression]:
    """With a number added, but no more than the largest that occurs, or no less than the smallest."""
    top, bottom = int(target.max()), int(target.min())
    for bound, clip, made in ((top, np.minimum, Smallest), (bottom, np.maximum, Largest)):
        within = np.flatnonzero(target != bound)
        shift = int(target[within[0]] - values[within[0]]) if len(within) else 0
        if (clip(values + shift, bound) == target).all():
            yield made((shifted(of, shift) if shift else of, Constant(bound)))


def _steps(of: Expression, values: Ints, target: Ints) -> Iterator[Expression]:
    """Where it rises in two steps: one for each bound that is reached, as a sign is."""
    lowest = int(target.min())
    if int(target.max()) != lowest + 2:
        return
    first, second = (int(values[target >= lowest + step].min()) for step in (1, 2))
    if ((values >= first).astype(np.int64) + (values >= second) + lowest == target).all():
        steps = Plus(Compared(of, ">=", Constant(first)), Compared(of, ">=", Constant(second)))
        yield shifted(steps, lowest) if lowest else steps


def shifted(of: Expression, shift: int) -> Expression:
    """With a number added, or taken away."""
    return Plus(of, Constant(shift)) if shift > 0 else Minus(of, Constant(-shift))
