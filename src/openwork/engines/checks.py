"""What every engine refuses before it runs: tokens, answers, batches and optimiser memory that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from openwork.data import Dataset
from openwork.engines.values import Batches, Floats, OptimiserState
from openwork.engines.worlds import World
from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec, Stack
from openwork.tasks import Tokens


def check_inputs(
    stack: Stack,
    tokens: Tokens,
    graded: Sequence[int],
    sources: Mapping[str, World] | None = None,
    reference: Tokens | None = None,
    block: int = 1,
) -> None:
    """Raises PlanError unless there is a model, all tokens are in its vocabulary and context, and the shapes agree."""
    spec, shape = stack.spec, tokens.shape
    reasons = [] if len(stack) else [Reason("stack", "holds no model")]
    if len(shape) != 2 or not tokens.size:
        reasons.append(Reason("tokens", f"has shape {shape}", "[input, pos], not empty"))
    else:
        reasons += _not_ids("tokens", tokens, spec.d_vocab, "pos")
        reasons += _not_graded(graded, shape[1])
        if shape[1] > spec.n_ctx:
            reasons.append(Reason("tokens", f"{shape[1]} positions are more than n_ctx {spec.n_ctx}"))
    for name, world in (sources or {}).items():
        source = world.tokens
        if source.shape != shape:
            reasons.append(Reason(f"source {name!r}", f"has shape {source.shape}", f"expected {shape}, like tokens"))
        elif source.size:
            reasons += _not_ids(f"source {name!r}", source, spec.d_vocab, "pos")
    if reference is not None:
        if reference.ndim != 2 or reference.shape[1:] != shape[1:] or not reference.size:
            said = f"[input, pos], not empty, with as many positions as tokens {shape}"
            reasons.append(Reason("reference", f"has shape {reference.shape}", said))
        else:
            reasons += _not_ids("reference", reference, spec.d_vocab, "pos")
    if block < 1:
        reasons.append(Reason("block", f"{block}", "1 input or more"))
    if reasons:
        raise PlanError("the inputs do not fit the model", reasons)


def check_dataset(spec: ModelSpec, dataset: Dataset) -> None:
    """Raises PlanError unless the answers are in the output vocabulary and one for each graded position."""
    expected = (len(dataset), len(dataset.graded))
    if dataset.answers.shape != expected:
        reasons = [Reason("answers", f"have shape {dataset.answers.shape}", f"expected {expected}")]
    else:
        reasons = _not_ids("answers", dataset.answers, spec.d_vocab_out, "graded position")
    if reasons:
        raise PlanError("the answers do not fit the model", reasons)


def check_slopes(stack: Stack, dataset: Dataset, sites: Sequence[str], slopes: Floats | None) -> None:
    """Raises PlanError unless a site is named, and slopes are numbers, one for each logit of each input."""
    reasons = [] if len(sites) else [Reason("sites", "none is named", "say where gradients are wanted")]
    expected = (len(dataset), len(dataset.graded), stack.spec.d_vocab_out)
    if slopes is not None:
        if slopes.dtype.kind != "f":
            reasons.append(Reason("slopes", f"are {slopes.dtype}", "give floating-point numbers"))
        if slopes.shape not in (expected, (1, *expected), (len(stack), *expected)):
            reasons.append(
                Reason("slopes", f"have shape {slopes.shape}", f"expected {expected}, or one for each model")
            )
    if reasons:
        raise PlanError("the gradients asked for do not fit the model", reasons)


def check_batches(stack: Stack, state: OptimiserState, batches: Batches) -> None:
    """Raises PlanError unless orders, rates and optimiser state are those of this stack."""
    models, n = len(stack), batches.order.shape[-1] if batches.order.ndim else 0
    steps = -(-n // batches.batch_size) if batches.batch_size > 0 else 0
    weights, whole, real = stack.flat.shape, np.dtype(np.int64), np.dtype(np.float64)
    expected = {
        "order": (batches.order, (models, n), whole),
        "rates": (batches.rates, (models, steps), real),
        "exp_avg": (state.exp_avg, weights, stack.flat.dtype),
        "exp_avg_sq": (state.exp_avg_sq, weights, stack.flat.dtype),
        "step": (state.step, (models,), whole),
    }
    reasons = [
        Reason(name, f"has shape {array.shape} of {array.dtype}", f"expected {shape} of {dtype}")
        for name, (array, shape, dtype) in expected.items()
        if array.shape != shape or array.dtype != dtype
    ]
    if batches.batch_size < 1 or n < 1:
        reasons.append(Reason("batch_size", f"{batches.batch_size} of {n} inputs", "both at least 1"))
    elif batches.order.min() < 0 or batches.order.max() >= len(batches.dataset):
        reasons.append(Reason("order", "names inputs outside the dataset", f"0 to {len(batches.dataset) - 1}"))
    if reasons:
        raise PlanError("the batches do not fit the stack", reasons)


def _not_graded(graded: Sequence[int], n_pos: int) -> list[Reason]:
    ascending = list(graded) == sorted(set(graded))
    if graded and ascending and min(graded) >= 0 and max(graded) < n_pos:
        return []
    return [Reason("graded", f"{tuple(graded)}", f"give ascending positions from 0 to {n_pos - 1}")]


def _not_ids(name: str, ids: Tokens, vocabulary: int, column: str) -> list[Reason]:
    if ids.dtype.kind not in "iu":
        return [Reason(name, f"are {ids.dtype}", "give whole numbers")]
    if ids.view(ids.dtype.str.replace("i", "u")).max() < vocabulary:  # read so, a negative number is a huge one
        return []
    row, place = np.argwhere((ids < 0) | (ids >= vocabulary))[0]
    what = f"id {ids[row, place]} at input {row}, {column} {place} is not in the vocabulary"
    return [Reason(name, what, f"ids are 0 to {vocabulary - 1}")]
