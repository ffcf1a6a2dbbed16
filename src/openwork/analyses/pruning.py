"""Greedy pruning: a small set of components that does the task while everything else is ablated.

Nodes are heads (an attention layer where it has one head) and MLPs, whole or position by position; embeddings stay.
Backward elimination: in every round each node that is left is ablated besides those already gone, and they are ordered
by the accuracy that remains, the least needed first, ties in the order of the forward pass. Then as many as can go
together, from the front of that order, are taken out: as long as each further one leaves the stated accuracy. It ends
when no single node can go. So no node of the result is to spare, but another order might find a smaller set: that is
not tried. The accuracy is that of all outputs together, so one output may be given up for another's sake: prune for
single outputs to see what each needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.component import Component, part_components
from openwork.analyses.performance import Performance
from openwork.analyses.result import Record, Result, percent
from openwork.analyses.steps import Step, Watch, silent
from openwork.analyses.subject import Subject
from openwork.analyses.unembedding import log_softmax
from openwork.data import Dataset
from openwork.engines import Scores
from openwork.errors import PlanError, Reason, suggestion
from openwork.interventions import Edit, Mean, Plan, Resample

RestBy = Literal["mean", "resample"]
MOST_PLANS = 16
"""sets that are swept at once"""
SAID: dict[RestBy, str] = {"mean": "their means", "resample": "those of another input"}
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Faithfulness:
    """How much of the model is left, over all inputs.

    Attributes:
        performance: loss and accuracy.
        kl: divergence of its answers' distribution from the whole model's, in nats, mean over graded positions.
        difference: the right answer's logit minus the mean of all others, mean over graded positions.
    """

    performance: Performance
    kl: float
    difference: float


@dataclass(frozen=True, eq=False)
class Pruning(Result):
    """What is left of a model when all that can go is ablated at once.

    Attributes:
        components: rows of `kept`, in the order of the forward pass.
        positions: `[pos]`, what stands there; one column named `all` where nodes are whole components.
        kept: `[component, pos]`.
        round: `[component, pos]`, the round in which it went; 0 for what is kept, and for what cannot matter: the last
            layer away from graded positions.
        accuracy_after: `[round]`, share of graded positions right after each round.
        nodes: how many nodes there were.
        at_least: the accuracy that was asked for.
        by: what replaces what is gone: its mean over the inputs, position by position, or another input's value.
        outputs: what is predicted and counted.
        whole: the unpruned model.
        circuit: only the kept nodes intact.
        nothing: no node intact.
        inputs: how many inputs everything was measured on.
    """

    components: tuple[str, ...]
    positions: tuple[str, ...]
    kept: Bools
    round: NDArray[np.int64]
    accuracy_after: tuple[float, ...]
    nodes: int
    at_least: float
    by: RestBy
    outputs: tuple[str, ...]
    whole: Faithfulness
    circuit: Faithfulness
    nothing: Faithfulness
    inputs: int
    forward_rows: int

    @property
    def recovered(self) -> float:
        """Share of the logit difference that the circuit has: 0 with nothing intact, 1 the whole model."""
        way = self.whole.difference - self.nothing.difference
        return (self.circuit.difference - self.nothing.difference) / way if way else float("nan")

    @property
    def names(self) -> tuple[str, ...]:
        """What is kept, as `blocks.0.attn` or `blocks.0.attn@x[2]`."""
        whole = self.positions == ("all",)
        return tuple(self.components[c] + ("" if whole else f"@{self.positions[p]}") for c, p in np.argwhere(self.kept))

    @property
    def title(self) -> str:
        return f"Smallest set found that is right at {percent(self.at_least)} or more"

    @property
    def summary(self) -> str:
        return (
            f"{int(self.kept.sum())} of {self.nodes} nodes, all others replaced by {SAID[self.by]}, are right at "
            f"{percent(self.circuit.performance.accuracy)} of graded positions over {self.inputs:,} inputs (the whole "
            f"model at {percent(self.whole.performance.accuracy)}, none of them at "
            f"{percent(self.nothing.performance.accuracy)}); KL {self.circuit.kl:.3g} nats, "
            f"{100 * self.recovered:.0f} % of the logit difference."
        )

    def records(self) -> list[Record]:
        return [
            {
                "component": component,
                "position": position,
                "kept": bool(self.kept[c, p]),
                "round": int(self.round[c, p]),
            }
            for c, component in enumerate(self.components)
            for p, position in enumerate(self.positions)
        ]


def pruning(
    subject: Subject,
    at_least: float = 0.99,
    by: RestBy = "mean",
    positions: bool = False,
    outputs: Sequence[str] | None = None,
    seed: int = 0,
    watch: Watch = silent,
) -> Pruning:
    """The smallest set of components that backward elimination finds, over all of the subject's inputs.

    Costs in each round at most two forward rows per input and node that is left (one to order them, one to try them
    together), one more for every 16 of these for means or drawn inputs, and nine per input at the end.

    Args:
        subject: the model and inputs.
        at_least: share of graded positions that must stay right, 0 to 1.
        by: what replaces the rest.
        positions: whether a component at a position is a node of its own.
        outputs: what must stay right; by default all outputs.
        seed: of the draw, for `resample`.
        watch: is told how far it is: the share of nodes of which it is decided that they go.

    Raises:
        PlanError: an unknown output or replacement, an accuracy outside 0..1 or above the whole model's; with every
            reason.
    """
    inputs = _graded(subject, at_least, by, outputs)
    parts = part_components(subject.spec)
    hunt = _Hunt(subject, inputs, parts, by, positions, seed, watch)
    whole = next(hunt.scores([hunt.none]))
    if whole.accuracy[0] < at_least:
        what = f"the whole model is right at {percent(float(whole.accuracy[0]))} of graded positions"
        raise PlanError("nothing to prune", Reason("at_least", what, "ask for less, or prune a model that does better"))
    rounds = np.zeros(hunt.none.shape, np.int64)
    gone, after = hunt.idle, list[float]()
    while taken := _round(hunt, gone, at_least):
        for node, _ in taken:
            gone = gone | _only(gone, node)
            rounds[node] = len(after) + 1
        after.append(taken[-1][1])
    whole_model, circuit, nothing = hunt.faithfulness(gone)
    return Pruning(
        components=tuple(part.name for part in parts),
        positions=subject.position_names[: inputs.tokens.shape[1]] if positions else ("all",),
        kept=~gone,
        round=rounds,
        accuracy_after=tuple(after),
        nodes=int((~hunt.idle).sum()),
        at_least=at_least,
        by=by,
        outputs=tuple(o for o in subject.task.outputs if outputs is None or o in outputs),
        whole=whole_model,
        circuit=circuit,
        nothing=nothing,
        inputs=len(inputs),
        forward_rows=hunt.forward_rows,
    )


Index = tuple[int, int]
"""a node as row and column of `Pruning.kept`"""


def _round(hunt: _Hunt, gone: Bools, at_least: float) -> list[tuple[Index, float]]:
    """The nodes that go in one round, in their order, each with the accuracy once it is gone too."""
    left: list[Index] = [(int(c), int(p)) for c, p in np.argwhere(~gone)]
    alone = [float(scores.accuracy[0]) for scores in hunt.scores([gone | _only(gone, node) for node in left])]
    able = [n for n in range(len(left)) if alone[n] >= at_least]
    # A stable sort: ties stay in the order of the forward pass.
    order = [left[n] for n in sorted(able, key=lambda n: -alone[n])]
    together = [gone]
    for node in order:
        together.append(together[-1] | _only(gone, node))
    taken: list[tuple[Index, float]] = []
    for node, scores in zip(order, hunt.scores(together[1:]), strict=True):
        if scores.accuracy[0] < at_least:
            break
        taken.append((node, float(scores.accuracy[0])))
    return taken


def _only(like: Bools, node: Index) -> Bools:
    alone = np.zeros_like(like)
    alone[node] = True
    return alone


class _Hunt:
    """Ablates sets of nodes, `[component, pos]`, and counts what that costs."""

    def __init__(
        self,
        subject: Subject,
        inputs: Dataset,
        parts: Sequence[Component],
        by: RestBy,
        positions: bool,
        seed: int,
        watch: Watch,
    ) -> None:
        self.subject, self.inputs, self.parts, self.by, self.seed = subject, inputs, parts, by, seed
        self.positions, self.watch = positions, watch
        n_pos = inputs.tokens.shape[1] if positions else 1
        self.none = np.zeros((len(parts), n_pos), bool)
        self.idle = self.none.copy()
        if positions:
            unseen = [p for p in range(n_pos) if p not in inputs.graded]
            for c, part in enumerate(parts):
                if part.name.startswith(f"blocks.{subject.spec.n_layers - 1}."):
                    self.idle[c, unseen] = True
        self.forward_rows, self.most_gone = 0, 0

    def plan(self, gone: Bools) -> Plan:
        """Everything in `gone` replaced at once."""
        edits: list[Edit] = []
        for part, places in zip(self.parts, gone, strict=True):
            if places.any():
                where = tuple(int(p) for p in np.flatnonzero(places)) if self.positions else None
                if self.by == "mean":
                    edits.append(Mean(part.site, where, part.heads))
                else:
                    edits.append(Resample(part.site, where, part.heads, seed=self.seed))
        return Plan(tuple(edits))

    def scores(self, sets: Sequence[Bools]) -> Iterator[Scores]:
        """The model without each of these sets, a few at a time: what is not asked for is not run."""
        for start in range(0, len(sets), MOST_PLANS):
            some = sets[start : start + MOST_PLANS]
            self.forward_rows += len(self.inputs) * (len(some) + any(gone.any() for gone in some))
            plans = [self.plan(gone) for gone in some]
            yield from self.subject.engine.sweep(self.subject.stack, self.inputs, plans)
            self.most_gone = max(self.most_gone, int(some[0].sum()))
            left = some[0].size - self.most_gone
            self.watch(Step(f"{left} nodes left", self.most_gone / some[0].size, self.forward_rows))

    def faithfulness(self, gone: Bools) -> tuple[Faithfulness, Faithfulness, Faithfulness]:
        """Of the whole model, the circuit and nothing."""
        sets = (gone, self.none, np.ones_like(gone))
        scores, n = list(self.scores(sets)), len(self.inputs)
        engine, stack, graded = self.subject.engine, self.subject.stack, self.inputs.graded
        runs = (engine.run(stack, self.inputs.tokens, self.plan(some), graded=graded) for some in sets)
        self.forward_rows += n * (len(sets) + sum(bool(some.any()) for some in sets))
        kl, difference = np.zeros(len(sets)), np.zeros(len(sets))
        for traces in zip(*runs, strict=True):
            rows = slice(traces[0].start, traces[0].start + traces[0].logits.shape[1])
            answers = self.inputs.symbols[rows, :, None]
            logits = [trace.logits[0].astype(np.float64) for trace in traces]
            logs = [log_softmax(some) for some in logits]
            for s, some in enumerate(logits):
                own = np.take_along_axis(some, answers, axis=-1)[..., 0]
                others = (some.sum(axis=-1) - own) / max(some.shape[-1] - 1, 1)
                difference[s] += (own - others).sum()
                kl[s] += (np.exp(logs[1]) * (logs[1] - logs[s])).sum()
        self.watch(Step("done", 1.0, self.forward_rows))
        graded_places = n * len(graded)
        made = [
            Faithfulness(Performance.of(score), float(k / graded_places), float(d / graded_places))
            for score, k, d in zip(scores, kl, difference, strict=True)
        ]
        return made[1], made[0], made[2]


def _graded(subject: Subject, at_least: float, by: str, outputs: Sequence[str] | None) -> Dataset:
    """The subject's inputs, graded at these outputs only, up to the last of them where nothing after it is seen."""
    known, reasons = subject.task.outputs, []
    if not 0 <= at_least <= 1:
        reasons.append(Reason("at_least", f"{at_least} is no share", "give a number from 0 to 1"))
    if by not in get_args(RestBy):
        reasons.append(Reason("by", f"{by!r} is not a replacement", suggestion(by, get_args(RestBy))))
    for output in outputs or ():
        if output not in known:
            reasons.append(Reason(output, "the task has no such output", suggestion(output, known)))
    if outputs is not None and not outputs:
        reasons.append(Reason("outputs", "none is given", "leave it out for all"))
    if reasons:
        raise PlanError("cannot prune", reasons)
    kept = [g for g, output in enumerate(known) if outputs is None or output in outputs]
    graded = tuple(subject.inputs.graded[g] for g in kept)
    seen = graded[-1] + 1 if subject.spec.attention_dir == "causal" else subject.task.n_pos
    tokens = np.ascontiguousarray(subject.inputs.tokens[:, :seen])
    answers = np.ascontiguousarray(subject.inputs.symbols[:, kept])
    return Dataset(tokens, answers, graded, subject.inputs.index)
