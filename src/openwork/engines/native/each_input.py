"""Writes that differ from input to input, which the core does not know: it writes the same numbers in every lane.

But each model of a stack has its own. So an input is given a copy of the model of its own, as many inputs at once as a
vector has lanes: the core computes every one of them with every copy in the time of one, and a copy's own is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from openwork.engines.taps import Affine, Constant, PerInput, Source, Taps, Write
from openwork.engines.values import Floats, Trace
from openwork.models import Stack
from openwork.tasks import Tokens

LANES = 16
"""inputs at once; a vector of float32 has so many where it is longest"""

Run = Callable[[Stack, int, Tokens, Taps, tuple[int, ...], list[Source]], Trace]


def input_by_input(
    run: Run, stack: Stack, start: int, tokens: Tokens, taps: Taps, graded: tuple[int, ...], sources: list[Source]
) -> Trace:
    """What `run` would give if it took such writes; costs as many passes over a vector as there are inputs."""
    logits: list[Floats] = []
    captures: dict[str, list[Floats]] = {site: [] for site in taps.reads}
    for model in range(len(stack)):
        copies = stack.take([model] * min(LANES, len(tokens)))
        for lo in range(0, len(tokens), LANES):
            rows = slice(lo, lo + LANES)
            n = len(tokens[rows])
            if n < len(copies):
                copies = copies.take(range(n))
            own = replace(taps, writes=_of_copies(taps.writes, model, rows))
            beside = [Source(source.tokens[rows], _of_copies(source.writes, model, rows)) for source in sources]
            trace, each = run(copies, 0, tokens[rows], own, graded, beside), np.arange(n)
            logits.append(trace.logits[each, each])
            for site, found in trace.captures.items():
                captures[site].append(found[each, each])

    def of_models(pieces: list[Floats]) -> Floats:
        return np.concatenate(pieces).reshape(len(stack), len(tokens), *pieces[0].shape[1:])

    return Trace(start, of_models(logits), {site: of_models(pieces) for site, pieces in captures.items()})


def _of_copies(writes: Iterable[Write], model: int, rows: slice) -> tuple[Write, ...]:
    """The writes of one model as those of its copies, of which each has an input of its own."""

    def one(values: Floats) -> Floats:
        at = model if len(values) > 1 else 0
        return values[at : at + 1]

    found: list[Write] = []
    for write in writes:
        match write:
            case PerInput():
                write = Constant(write.site, write.index, one(write.values)[0, rows])
            case Constant():
                write = replace(write, values=one(write.values))
            case Affine():
                write = replace(write, matrix=one(write.matrix), bias=one(write.bias))
        found.append(write)
    return tuple(found)
