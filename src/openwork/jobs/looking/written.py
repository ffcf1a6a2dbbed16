"""What a model writes by itself after prompts, and how prompts are given."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.engines import NO_ANSWER, Engine
from openwork.errors import PlanError, Reason, suggestion, visible
from openwork.jobs.looking.questions import Questions
from openwork.models import Stack
from openwork.tasks import UNASKED, Tokens

NOTHING = -1
MOST_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Ending:
    """When a task's answers end.

    Attributes:
        written: whether a model can write them by itself.
        token: the symbol that ends one; None where its length is known.
    """

    written: bool = True
    token: int | None = None


@dataclass(frozen=True, eq=False)
class Written(Sequence[tuple[str, ...]]):
    """What a model wrote: `written[0]` are the symbols after the first prompt, its end included.

    Attributes:
        tokens: `[input, pos]`, the ids of prompts and what was written after them; -1 where nothing stands.
        prompts: `[input]`, how many of them are the prompt.
        symbols: what ids stand for.
        forward_rows: inputs that were run, all passes together.
    """

    tokens: NDArray[np.int64]
    prompts: NDArray[np.int64]
    symbols: Sequence[str] = field(repr=False)
    forward_rows: int

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return tuple(self[one] for one in range(len(self))[row])
        return self._text(self.tokens[row, self.prompts[row] :])

    def _text(self, ids: NDArray[np.int64]) -> tuple[str, ...]:
        return tuple(self.symbols[token] for token in ids.tolist() if token != NOTHING)

    def __repr__(self) -> str:
        lines = [f"{len(self):,} prompt{'s' * (len(self) != 1)} written on"]
        for row in range(min(len(self), MOST_SHOWN)):
            prompt = self._text(self.tokens[row, : self.prompts[row]])
            lines.append(f"  {' '.join(prompt)} -> {' '.join(self[row])}")
        lines += [f"  and {len(self) - MOST_SHOWN:,} more"] if len(self) > MOST_SHOWN else []
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def write_on(
    engine: Engine, stack: Stack, asked: Questions, prompts: Tokens | None, ending: Ending, told: tuple[Any, Any]
) -> Written:
    """What the model writes after each of these.

    Args:
        engine: what runs it.
        stack: the model, a stack of one.
        asked: prompts; or questions with their answers, whose prompt is all that stands before the first of them.
        prompts: `[input]`, how long each is; all of it unless given.
        ending: of the task's answers.
        told: how many symbols to write at most, and the symbol that ends: an id or its text; None for none.

    Raises:
        PlanError: the model or the prompts are none to write after; with every reason.
    """
    spec, (n, n_pos) = stack.spec, asked.tokens.shape
    most, end = _most(told[0]), _end(told[1], asked.symbols)
    tokens, limit = asked.tokens, None if most is None else np.full(n, most)
    lengths = np.full(n, n_pos) if prompts is None else prompts
    if asked.dataset is not None:
        wanted = asked.dataset.answers != UNASKED
        if not ending.written:
            what, mend = "the task does not show a model its own answers one by one", "give token ids as prompts"
            raise PlanError("nothing is written here", Reason("prompts", what, mend))
        lengths = np.array(asked.dataset.graded)[wanted.argmax(axis=1)] + 1
        end = ending.token if end is None else end
        if limit is None and end is None:
            limit = wanted.sum(axis=1)
    else:
        width = spec.n_ctx if most is None else min(spec.n_ctx, n_pos + max(most - 1, 0))
        tokens = np.pad(tokens, ((0, 0), (0, max(width - n_pos, 0))))
    made = engine.generate(stack, tokens, lengths, most=limit, end=end)
    whole = np.full((n, tokens.shape[1] + 1), NOTHING, np.int64)
    before = np.arange(tokens.shape[1]) < lengths[:, None]
    whole[:, :-1][before] = tokens[before]
    written = made.written[0] & (made.symbols[0] != NO_ANSWER)
    whole[:, 1:][written] = made.symbols[0][written]
    used = int(np.flatnonzero((whole != NOTHING).any(axis=0)).max(initial=0)) + 1
    return Written(whole[:, :used], lengths.astype(np.int64), asked.symbols, made.forward_rows)


def ragged(given: Any) -> tuple[list[list[int]], Tokens] | None:
    """Rows of ids of several lengths, filled up behind, and how long each is; None for whatever else is given."""
    if not isinstance(given, list | tuple) or not all(isinstance(row, list | tuple) and row for row in given):
        return None
    lengths = np.array([len(row) for row in given])
    whole = all(isinstance(one, int | np.integer) and not isinstance(one, bool) for row in given for one in row)
    if len(set(lengths.tolist())) < 2 or not whole:
        return None
    longest = int(lengths.max())
    return [[*row, *[0] * (longest - len(row))] for row in given], lengths


def _most(most: Any) -> int | None:
    if most is None or (isinstance(most, int | np.integer) and not isinstance(most, bool) and most >= 1):
        return None if most is None else int(most)
    raise PlanError(
        "nothing is written here", Reason("most", f"{str(most)[:60]!r} is no number of symbols", "1 or more")
    )


def _end(end: Any, symbols: Sequence[str]) -> int | None:
    if end is None or (isinstance(end, int | np.integer) and not isinstance(end, bool)):
        return None if end is None else int(end)
    if end in symbols:
        return list(symbols).index(end)
    mend = suggestion(str(end), symbols)
    raise PlanError("nothing is written here", Reason("end", f"{str(end)[:60]!r} is no symbol of the model", mend))
