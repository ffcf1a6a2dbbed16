"""Models whose weights are set by hand, so that how they work is known, with claims that must come out as written here.

All do `reverse-increment` without norms. The residual stream has one dimension for each token, each position, each
digit fetched, its value, and each answer; the unembedding reads the last of these. One head looks from where `y[i]` is
predicted to its mirrored digit, by position alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.claims import Accuracy, Attends, Claim, Linear, Necessary, Outcome, ReadsOut
from openwork.models import Stack, spec_for, stack_of, weight_shapes
from openwork.tasks import ReverseIncrement

SHARP = 40.0
"""attention score of the one key looked at; all others have 0"""
EVERY_OUTPUT = (("i", "outputs"),)


@dataclass(frozen=True, eq=False)
class KnownCircuit:
    """A model that works as `says`, and claims about it with the outcome that each must have."""

    name: str
    says: str
    task: ReverseIncrement
    stack: Stack
    claims: tuple[tuple[Claim, Outcome], ...]


def known_circuits() -> tuple[KnownCircuit, ...]:
    """All of them."""
    return tuple(make() for make in MAKERS)


@dataclass(frozen=True)
class _Layout:
    """Where things lie in the residual stream."""

    task: ReverseIncrement

    @cached_property
    def token(self) -> slice:
        return slice(0, self.task.base + 1)

    @cached_property
    def position(self) -> slice:
        return slice(self.token.stop, self.token.stop + self.task.n_ctx)

    @cached_property
    def fetched(self) -> slice:
        return slice(self.position.stop, self.position.stop + self.task.base)

    @property
    def value(self) -> int:
        return int(self.fetched.stop)

    @cached_property
    def answer(self) -> slice:
        return slice(self.value + 1, self.value + 1 + self.task.base)

    @property
    def d_model(self) -> int:
        return int(self.answer.stop)


class _Bench:
    """Weights in the making: all 0 but the embeddings, the unembedding, and what is set after that."""

    def __init__(self, task: ReverseIncrement, n_heads: int = 1, d_mlp: int = 0) -> None:
        self.task, self.at = task, _Layout(task)
        self.spec = spec_for(
            task,
            n_layers=1,
            d_model=self.at.d_model,
            n_heads=n_heads,
            d_head=max(task.n_ctx, task.base + 1),
            d_mlp=d_mlp,
            attn_only=d_mlp == 0,
            normalization_type=None,
        )
        self.weights: dict[str, NDArray[np.float64]] = {n: np.zeros(s) for n, s in weight_shapes(self.spec).items()}
        self.weights["embed.W_E"][:, self.at.token] = np.eye(task.base + 1)
        self.weights["pos_embed.W_pos"][:, self.at.position] = np.eye(task.n_ctx)
        self.weights["unembed.W_U"][self.at.answer, : task.base] = np.eye(task.base)

    def attn(self, matrix: str) -> NDArray[np.float64]:
        return self.weights[f"blocks.0.attn.{matrix}"]

    def mlp(self, matrix: str) -> NDArray[np.float64]:
        return self.weights[f"blocks.0.mlp.{matrix}"]

    def look(self, head: int, target: Callable[[int], int]) -> None:
        """Head `head` attends from where `y[i]` is predicted to position `target(i)`, and evenly from elsewhere."""
        here = self.at.position.start
        for i, query in enumerate(self.task.graded):
            self.attn("W_Q")[head, here + query, target(i)] = SHARP * self.spec.score_divisor
        for key in range(self.task.n_ctx):
            self.attn("W_K")[head, here + key, key] = 1

    def look_at_mirror(self, head: int = 0) -> None:
        self.look(head, lambda i: self.task.roles[f"x[{self.task.length - 1 - i}]"])

    def fetch(self, head: int, write: NDArray[np.float64]) -> None:
        """The head writes row `d` of `write` (`[digit, d_model]`) for each digit d that it looks at."""
        base = self.task.base
        self.attn("W_V")[head, self.at.token, : base + 1] = np.eye(base + 1)
        self.attn("W_O")[head, :base] = write

    def onto(self, columns: slice, shift: int = 0) -> NDArray[np.float64]:
        """`[digit, d_model]`: digit d as a one-hot vector at d + `shift` of these columns."""
        write = np.zeros((self.task.base, self.at.d_model))
        write[:, columns] = np.roll(np.eye(self.task.base), shift, axis=1)
        return write

    def stack(self) -> Stack:
        return stack_of(self.spec, {name: array[None] for name, array in self.weights.items()})


def attention_increments() -> KnownCircuit:
    """Three heads and no MLP: one does all, one writes a constant, one does nothing."""
    task = ReverseIncrement(4, 3)
    bench = _Bench(task, n_heads=3)
    bench.look_at_mirror(0)
    bench.fetch(0, bench.onto(bench.at.answer, shift=1))
    bench.look(1, lambda i: task.roles["BOS"])
    bench.attn("W_V")[1, task.base, 0] = 1
    bench.attn("W_O")[1, 0, bench.at.answer.start] = -4
    bench.weights["unembed.b_U"][0] = 4
    return KnownCircuit(
        "attention-increments",
        "head 0 fetches the mirrored digit d and writes the answer d + 1; head 1 always takes 4 from the answer 0, "
        "which the unembedding's bias gives back; head 2 writes nothing",
        task,
        bench.stack(),
        (
            (Accuracy(), Outcome.CONFIRMED),
            (Accuracy(output="y[i]", each=EVERY_OUTPUT), Outcome.CONFIRMED),
            (_attends(0, "x[n-1-i]"), Outcome.CONFIRMED),
            (_attends(0, "BOS"), Outcome.REFUTED),
            (_attends(0, "x[i]"), Outcome.MIXED),
            (_attends(2, "x[n-1-i]"), Outcome.REFUTED),
            (ReadsOut(site="blocks.0.hook_resid_post", basis="W_U", measure="logit"), Outcome.CONFIRMED),
            (ReadsOut(site="blocks.0.hook_resid_post", basis="W_U", measure="cosine"), Outcome.REFUTED),
            (ReadsOut(site="blocks.0.hook_resid_post", basis="W_E"), Outcome.REFUTED),
            (Necessary(components=("blocks.0.attn", "blocks.0.attn.0")), Outcome.CONFIRMED),
            (Necessary(components=("blocks.0.attn.2",), by=("zero", "mean", "resample")), Outcome.REFUTED),
            (Necessary(components=("blocks.0.attn.1",), by=("zero",)), Outcome.CONFIRMED),
            (Necessary(components=("blocks.0.attn.1",), by=("mean",)), Outcome.REFUTED),
            (Necessary(components=("blocks.0.attn.1",)), Outcome.MIXED),
        ),
    )


def affine_mlp_increments() -> KnownCircuit:
    """An MLP whose neurons are always on, so that it is an affine map."""
    task = ReverseIncrement(4, 2)
    bench = _Bench(task, d_mlp=task.base)
    bench.look_at_mirror()
    bench.fetch(0, bench.onto(bench.at.fetched))
    bench.mlp("W_in")[bench.at.fetched] = np.eye(task.base)
    bench.mlp("b_in")[:] = 1
    bench.mlp("W_out")[:] = bench.onto(bench.at.answer, shift=1)
    bench.mlp("b_out")[bench.at.answer] = -1
    return KnownCircuit(
        "affine-mlp-increments",
        "the head fetches the mirrored digit, one-hot; the MLP, every neuron kept on by a bias, shifts it by one",
        task,
        bench.stack(),
        (
            (Accuracy(), Outcome.CONFIRMED),
            (_attends(0, "x[n-1-i]"), Outcome.CONFIRMED),
            (ReadsOut(site="blocks.0.hook_resid_post", basis="W_U"), Outcome.CONFIRMED),
            (ReadsOut(site="blocks.0.hook_resid_mid", basis="W_U"), Outcome.REFUTED),
            (Necessary(components=("blocks.0.attn", "blocks.0.mlp"), by=("zero", "mean")), Outcome.CONFIRMED),
            (Linear(components=("blocks.0.mlp",)), Outcome.CONFIRMED),
            (Linear(components=("blocks.0.mlp",), at_most=0.99), Outcome.REFUTED),
        ),
    )


def curved_mlp_increments() -> KnownCircuit:
    """An MLP that turns a number into a one-hot vector, which no affine map can."""
    task = ReverseIncrement(4, 3)
    knots = np.arange(-1, task.base + 1)
    bench = _Bench(task, d_mlp=len(knots))
    bench.look_at_mirror()
    write = np.zeros((task.base, bench.at.d_model))
    write[:, bench.at.value] = np.arange(task.base)
    bench.fetch(0, write)
    bench.mlp("W_in")[bench.at.value] = 1
    bench.mlp("b_in")[:] = -knots
    for digit in range(task.base):
        answer = bench.at.answer.start + (digit + 1) % task.base
        bench.mlp("W_out")[digit : digit + 3, answer] = (1, -2, 1)
    return KnownCircuit(
        "curved-mlp-increments",
        "the head fetches the mirrored digit as a number v; the MLP makes relu(v-d+1) - 2 relu(v-d) + relu(v-d-1), "
        "which is 1 for the digit d alone, and writes it to the answer d + 1",
        task,
        bench.stack(),
        (
            (Accuracy(), Outcome.CONFIRMED),
            (ReadsOut(site="blocks.0.hook_resid_post", basis="W_U"), Outcome.CONFIRMED),
            (Necessary(components=("blocks.0.mlp",), by=("zero", "mean", "resample")), Outcome.CONFIRMED),
            (Linear(components=("blocks.0.mlp",), at_most=0.99), Outcome.CONFIRMED),
            (Linear(components=("blocks.0.mlp",), at_least=0.99), Outcome.REFUTED),
        ),
    )


def looks_too_far() -> KnownCircuit:
    """A model that does not solve the task: what it does cannot be asked of it."""
    task = ReverseIncrement(4, 3)
    bench = _Bench(task)
    bench.look(0, lambda i: task.roles[f"x[{task.length - 1 - i if i else 0}]"])
    bench.fetch(0, bench.onto(bench.at.answer, shift=1))
    return KnownCircuit(
        "looks-too-far",
        "the head fetches the mirrored digit and writes the answer, but for y[0] it looks at x[0]",
        task,
        bench.stack(),
        (
            (Accuracy(), Outcome.REFUTED),
            (Accuracy(output="y[0]"), Outcome.REFUTED),
            (Accuracy(output="y[i]", each=(("i", "1..n-1"),)), Outcome.CONFIRMED),
            (Accuracy(output="y[i]", each=EVERY_OUTPUT), Outcome.MIXED),
            (_attends(0, "x[n-1-i]"), Outcome.UNDECIDED),
            (ReadsOut(site="blocks.0.hook_resid_post"), Outcome.UNDECIDED),
            (Necessary(components=("blocks.0.attn",)), Outcome.UNDECIDED),
        ),
    )


MAKERS = (attention_increments, affine_mlp_increments, curved_mlp_increments, looks_too_far)


def _attends(head: int, key: str) -> Attends:
    return Attends(head=f"blocks.0.attn.{head}", query="predicts y[i]", key=key, each=EVERY_OUTPUT)
