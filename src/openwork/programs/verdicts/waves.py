"""Waves: what each frequency explains, where, and whether the model multiplies waves or adds them.

A *clock* multiplies the waves of two numbers, so the wave of their sum is as long for every pair. A *pizza* adds them
and doubles the angle, so it is as long as the two lie together: |cos(pi k (a - b) / p)|, nothing where they lie
opposite (Zhong et al. 2023, who compare gradients by both numbers and the logits' variation at one distance a - b;
both are here too). What decides is `left`, how long waves are in the logits where a pizza's are nothing. What tests it
is interchange of one frequency at a time: then waves disagree, and which answer fits best hangs on how long each is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from openwork.analyses.result import percent
from openwork.data.randomness import bits, integers
from openwork.programs.decompile.network import Network
from openwork.programs.decompile.pairs import Drawn
from openwork.programs.decompile.planes import Planes
from openwork.programs.decompile.waves import FLAT, Adding
from openwork.programs.language import BestFit, Doubled, Ints, Product
from openwork.programs.place import EMBEDDING, Place
from openwork.programs.program import Program, Variable

PAIRS = 1024
GRADIENTS = 256
"""inputs at which gradients are taken"""


@dataclass(frozen=True)
class Waves:
    """The frequencies of a program by waves. Shares are of variance, one for each frequency.

    Attributes:
        modulus: p.
        frequencies: ascending.
        embedding: of the first number's embedding, in its waves.
        attention: of what the last layer's attention writes where the answer is predicted, in both numbers' waves.
        stream: of the last stream there, in the waves of the sum.
        logits: in the waves of the sum.
        left: how long the waves of the sum are where a pizza's are nothing, as a share of their largest.
        symmetric: mean cosine between a logit's gradients by the two numbers' embeddings: near 1 for a pizza.
        irrelevant: how much the right logit varies among pairs of one distance, against all: near 0 for a pizza.
        pairs: in which one frequency was another input's, each frequency in turn.
        clock: in how many of these the answer was the one that fits waves of one length best.
        pizza: the same of waves as long as a pizza's.
    """

    modulus: int
    frequencies: tuple[int, ...]
    embedding: tuple[float, ...]
    attention: tuple[float, ...]
    stream: tuple[float, ...]
    logits: tuple[float, ...]
    left: float
    symmetric: float
    irrelevant: float
    pairs: int
    clock: int
    pizza: int

    @property
    def followed(self) -> float:
        """Share of these pairs in which the answer was the program's, which multiplies or adds as `left` says."""
        return (self.clock if self.left >= FLAT else self.pizza) / self.pairs

    @property
    def form(self) -> Literal["clock", "pizza", "neither"]:
        """What the lengths and interchange of one frequency both say; `neither` where they differ."""
        if self.left >= FLAT:
            return "clock" if self.clock >= self.pizza else "neither"
        return "pizza" if self.pizza >= self.clock else "neither"

    @property
    def words(self) -> str:
        """The form with what it is judged by."""
        said = {
            "clock": "A clock: waves are multiplied",
            "pizza": "A pizza: waves are added and their angle doubled",
            "neither": "Neither clock nor pizza",
        }[self.form]
        left = percent(min(1.0, max(0.0, self.left)))
        return (
            f"{said}. Where a pizza's waves are nothing, {left} of their largest length are left; with one frequency "
            f"another input's, the answer is a clock's in {percent(self.clock / self.pairs)} of pairs, a pizza's in "
            f"{percent(self.pizza / self.pairs)}; gradients by both numbers have a cosine of {self.symmetric:.2f} (1 "
            f"for a pizza), and the right logit varies {self.irrelevant:.2f} as much at one distance as in all (0 for "
            "a pizza)."
        )


def waves_of(network: Network, program: Program, seed: int = 0) -> Waves | None:
    """None of a program that does not end in waves of a sum.

    Costs some forward rows per input and frequency, and one for each of 1,024 pairs and frequency.
    """
    adding, answer = Adding.of(network), program.outputs[-1].expression
    if adding is None or not isinstance(answer, BestFit):
        return None
    both, ks, p = program.variables[-1], answer.frequencies, answer.modulus
    attention = Place(adding.writer.whole_layer.component.replace(".mlp", ".attn"), adding.position)
    numbers = tuple(symbol.read(network.tokens) for symbol in adding.symbols)
    lengths = adding.lengths()
    (clock, pairs), (pizza, _) = (_as(network, program, kind, seed) for kind in (Product, Doubled))
    return Waves(
        modulus=p,
        frequencies=ks,
        embedding=_shares(network, p, ks, numbers[:1], Place(EMBEDDING, adding.symbols[0].position)),
        attention=_shares(network, p, ks, numbers, attention),
        stream=_shares(network, p, ks, (adding.total,), both.sites[-1]),
        logits=_in_logits(adding, ks),
        left=adding.left(lengths, ks),
        symmetric=_symmetric(adding, seed),
        irrelevant=_irrelevant(adding),
        pairs=pairs,
        clock=clock,
        pizza=pizza,
    )


