"""Where weights are set by hand.

The residual stream is divided into named *spaces* of their own dimensions: `token` and `position`, which hold one-hot
vectors, those that a circuit asks for, and `answer`, of which the unembedding reads each symbol's dimension. All
weights are 0 but these embeddings, the unembedding, and what is set after that.

The vocabulary of the task must be its digits, then `BOS`; or its answers are symbols of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.models import Stack, spec_for, stack_of, weight_shapes
from openwork.tasks import Task

Weights = dict[str, NDArray[np.float64]]

SHARP = 40.0
"""attention score of the one key looked at; all others have 0"""


class Bench:
    """A model in the making.

    Args:
        task: what it should compute.
        spaces: dimensions of the residual stream by name, beside those that every bench has.
        fields: of the spec, where they are not one layer of one head, attention only, without norms.
    """

    def __init__(self, task: Task, spaces: Mapping[str, int] | None = None, **fields: Any) -> None:
        self.task, self.digits = task, len(task.vocabulary) - 1
        self.answers = min(self.digits, len(task.answer_vocabulary))
        widths = {"token": len(task.vocabulary), "position": task.n_ctx, **(spaces or {}), "answer": self.answers}
        ends = np.cumsum(list(widths.values())).tolist()
        self.spaces = {name: slice(end - width, end) for (name, width), end in zip(widths.items(), ends, strict=True)}
        plain: dict[str, Any] = {"n_layers": 1, "n_heads": 1, "normalization_type": None}
        plain["attn_only"] = not fields.get("d_mlp")
        plain["d_head"] = max(task.n_ctx, len(task.vocabulary))
        self.spec = spec_for(task, d_model=ends[-1], **plain | fields)
        self.weights: Weights = {name: np.zeros(shape) for name, shape in weight_shapes(self.spec).items()}
        for name in self.weights:
            if name.endswith(".w"):
                self.weights[name] += 1
        self.weights["embed.W_E"][:, self.spaces["token"]] = np.eye(len(task.vocabulary))
        self.weights["pos_embed.W_pos"][:, self.spaces["position"]] = np.eye(task.n_ctx)
        self.unembedding[self.spaces["answer"], : self.answers] = np.eye(self.answers)

    @property
    def unembedding(self) -> NDArray[np.float64]:
        """`[d_model, symbol]`, to be written into."""
        return self.weights["unembed.W_U"]

    @property
    def mirror(self) -> dict[str, str]:
        """For every output of a reversal, where it is predicted and where its digit stands."""
        n = len(self.task.outputs)
        return {f"predicts y[{i}]": f"x[{n - 1 - i}]" for i in range(n)}

    def head(self, layer: int, number: int) -> Head:
        """One head, to be told where to look and what to write."""
        return Head(self, f"blocks.{layer}.attn.", number)

    def mlp(self, layer: int) -> MLP:
        """The matrices of one MLP, to be written into."""
        prefix = f"blocks.{layer}.mlp."
        return MLP(*(self.weights[prefix + name] for name in ("W_in", "b_in", "W_out", "b_out")))

    def onto(self, space: str, shift: int = 0, strength: float = 1) -> NDArray[np.float64]:
        """`[digit, d_model]`: digit d as `strength` at the dimension d + `shift`, modulo the base, of this space."""
        return self.rows(space, strength * np.roll(np.eye(self.digits), shift, axis=1))

    def rows(self, space: str, values: NDArray[Any]) -> NDArray[np.float64]:
        """`[row, d_model]`: these values, `[row, column]`, in the first dimensions of this space and 0 elsewhere."""
        rows = np.zeros((len(values), self.spec.d_model))
        start = self.spaces[space].start
        rows[:, start : start + values.shape[1]] = values
        return rows

    def stack(self) -> Stack:
        """The model, as a stack of one."""
        return stack_of(self.spec, {name: array[None] for name, array in self.weights.items()})


@dataclass(frozen=True)
class MLP:
    """Weights of an MLP: `[d_model, neuron]`, `[neuron]`, `[neuron, d_model]`, `[d_model]`."""

    W_in: NDArray[np.float64]
    b_in: NDArray[np.float64]
    W_out: NDArray[np.float64]
    b_out: NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """A head of a model in the making."""

    bench: Bench
    prefix: str
    number: int

    def looks(self, targets: Mapping[str, str], score: float = SHARP) -> Head:
        """From each of these roles to that role, by position alone; evenly to all before from everywhere else."""
        bench, roles = self.bench, self.bench.task.roles
        start = bench.spaces["position"].start
        for query, key in targets.items():
            self._matrix("W_Q")[start + roles[query], roles[key]] = score * bench.spec.score_divisor
        for key_position in range(bench.task.n_ctx):
            self._matrix("W_K")[start + key_position, key_position] = 1
        return self

    def writes(self, what: NDArray[np.float64], read: str = "token") -> Head:
        """Row d of `what`, `[digit, d_model]`, for each dimension d of the space `read` where the head looks."""
        columns = self.bench.spaces[read]
        self._matrix("W_V")[columns.start : columns.start + len(what), : len(what)] = np.eye(len(what))
        self._matrix("W_O")[: len(what)] = what
        return self

    def _matrix(self, name: str) -> NDArray[np.float64]:
        matrix: NDArray[np.float64] = self.bench.weights[self.prefix + name][self.number]
        return matrix
