"""Greedy decoding: what a causal model writes after a prompt, where its own symbols stand before the next one.

A pass says at every position at once what the model writes after what stands there. What it wrote are the tokens of the
next pass, and an input is done when none of its tokens changes any more. A causal model sees nothing later, so each
pass settles at least one symbol more; and where what stood there was a good guess, all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.engines.checks import Held
from openwork.engines.values import NO_ANSWER, Generated
from openwork.errors import PlanError, Reason
from openwork.tasks import Tokens

Said = Callable[[Tokens], NDArray[np.int64]]
"""`[input, pos] -> [input, graded]`: the answers of one pass"""


@dataclass(frozen=True, eq=False)
class Room:
    """Where each input may be written on.

    Attributes:
        prompts: `[input]`, how many tokens are the prompt.
        most: `[input]`, how many symbols are written at most.
        end: what ends the writing; None where nothing does.
    """

    prompts: NDArray[np.int64]
    most: NDArray[np.int64]
    end: int | None


def greedy(said: Said, tokens: Tokens, room: Room, first: int) -> Generated:
    """What one model writes; `said` answers at the positions from `first` on."""
    n, n_pos = tokens.shape
    place = np.arange(first, n_pos)
    asked = (place >= room.prompts[:, None] - 1) & (place < (room.prompts + room.most)[:, None] - 1)
    seen, symbols, written = tokens.copy(), np.full((n, n_pos), NO_ANSWER, np.int64), np.zeros((n, n_pos), bool)
    rows, passed = np.arange(n), 0
    for _ in range(n_pos + 1):  # more are never needed, unless passes of other sizes round a tie differently
        if not len(rows):
            break
        found, passed = said(seen[rows]), passed + len(rows)
        ended = asked[rows] & ((found == NO_ANSWER) | (found == room.end))
        here = asked[rows] & (np.cumsum(ended, axis=1) - ended == 0)
        symbols[rows, first:], written[rows, first:] = found, here
        before = seen[rows, first + 1 :]
        after = np.where(here[:, :-1] & (found[:, :-1] != NO_ANSWER), found[:, :-1], before)
        seen[rows, first + 1 :] = after
        rows = rows[(after != before).any(axis=1)]
    return Generated(symbols[None], written[None], passed)


def held_prompts(held: Held, prompts: Any, most: Any, end: int | None) -> Room:
    """Raises PlanError unless the model can read what it writes, and there are a prompt and room for each input."""
    spec, (n, n_pos) = held.stack.spec, held.tokens.shape
    reasons = []
    if spec.attention_dir != "causal":
        what = "is bidirectional: what it says of a symbol depends on those after it"
        reasons.append(Reason("model", what, "only a causal model writes by itself"))
    if spec.d_vocab_out > spec.d_vocab:
        what = f"answers with {spec.d_vocab_out} symbols and reads {spec.d_vocab}"
        reasons.append(Reason("model", what, "it must read what it writes"))
    whole = np.asarray(prompts)
    if whole.dtype.kind not in "iu" or whole.shape != (n,) or (whole < 1).any() or (whole > n_pos).any():
        reasons.append(Reason("prompts", f"are {_brief(whole)}", f"[{n}] whole numbers from 1 to {n_pos}"))
    limit = np.full(n, n_pos + 1) if most is None else np.asarray(most)
    if limit.dtype.kind not in "iu" or limit.shape != (n,) or (limit < 0).any():
        reasons.append(Reason("most", f"is {_brief(limit)}", f"[{n}] whole numbers, 0 or more"))
    if end is not None and not 0 <= end < spec.d_vocab_out:
        reasons.append(Reason("end", f"{end} is no symbol", f"ids are 0 to {spec.d_vocab_out - 1}"))
    if reasons:
        raise PlanError("nothing can be written here", reasons)
    return Room(whole.astype(np.int64), np.minimum(limit, n_pos + 1).astype(np.int64), end)


def _brief(array: NDArray[Any]) -> str:
    said = f"{array.dtype} of shape {array.shape}"
    return f"{said}, {array.min()} to {array.max()}" if array.size and array.dtype.kind in "iu" else said
