"""Waves of numbers modulo p: cosine and sine of 2 pi k n / p, said by their angle in p-ths of a turn.

A column of a wave is its angle, plus p times how far apart the two were that it was made of: only `Doubled` makes such
waves, and they are shorter than 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from openwork.programs.language.expression import Expression, Ints, Known
from openwork.programs.language.reading import listed

LARGEST_MODULUS = 1000
"""of waves, as of the tasks that have them"""


@dataclass(frozen=True)
class Wave(Expression):
    """The wave of a number that turns `frequency` times while the number counts up to `modulus`."""

    kind: ClassVar[str] = "wave"
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "wave": (
            "def wave(k, n, p):",
            "    # its angle: the model holds cos and sin of 2 pi k n / p",
            "    return k * n % p",
        )
    }

    of: Expression
    frequency: int
    modulus: int

    def values(self, known: Known) -> Ints:
        return self.frequency * self.of.values(known) % self.modulus

    def text(self) -> str:
        return f"wave({self.frequency}, {self.of}, {self.modulus})"


@dataclass(frozen=True)
class Product(Expression):
    """Two waves multiplied, as a clock's hands: their angles add up."""

    kind: ClassVar[str] = "product"
    symmetric: ClassVar[bool] = True
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "product": ("def product(u, v, p):", "    return (u + v) % p")
    }

    left: Expression
    right: Expression
    modulus: int

    def values(self, known: Known) -> Ints:
        return (self.left.values(known) + self.right.values(known)) % self.modulus

    def text(self) -> str:
        return f"product({self.left}, {self.right}, {self.modulus})"


@dataclass(frozen=True)
class Doubled(Expression):
    """Two waves added, and the angle of the sum doubled, as a pizza is cut: the angle of their product, and as long as
    the two lie together, |cos| of half the angle between them."""

    kind: ClassVar[str] = "doubled"
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "doubled": (
            "def doubled(u, v, p):",
            "    # the angle, and how far apart: |cos(pi (u - v) / p)| long",
            "    return (u + v) % p + p * ((u - v) % p)",
        )
    }

    left: Expression
    right: Expression
    modulus: int

    def values(self, known: Known) -> Ints:
        left, right, p = self.left.values(known), self.right.values(known), self.modulus
        return (left + right) % p + p * ((left - right) % p)

    def text(self) -> str:
        return f"doubled({self.left}, {self.right}, {self.modulus})"


@dataclass(frozen=True)
class BestFit(Expression):
    """The number whose own waves fit these best: the sum of their cosines to these is largest, each by its weight."""

    kind: ClassVar[str] = "best-fit"
    weight: ClassVar[float] = 2.0
    functions: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "best_fit": (
            "def best_fit(waves, ks, weights, p):",
            "    from math import cos, pi",
            "",
            "    def fit(n):",
            "        return sum(",
            "            w * abs(cos(pi * (z // p) / p)) * cos(2 * pi * (z - k * n) / p)",
            "            for z, k, w in zip(waves, ks, weights)",
            "        )",
            "",
            "    return max(range(p), key=fit)",
        )
    }

    of: tuple[Expression, ...]
    frequencies: tuple[int, ...]
    weights: tuple[int, ...]
    modulus: int

    def values(self, known: Known) -> Ints:
        p = self.modulus
        waves = [as_wave(part.values(known), p) for part in self.of]
        best, found = np.full(len(waves[0]), -np.inf), np.zeros(len(waves[0]), np.int64)
        for n in range(p):
            fit = np.zeros(len(best))
            for wave, k, w in zip(waves, self.frequencies, self.weights, strict=True):
                fit += w * (wave * np.exp(-2j * np.pi * (k * n % p) / p)).real
            found = np.where(fit > best, n, found)
            best = np.maximum(fit, best)
        return found

    def text(self) -> str:
        return f"best_fit({listed(self.of)}, {self.frequencies}, {self.weights}, {self.modulus})"


def as_wave(column: Ints, modulus: int) -> NDArray[np.complex128]:
    """`[input]`, cosine and sine of a wave's column as one complex number."""
    long = np.abs(np.cos(np.pi * (column // modulus) / modulus))
    found: NDArray[np.complex128] = long * np.exp(2j * np.pi * (column % modulus) / modulus)
    return found


def modulus_of_waves(items: Sequence[Expression]) -> int | None:
    """The modulus of a variable whose items are all waves; None of another one."""
    moduli = {item.modulus if isinstance(item, Wave | Product | Doubled) else None for item in items}
    return moduli.pop() if len(moduli) == 1 else None
