"""What every engine refuses before it runs: tokens, answers and batches that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines.values import Batches, OptimiserState
from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec, Stack
from openwork.tasks import Tokens


def check_tokens(spec: ModelSpec, named: Mapping[str, Tokens], graded: Sequence[int]) -> None:
    """Raises PlanError unless all tokens are in the vocabulary, of one shape, and within the context."""
    reasons = []
    shapes = {name: tokens.shape for name, tokens in named.items()}
    first = next(iter(shapes.values()))
    for name, tokens in named.items():
        if tokens.ndim != 2 or tokens.shape != first or not tokens.size:
            reasons.append(Reason(name, f"has shape {tokens.shape}", f"[input, pos], not empty, like {first}"))
        else:
            reasons += _out_of_range(name, tokens, spec.d_vocab, "pos")
    n_pos = first[1] if len(first) == 2 else 0
    if n_pos > spec.n_ctx:
        reasons.append(Reason("tokens", f"{n_pos} positions are more than n_ctx {spec.n_ctx}"))
    ascending = list(graded) == sorted(set(graded))
    if not graded or not ascending or min(graded) < 0 or max(graded) >= max(n_pos, 1):
        reasons.append(Reason("graded", f"{tuple(graded)}", f"give ascending positions from 0 to {n_pos - 1}"))
    if reasons:
        raise PlanError("the inputs do not fit the model", reasons)


def check_dataset(spec: ModelSpec, dataset: Dataset) -> None:
    """Raises PlanError unless the answers are in the output vocabulary and one for each graded position."""
    expected = (len(dataset), len(dataset.graded))
    if dataset.answers.shape != expected:
        reasons = [Reason("answers", f"have shape {dataset.answers.shape}", f"expected {expected}")]
    else:
        reasons = _out_of_range("answers", dataset.answers, spec.d_vocab_out, "graded position")
    if reasons:
        raise PlanError("the answers do not fit the model", reasons)


def check_batches(stack: Stack, state: OptimiserState, batches: Batches) -> None:
    """Raises PlanError unless orders, rates and optimiser state are those of this stack."""
    models, n = len(stack), batches.order.shape[-1]
    steps = -(-n // batches.batch_size) if batches.batch_size > 0 else 0
    expected = {
        "order": (batches.order.shape, (models, n)),
        "rates": (batches.rates.shape, (models, steps)),
        "exp_avg": (state.exp_avg.shape, stack.flat.shape),
        "exp_avg_sq": (state.exp_avg_sq.shape, stack.flat.shape),
        "step": (state.step.shape, (models,)),
    }
    reasons = [Reason(k, f"has shape {has}", f"expected {want}") for k, (has, want) in expected.items() if has != want]
    if batches.batch_size < 1 or n < 1:
        reasons.append(Reason("batch_size", f"{batches.batch_size} of {n} inputs", "both at least 1"))
    elif batches.order.min() < 0 or batches.order.max() >= len(batches.dataset):
        reasons.append(Reason("order", "names inputs outside the dataset", f"0 to {len(batches.dataset) - 1}"))
    if reasons:
        raise PlanError("the batches do not fit the stack", reasons)


def _out_of_range(name: str, ids: NDArray[np.int32], vocabulary: int, column: str) -> list[Reason]:
    if ids.min() >= 0 and ids.max() < vocabulary:
        return []
    row, place = np.argwhere((ids < 0) | (ids >= vocabulary))[0]
    what = f"id {ids[row, place]} at input {row}, {column} {place} is not in the vocabulary"
    return [Reason(name, what, f"ids are 0 to {vocabulary - 1}")]