def _as(network: Network, program: Program, kind: type[Product] | type[Doubled], seed: int) -> tuple[int, int]:
    """One wave at a time, as if they were multiplied as this does it."""
    *before, both = program.variables
    kinds = [kind(v.left, v.right, v.modulus) if isinstance(v, Product | Doubled) else v for v in both.items]
    both = replace(both, items=tuple(kinds))
    return one_at_a_time(network, replace(program, variables=(*before, both)), both, seed)


def one_at_a_time(network: Network, program: Program, variable: Variable, seed: int = 0) -> tuple[int, int]:
    """In how many pairs the answer is the program's with one wave of a variable from the source, each in turn; and of
    how many: 0 of 0 where it is something else than waves.

    Costs for each of these waves one forward row per input, and one for each pair.
    """
    planes = Planes.of(network, program, variable)
    if planes is None:
        return 0, 0
    whole = network.subject.whole
    drawn = (Drawn.of(network, "one wave", seed, PAIRS) if whole else Drawn.apart(network, PAIRS)).take(PAIRS)
    each, followed = len(drawn) // len(variable.items), 0
    for number in range(len(variable.items)):
        some = slice(number * each, (number + 1) * each)
        bases, sources = drawn.bases[some], drawn.sources[some]
        own, other = (program.values_of(variable, network.tokens[rows]) for rows in (bases, sources))
        mixed = tuple(other[n] if n == number else own[n] for n in range(len(own)))
        wanted = program.answers(network.tokens[bases], {variable.name: mixed})
        edit = planes.one_swapped(bases, sources, variable.sites[-1], number)
        followed += int((network.predicted(bases, [edit]) == wanted).all(axis=1).sum())
    return followed, each * len(variable.items)


def _shares(
    network: Network, p: int, frequencies: Sequence[int], numbers: Sequence[Ints], place: Place
) -> tuple[float, ...]:
    return tuple(
        Planes(network, tuple(k * number % p for number in numbers), p).explained([place]) for k in frequencies
    )


def _in_logits(adding: Adding, frequencies: Sequence[int]) -> tuple[float, ...]:
    logits = adding.logits
    whole = float(((logits - logits.mean(axis=0)) ** 2).sum())
    shares = []
    for k in frequencies:
        angles = 2 * np.pi * k * adding.total / adding.modulus
        waves = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        waves = waves - waves.mean(axis=0)
        fitted = waves @ np.linalg.lstsq(waves, logits - logits.mean(axis=0), rcond=None)[0]
        shares.append(float((fitted**2).sum()) / whole if whole > 0 else 0.0)
    return tuple(shares)


def _symmetric(adding: Adding, seed: int) -> float:
    network, p = adding.network, adding.modulus
    stream = bits("decompile gradients", seed)
    rows, asked = integers(stream, len(network.tokens), GRADIENTS), integers(stream, p, GRADIENTS)
    slopes = np.zeros((GRADIENTS, 1, p), network.subject.spec.dtype)
    slopes[np.arange(GRADIENTS), 0, asked] = 1
    engine, some = network.subject.engine, network.dataset.take(rows)
    passes = engine.gradients_at(network.subject.stack, some, sites=[EMBEDDING], slopes=slopes)
    found = np.concatenate([each.gradients[EMBEDDING][0] for each in passes]).astype(np.float64)
    a, b = (found[:, symbol.position] for symbol in adding.symbols)
    sizes = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(((a * b).sum(axis=1)[sizes > 0] / sizes[sizes > 0]).mean()) if (sizes > 0).any() else 0.0


def _irrelevant(adding: Adding) -> float:
    logits = adding.logits
    right = logits[np.arange(len(logits)), adding.total]
    one, other = (s * n.read(adding.network.tokens) for s, n in zip(adding.signs, adding.symbols, strict=True))
    distance = (one - other) % adding.modulus
    spread = [right[distance == d].std() for d in np.unique(distance)]
    whole = float(right.std())
    return float(np.mean(spread)) / whole if whole > 0 else 0.0
