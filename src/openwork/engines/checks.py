"""What every engine is given, taken into its own hands and then checked: what is refused here never runs, and what
passes cannot change any more, whatever becomes of the arrays it came in.

Arrays are read as the numbers in their memory: a subclass of `np.ndarray` has no say in what is checked.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.data.frozen import frozen
from openwork.engines.values import Batches, Floats, OptimiserState
from openwork.engines.worlds import World
from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec, Stack
from openwork.tasks import UNASKED, Tokens
from openwork.tasks.symbol_sets import MOST_SYMBOLS


@dataclass(frozen=True, eq=False)
class Held:
    """What a pass is about, in arrays that nobody else can change."""

    stack: Stack
    tokens: Tokens
    graded: tuple[int, ...]
    worlds: Mapping[str, World]
    reference: Tokens | None
    block: int


def held_inputs(
    stack: Stack,
    tokens: Any,
    graded: Sequence[int],
    worlds: Mapping[str, World] | None = None,
    reference: Any = None,
    block: int = 1,
) -> Held:
    """Raises PlanError unless there is a model, all tokens are in its vocabulary and context, and the shapes agree."""
    stack, spec = Stack(stack.spec, stack.flat), stack.spec
    reasons = [] if len(stack) else [Reason("stack", "holds no model")]
    tokens, places = _held("tokens", tokens, reasons), _positions(graded)
    shape = tokens.shape
    if len(shape) != 2 or not tokens.size:
        reasons.append(Reason("tokens", f"has shape {shape}", "[input, pos], not empty"))
    else:
        reasons += _not_ids("tokens", tokens, spec.d_vocab, "pos")
        reasons += _not_graded(graded, places, shape[1])
        if shape[1] > spec.n_ctx:
            reasons.append(Reason("tokens", f"{shape[1]} positions are more than n_ctx {spec.n_ctx}"))
    held: dict[str, World] = {}
    for name, world in (worlds or {}).items():
        source = _held(f"source {name!r}", world.tokens, reasons)
        if source.shape != shape:
            reasons.append(Reason(f"source {name!r}", f"has shape {source.shape}", f"expected {shape}, like tokens"))
        elif source.size:
            reasons += _not_ids(f"source {name!r}", source, spec.d_vocab, "pos")
        held[name] = World(_int32(source), tuple(world.edits))
    if reference is not None:
        reference = _held("reference", reference, reasons)
        if reference.ndim != 2 or reference.shape[1:] != shape[1:] or not reference.size:
            said = f"[input, pos], not empty, with as many positions as tokens {shape}"
            reasons.append(Reason("reference", f"has shape {reference.shape}", said))
        else:
            reasons += _not_ids("reference", reference, spec.d_vocab, "pos")
        reference = _int32(reference)
    if not isinstance(block, int | np.integer) or block < 1:
        reasons.append(Reason("block", f"{block}", "1 input or more"))
    if reasons:
        raise PlanError("the inputs do not fit the model", reasons)
    return Held(stack, _int32(tokens), places, held, reference, int(block))


def held_dataset(spec: ModelSpec, dataset: Dataset, inputs: Held) -> Dataset:
    """Raises PlanError unless the answers are in the output vocabulary and one for each graded position, which may be
    `UNASKED` for some of an input's."""
    reasons: list[Reason] = []
    answers = _held("answers", dataset.answers, reasons)
    expected = (len(inputs.tokens), len(inputs.graded))
    if answers.shape != expected:
        reasons.append(Reason("answers", f"have shape {answers.shape}", f"expected {expected}"))
    else:
        reasons += _not_answers(answers, spec.d_vocab_out, dataset.sets)
    if len(dataset.index) != len(inputs.tokens):
        reasons.append(Reason("index", f"has {len(dataset.index)} numbers", f"one for each of {expected[0]} inputs"))
    if reasons:
        raise PlanError("the answers do not fit the model", reasons)
    return Dataset(inputs.tokens, _int32(answers), inputs.graded, dataset.index, dataset.sample_seed, dataset.sets)


def held_slopes(stack: Stack, dataset: Dataset, sites: Sequence[str], slopes: Floats | None) -> Floats | None:
    """Raises PlanError unless a site is named, and slopes are numbers, one for each logit of each input."""
    reasons = [] if len(sites) else [Reason("sites", "none is named", "say where gradients are wanted")]
    expected = (len(dataset), len(dataset.graded), stack.spec.d_vocab_out)
    if slopes is not None:
        slopes = _held("slopes", slopes, reasons)
        if slopes.dtype.kind != "f":
            reasons.append(Reason("slopes", f"are {slopes.dtype}", "give floating-point numbers"))
        if slopes.shape not in (expected, (1, *expected), (len(stack), *expected)):
            reasons.append(
                Reason("slopes", f"have shape {slopes.shape}", f"expected {expected}, or one for each model")
            )
    if reasons:
        raise PlanError("the gradients asked for do not fit the model", reasons)
    return slopes


