"""How right logits are where answers are sets of symbols, or not every question wants every answer; in float64.

An answer that is one symbol is right where its logit is the first largest. A set is right where the logits of its
symbols lie above 0 and all others do not. What is `UNASKED` is neither right nor wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset
from openwork.engines.values import NO_ANSWER, Floats, Scores, Trace
from openwork.tasks import UNASKED, Tokens
from openwork.tasks.symbol_sets import members_of, set_of


def answers_of(logits: Floats, sets: bool) -> NDArray[np.int64]:
    """`[..., symbol] -> [...]`: the symbol with the largest logit, or the set of those above 0; `NO_ANSWER` where a
    logit is not finite."""
    found = set_of(logits > 0) if sets else logits.argmax(axis=-1)
    return np.where(np.isfinite(logits).all(axis=-1), found, NO_ANSWER).astype(np.int64)


def right_in(logits: Floats, dataset: Dataset, start: int = 0) -> NDArray[np.bool_]:
    """`[..., input, graded, symbol] -> [..., input, graded]`: which answers are right, of inputs from `start` on."""
    answers = dataset.answers[start : start + logits.shape[-3]]
    found: NDArray[np.bool_] = (answers_of(logits, dataset.sets) == answers) & (answers != UNASKED)
    return found


def scores_of(traces: Iterator[Trace], dataset: Dataset, models: int) -> Scores:
    """What these passes over all of the dataset say together."""
    asked = dataset.answers != UNASKED
    loss, margin = np.zeros(models), np.full(models, np.inf)
    right = np.zeros((models, len(dataset.graded)), np.int64)
    sequences, not_numbers = np.zeros(models, np.int64), np.zeros(models, np.int64)
    for trace in traces:
        logits = trace.logits.astype(np.float64)
        rows = slice(trace.start, trace.start + logits.shape[1])
        wanted, here = dataset.answers[rows], asked[rows]
        hits = right_in(logits, dataset, trace.start)
        known = np.isfinite(logits).all(axis=-1)
        losses, leads = losses_and_leads(logits, wanted, dataset.sets)
        loss += np.where(here, losses, 0.0).sum(axis=(1, 2))
        margin = np.minimum(margin, np.where(here, np.where(known, leads, -np.inf), np.inf).min(axis=(1, 2)))
        right += hits.sum(axis=1)
        sequences += (hits | ~here).all(axis=2).sum(axis=1)
        not_numbers += (~known & here).any(axis=2).sum(axis=1)
    return Scores(len(dataset), loss / asked.sum(), right, sequences, margin, not_numbers, asked.sum(axis=0))


def losses_and_leads(
    logits: NDArray[np.float64], answers: Tokens, sets: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`[..., input, graded]` each: an answer's loss in nats, and how far it is on the right side.

    That is the lead of the right logit over the largest other one, or of a set the least distance from 0. Of what is
    `UNASKED` they mean nothing.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # of logits that are not numbers, which are counted
        return _of_sets(logits, answers) if sets else _of_symbols(logits, answers)


def _of_symbols(logits: NDArray[np.float64], answers: Tokens) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    at = np.broadcast_to(np.maximum(answers, 0), logits.shape[:-1])[..., None]
    own = np.take_along_axis(logits, at, axis=-1)[..., 0]
    top = logits.max(axis=-1)
    total = top + np.log(np.exp(logits - top[..., None]).sum(axis=-1))
    others = logits.copy()
    np.put_along_axis(others, at, -np.inf, axis=-1)
    return total - own, own - others.max(axis=-1)


def _of_sets(logits: NDArray[np.float64], answers: Tokens) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The loss is the mean over symbols."""
    inside = members_of(np.maximum(answers, 0), logits.shape[-1])
    leads = np.where(inside, logits, -logits)
    losses = np.maximum(-leads, 0.0) + np.log1p(np.exp(-np.abs(leads)))
    return losses.mean(axis=-1), leads.min(axis=-1)
