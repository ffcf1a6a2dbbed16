"""How much arithmetic a training step is.

Counted: the multiply-adds of linear layers (queries, keys, values, output, both halves of an MLP, the unembedding) and
of attention's two products (queries with keys, pattern with values), each once forward and twice backward, once for
the gradient of either factor. Nothing else is: no norm, softmax, activation, embedding, loss or optimiser.

Only what the loss needs: a causal query meets the keys up to its own position, and the last layer's queries, output and
MLP are needed at graded positions only. A program that computes more does not thereby count as faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

BACKWARD = 2
FLOPS_OF_A_MULTIPLY_ADD = 2


class Sizes(Protocol):
    """The fields of a model spec that decide."""

    n_layers: int
    d_model: int
    n_heads: int
    d_head: int
    d_mlp: int
    d_vocab_out: int
    attention_dir: str


def forward_multiply_adds(sizes: Sizes, n_pos: int, graded: Sequence[int]) -> int:
    """Of one input."""
    heads, d = sizes.n_heads * sizes.d_head, sizes.d_model
    total = len(graded) * d * sizes.d_vocab_out
    seen = max(graded) + 1 if sizes.attention_dir == "causal" else n_pos
    for layer in range(sizes.n_layers):
        queries = list(graded) if layer == sizes.n_layers - 1 else list(range(seen))
        pairs = sum(query + 1 if sizes.attention_dir == "causal" else n_pos for query in queries)
        total += seen * d * 2 * heads + len(queries) * 2 * d * heads
        total += 2 * pairs * heads + len(queries) * 2 * d * sizes.d_mlp
    return total


def step_flops(sizes: Sizes, n_pos: int, graded: Sequence[int], batch: int) -> int:
    """Of one training step, forward and backward, in floating-point operations: two for a multiply-add."""
    return FLOPS_OF_A_MULTIPLY_ADD * (1 + BACKWARD) * batch * forward_multiply_adds(sizes, n_pos, graded)