def held_batches(
    stack: Stack, state: OptimiserState, batches: Batches, dataset: Dataset
) -> tuple[OptimiserState, Batches]:
    """Raises PlanError unless orders, rates and optimiser state are those of this stack."""
    reasons: list[Reason] = []
    given = {"order": batches.order, "rates": batches.rates}
    given |= {name: getattr(state, name) for name in ("exp_avg", "exp_avg_sq", "step")}
    held = {name: _held(name, array, reasons) for name, array in given.items()}
    models, n = len(stack), held["order"].shape[-1] if held["order"].ndim else 0
    size = int(batches.batch_size) if isinstance(batches.batch_size, int | np.integer) else 0
    steps = -(-n // size) if size > 0 else 0
    if batches.attn_entropy is not None:
        held["attn_entropy"] = _held("attn_entropy", batches.attn_entropy, reasons)
    weights, whole, real = stack.flat.shape, np.dtype(np.int64), np.dtype(np.float64)
    expected = {
        "order": ((models, n), whole),
        "rates": ((models, steps), real),
        "exp_avg": (weights, stack.flat.dtype),
        "exp_avg_sq": (weights, stack.flat.dtype),
        "step": ((models,), whole),
        "attn_entropy": ((models,), real),
    }
    reasons += [
        Reason(name, f"has shape {held[name].shape} of {held[name].dtype}", f"expected {shape} of {dtype}")
        for name, (shape, dtype) in expected.items()
        if name in held and (held[name].shape != shape or held[name].dtype != dtype)
    ]
    if size < 1 or n < 1:
        reasons.append(Reason("batch_size", f"{batches.batch_size} of {n} inputs", "both at least 1"))
    elif held["order"].min() < 0 or held["order"].max() >= len(dataset):
        reasons.append(Reason("order", "names inputs outside the dataset", f"0 to {len(dataset) - 1}"))
    if reasons:
        raise PlanError("the batches do not fit the stack", reasons)
    own = replace(batches, dataset=dataset, order=held["order"], rates=held["rates"], batch_size=size)
    return OptimiserState(held["exp_avg"], held["exp_avg_sq"], held["step"]), own


def _held(name: str, values: Any, reasons: list[Reason]) -> NDArray[Any]:
    """The values as nobody else can change them; where there are none, an empty array and a reason."""
    if np.ma.isMaskedArray(values):
        reasons.append(Reason(name, "is a masked array: what it hides would be read", "fill it first: .filled(0)"))
    try:
        return frozen(values)
    except (TypeError, ValueError) as error:
        reasons.append(Reason(name, f"is no array: {error}", "give an array of numbers"))
        return np.zeros(np.shape(values) if isinstance(values, np.ndarray) else 0)


def _int32(ids: NDArray[Any]) -> Tokens:
    """Of ids that are in a vocabulary; what holds no whole numbers stays, for it is refused by name."""
    return frozen(ids, np.int32) if ids.dtype.kind in "iu" and ids.dtype != np.int32 else ids


def _positions(graded: Sequence[int]) -> tuple[int, ...]:
    """As whole numbers of Python; empty where they are none."""
    try:
        return tuple(int(operator.index(position)) for position in graded)
    except TypeError:
        return ()


def _not_graded(given: Sequence[int], graded: tuple[int, ...], n_pos: int) -> list[Reason]:
    ascending = list(graded) == sorted(set(graded))
    if graded and ascending and min(graded) >= 0 and max(graded) < n_pos:
        return []
    return [Reason("graded", f"{graded or given}", f"give ascending positions from 0 to {n_pos - 1}")]


def _not_answers(answers: NDArray[Any], vocabulary: int, sets: bool) -> list[Reason]:
    if answers.size and not sets and answers.dtype.kind in "iu" and _below(answers, vocabulary):  # all are asked
        return []
    if answers.dtype.kind == "i" and len(idle := np.flatnonzero((answers == UNASKED).all(axis=1))):
        return [Reason("answers", f"input {idle[0]} wants none", "every input needs one")]
    if sets and vocabulary > MOST_SYMBOLS:
        what = f"are sets, and the model has {vocabulary} symbols"
        return [Reason("answers", what, f"a set may have {MOST_SYMBOLS} at most")]
    asked = answers if answers.dtype.kind != "i" else np.where(answers == UNASKED, 0, answers)
    return _not_ids("answers", asked, 2**vocabulary if sets else vocabulary, "graded position")


def _below(ids: NDArray[Any], limit: int) -> bool:
    """Whether all are from 0 to below `limit`: read as unsigned, a negative number is a huge one."""
    return bool(ids.view(ids.dtype.str.replace("i", "u")).max() < limit)


def _not_ids(name: str, ids: NDArray[Any], vocabulary: int, column: str) -> list[Reason]:
    if ids.dtype.kind not in "iu":
        return [Reason(name, f"are {ids.dtype}", "give whole numbers")]
    if _below(ids, vocabulary):
        return []
    row, place = np.argwhere((ids < 0) | (ids >= vocabulary))[0]
    what = f"id {ids[row, place]} at input {row}, {column} {place} is not in the vocabulary"
    return [Reason(name, what, f"ids are 0 to {vocabulary - 1}")]
