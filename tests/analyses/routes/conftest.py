"""Models whose routes are set by hand: attention only, no norms; heads look by position and copy between registers.

The stream holds the token (one-hot), the position (one-hot), and registers as wide as the base: `seen` and `kept` for
what heads fetch, `answer` for what the unembedding reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.engines import Engine
from openwork.models import spec_for, stack_of, weight_shapes
from openwork.tasks import ReverseIncrement, Task, Tokens, Variable, Vocabulary

SHARP = 200.0
"""score of the key looked at; the weight of every other key is 0 in float32"""
REGISTERS = ("seen", "kept", "answer")


class CountUp(Task):
    """One digit x; the answers are x+1, x+2, x+3 modulo 4, so each answer tells the next. `BOS x y[0] y[1]`."""

    name, summary = "count-up", "count on from a digit"
    params: Mapping[str, int] = {}
    vocabulary = Vocabulary(("0", "1", "2", "3", "BOS"))
    variables = (Variable("x", 4, 1),)
    n_pos, n_ctx, graded, outputs = 4, 4, (1, 2, 3), ("y[0]", "y[1]", "y[2]")
    roles: Mapping[str, int] = {"BOS": 0, "x": 1, "y[0]": 2, "y[1]": 3} | {f"predicts y[{i}]": 1 + i for i in range(3)}
    base = 4

    def tokens(self, questions: Tokens) -> Tokens:
        bos = np.full((len(questions), 1), 4, np.int32)
        return np.concatenate([bos, questions, self.answers(questions)[:, :2]], axis=1)

    def answers(self, questions: Tokens) -> Tokens:
        return ((questions + np.array([1, 2, 3])) % 4).astype(np.int32)

    def deciding_variable(self, output: str) -> str | None:
        return "x"


class Bench:
    """Weights in the making."""

    def __init__(self, task: ReverseIncrement | CountUp, n_layers: int = 1, n_heads: int = 1) -> None:
        self.task, self.base, n_ctx = task, task.base, task.n_ctx
        self.at: dict[str, slice] = {
            "token": slice(0, self.base),
            "position": slice(self.base + 1, 1 + self.base + n_ctx),
        }
        for number, name in enumerate(REGISTERS):
            start = self.base + 1 + n_ctx + number * self.base
            self.at[name] = slice(start, start + self.base)
        sizes = {"n_layers": n_layers, "n_heads": n_heads, "d_head": max(n_ctx, self.base), "attn_only": True}
        self.spec = spec_for(task, d_model=self.at["answer"].stop, normalization_type=None, **sizes)
        self.weights = {name: np.zeros(shape) for name, shape in weight_shapes(self.spec).items()}
        self.weights["embed.W_E"][:, : self.base + 1] = np.eye(self.base + 1)
        self.weights["pos_embed.W_pos"][:, self.at["position"]] = np.eye(n_ctx)
        self.weights["unembed.W_U"][self.at["answer"], : self.base] = np.eye(self.base)

    def head(
        self,
        layer: int,
        head: int,
        looks: Mapping[int, int],
        write: NDArray[np.float64] | None = None,
        read: str = "token",
        to: str = "answer",
    ) -> None:
        """Looks from each of these positions at another, from all others at BOS; digit d becomes row d of `write`."""
        where, name = self.at["position"].start, f"blocks.{layer}.attn"
        for query in range(self.task.n_ctx):
            key = looks.get(query, 0)
            self.weights[f"{name}.W_Q"][head, where + query, key] = SHARP * self.spec.score_divisor
            self.weights[f"{name}.W_K"][head, where + query, query] = 1
        self.weights[f"{name}.W_V"][head, self.at[read], : self.base] = np.eye(self.base)
        self.weights[f"{name}.W_O"][head, : self.base, self.at[to]] = np.eye(self.base) if write is None else write

    def read_directly(self, shift: int, strength: float = 1.0) -> None:
        """The unembedding also reads the token at the position itself: digit d votes for d + `shift`."""
        self.weights["unembed.W_U"][self.at["token"], : self.base] = strength * self.plus(shift)

    def plus(self, shift: int) -> NDArray[np.float64]:
        """Digit d as a one-hot vector at d + shift."""
        return np.roll(np.eye(self.base), shift, axis=1)

    def mirror(self, outputs: range | None = None) -> dict[int, int]:
        """From where y[i] is predicted to where its digit stands."""
        n = self.task.length
        return {n + i: n - i for i in (range(n) if outputs is None else outputs)}

    def subject(self, engine: Engine) -> Subject:
        stack = stack_of(self.spec, {name: array[None] for name, array in self.weights.items()})
        return Subject.of(engine, stack, self.task)


@pytest.fixture
def bench() -> Callable[..., Bench]:
    """Makes a bench; by default for `reverse-increment` with three digits in base 4."""

    def make(task: Task | None = None, **sizes: int) -> Bench:
        return Bench(task or ReverseIncrement(4, 3), **sizes)

    return make


@pytest.fixture
def count_up() -> CountUp:
    return CountUp()
