"""Branch and bound over boxes of inputs, of one output: the largest first; a box that is not proved is divided."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from openwork.analyses import Subject
from openwork.engines.native.engine import NativeEngine
from openwork.proofs.sets.boxes import Boxes, divided, joined
from openwork.proofs.sets.leads import Leads, leads
from openwork.proofs.sets.leaves import list_boxes
from openwork.proofs.sets.narrowing import Narrow, narrowing
from openwork.proofs.sets.tables import Tables, tables_of

NUMBERS = 2**20
"""held at once by a thread: of boxes, places, symbols and heads"""
STEPS = 8
"""so many times what a thread holds at once is looked at before anything else is"""
LEAF = 64
"""inputs up to which those of a box are listed"""
KEPT = 20
"""inputs that are surely wrong, named"""


@dataclass
class Search:
    """What is known of one output.

    Attributes:
        place: the output's number.
        open: boxes that are not looked at.
        failed: no more questions than this are in boxes that cannot be proved.
        least: no proved answer leads by less; infinite before there is one.
        boxes: how many were bounded.
        rows: how many inputs were enclosed each by itself.
        wrong: token rows that surely do not lead enough, the first of them.
    """

    place: int
    open: Boxes
    failed: int = 0
    least: float = np.inf
    boxes: int = 0
    rows: int = 0
    wrong: list[list[int]] = field(default_factory=list)

    @property
    def unproved(self) -> int:
        """No more questions than this are not proved at this output."""
        return self.failed + sum(int(count) for count in self.open.counts)


@dataclass(frozen=True, eq=False)
class Ground:
    """What a search stands on: the model, and what of it does not hang on a box."""

    subject: Subject
    engine: NativeEngine
    tables: Tables
    margin: float
    visible: int
    query: int
    narrow: Narrow


def ground(subject: Subject, engine: NativeEngine, place: int, margin: float) -> Ground:
    """For the output number `place`."""
    task, spec = subject.task, subject.spec
    query = task.graded[place]
    visible = query + 1 if spec.attention_dir == "causal" else task.n_pos
    weights = {name: array[0] for name, array in subject.stack.named().items()}
    weights["embed.W_E"] = weights["embed.W_E"][: len(task.vocabulary)]  # a model may know more symbols than the task
    tables = tables_of(spec, weights, query, visible)
    return Ground(subject, engine, tables, margin, visible, query, narrowing(task))


def searched(on: Ground, search: Search, told: Callable[[Search], bool]) -> None:
    """Goes on until nothing is open, or `told` says that it is enough; `search` is whole at every moment that `told` is
    called, and after a KeyboardInterrupt."""
    heads, places, symbols = on.tables.weight.shape[1:]
    most = STEPS * max(16, NUMBERS // (heads * places * symbols))
    while len(search.open) and told(search):
        order = np.argsort([-float(count) for count in search.open.counts], kind="stable")
        now, later = search.open.take(order[:most]), search.open.take(order[most:])
        after = _bounded(on, now)
        # all in one step that nothing interrupts: what is no longer open and not yet failed would count as proved
        vars(search).update(
            open=joined([later, after.children]),
            failed=search.failed + after.failed,
            least=min(search.least, after.least),
            boxes=search.boxes + after.boxes,
            rows=search.rows + after.rows,
            wrong=(search.wrong + after.wrong)[:KEPT],
        )


@dataclass(frozen=True, eq=False)
class _Step:
    children: Boxes
    failed: int
    least: float
    boxes: int
    rows: int
    wrong: list[list[int]]


def _bounded(on: Ground, boxes: Boxes) -> _Step:
    """One step: cheap bounds, closer ones where those fail, rows where a box is small; the rest is divided."""
    least = _leads(on, boxes, closer=False).least
    sure = least > on.margin
    found, left = float(least[sure].min(initial=np.inf)), boxes.take(~sure)
    failed, rows, wrong, bounds = 0, 0, [], len(boxes) + len(left)
    more, effect, again = _closer(on, left)
    bounds += again
    sure = more > on.margin
    found, left, effect = min(found, float(more[sure].min(initial=np.inf))), left.take(~sure), effect[~sure]
    small = np.array([size <= LEAF for size in left.sizes(slice(on.visible))], bool)
    leaves = left.take(small)
    if len(leaves):
        subject = on.subject
        place = subject.task.graded.index(on.query)
        listed = list_boxes(on.engine, subject.stack, subject.task, leaves, place, on.margin, on.visible)
        found, rows = min(found, float(listed.least.min())), listed.rows
        further = _further(on, leaves)
        failed = sum(
            min(int(bad) * times, count)
            for bad, times, count in zip(listed.open.tolist(), further, leaves.counts.tolist(), strict=True)
        )
        wrong = [row.tolist() for row in listed.wrong[:KEPT]]
    children = on.narrow(divided(left.take(~small), effect[~small]))
    return _Step(children, failed, found, bounds, rows, wrong)


def _closer(on: Ground, boxes: Boxes) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """The closer bound of each box, and what its tokens do to it; where that does not suffice and some head looks at
    places that are not known, the one for such heads too. And how many of these were computed."""
    first = _leads(on, boxes, closer=True)
    least, effect = first.least, first.effect
    rows = np.flatnonzero(~(least > on.margin) & first.could_be_open)
    if len(rows):
        second = _leads(on, boxes.take(rows), closer=True, open_heads=True)
        better = second.least > least[rows]
        least[rows[better]], effect[rows[better]] = second.least[better], second.effect[better]
    return least, effect, len(rows)


def _leads(on: Ground, boxes: Boxes, closer: bool, open_heads: bool = False) -> Leads:
    """The least lead of each box, and what its tokens do to it; some at a time."""
    rivals = on.tables.after.unembed.shape[1] if closer else 1
    _, heads, places, symbols = on.tables.weight.shape
    step = max(1, NUMBERS // (heads * places * symbols * rivals))
    least, could = np.empty(len(boxes)), np.zeros(len(boxes), bool)
    effect = np.zeros((len(boxes), places, symbols))

    def some(start: int) -> None:
        rows = slice(start, start + step)
        allowed = boxes.allowed[rows, :places]
        asks = allowed[:, on.query].argmax(-1)
        found = leads(on.tables, allowed, asks, boxes.answers[rows], closer, open_heads)
        least[rows], effect[rows], could[rows] = found.least, found.effect, found.could_be_open

    with ThreadPoolExecutor(on.engine.threads) as pool:
        list(pool.map(some, range(0, len(boxes), step)))
    return Leads(least, effect, could)


def _further(on: Ground, boxes: Boxes) -> list[int]:
    """How many questions look alike up to the last position that is seen: values of the variables behind it."""
    behind = [v.position for v in on.subject.task.variables if v.position >= on.visible]
    return boxes.sizes(behind)
