"""Some nodes, or some edges, are all that the model needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from openwork.analyses import Edge, Node, exact_percent, percent
from openwork.claims.circuits.circuit import EMBED, OUTPUT, along, edge_misfits, members, outside
from openwork.claims.circuits.passage import passage
from openwork.claims.claim import Claim, Each, Finding, Several, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.evidence import Predictions
from openwork.claims.examples import in_turn, wrong_answers
from openwork.claims.expressions import fill
from openwork.claims.places import ClaimedPlace, filled, place, unknown_names
from openwork.claims.quantifier import cases
from openwork.claims.shares import known_part
from openwork.claims.verdict import Effect, Outcome
from openwork.claims.wording import MEASURE_MORE, bound, claimed, told
from openwork.errors import PlanError, Reason
from openwork.models import ModelSpec
from openwork.tasks import Task


class Sufficient(Claim):
    """With everything outside the named nodes or edges taken from another input, `at_least` so many answers are right.

    The other input is drawn for each input by `seed`, one for all components. Every value that is taken from it is the
    one that it has in its own unedited run.

    `nodes`: `blocks.0.attn.1`, `blocks.0.attn` (all its heads) or `blocks.0.mlp`, optionally at a role, the position at
    which it writes: `blocks.0.attn.0 @ predicts y[i]`. Every head and MLP, wherever it is not named, writes what it
    writes on the other input. Named ones compute from the stream that they then find; embeddings stay the input's own.

    `edges`: `SENDER -> RECEIVER`, each optionally at a role. Senders are `embed` (the token embedding), heads,
    attention layers and MLPs; receivers are heads, attention layers, MLPs and `output`. Every receiver computes from a
    stream in which the senders of its named edges have their values in the circuit, and all others, `embed` included,
    the other input's. An edge is direct: it does not lead through another component. A head's query, key and value read
    the same stream, at its own position and at those that it attends to. Position embeddings are the same for all.

    Without `output`, the nodes or edges of all cases together must do for all graded answers: one part. With it, those
    of each case alone must do for that case's output.

    Evidence: the answers of the model with all else taken from another input.

    Cost: for each part two forward rows per input for nodes; for edges one more for every receiver, and for every set
    of senders that its positions read.

    Refuted by: a lower accuracy. Vacuous where all that can reach the answers is named.

    Example::

        [[claim]]
        id = "one-head-and-the-mlps"
        kind = "sufficient"
        says = "The first layer's head and both MLPs, each where the answer is predicted, are all that an answer needs."
        nodes = [
            "blocks.0.attn.0 @ predicts y[i]", "blocks.0.mlp @ predicts y[i]", "blocks.1.mlp @ predicts y[i]",
        ]
        output = "y[i]"
        for = { i = "1..n-1" }
        at_least = 0.9
    """

    kind: ClassVar[str] = "sufficient"
    about_mechanism: ClassVar[bool] = True

    nodes: Several = ()
    """heads, attention layers and MLPs; give nodes or edges"""
    edges: Several = ()
    """`SENDER -> RECEIVER`"""
    output: str = ""
    """which output, for example `y[i]`; all of them at once unless given"""
    each: Each = ()
    at_least: Share = 0.99
    """accuracy that is left"""
    seed: int = Field(default=0, ge=0)
    """of the draw of the other input"""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.nodes) == bool(self.edges):
            raise ValueError("give nodes, or edges, and not both")
        return self

    def words(self) -> str:
        """From the fields."""
        what = ", ".join(self.nodes or self.edges)
        whose = f"of {self.output}'s answers" if self.output else "of answers"
        share = exact_percent(self.at_least)
        return f"{what} alone: with all else from another input, at least {share} {whose} stay right"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Nodes, roles and outputs that are not there; edges that cannot be, or hang in the air."""
        reasons = list(self._written_misfits(spec))
        names: list[tuple[str, str, Iterable[str]]] = [("output", self.output, task.outputs)] if self.output else []
        names += [(field, p.role, task.roles) for field, _, places in self._written() for p in places if p.role]
        for field, template, known in names:
            reasons += unknown_names(self.each, task, {field: template}, known)
        if self.each and not names:
            reasons += [Reason("for", "nothing is quantified", "give a role or an output, for example y[i]")]
        if not reasons and spec is not None and self.edges:
            for _, _, chosen in self._groups(task):
                reasons += [
                    Reason("edges", f"{r.where}: {r.what}", r.mend)
                    for r in edge_misfits(spec, self._edges(task, spec, chosen))
                ]
        return dict.fromkeys(reasons)

    def _written(self) -> Iterator[tuple[str, str, tuple[ClaimedPlace, ...]]]:
        """Each node or edge: the field, its text, and its places, two for an edge."""
        for text in self.nodes:
            yield "nodes", text, (place(text),)
        for text in self.edges:
            yield "edges", text, tuple(place(end) for end in text.split("->"))

    def _written_misfits(self, spec: ModelSpec | None) -> Iterator[Reason]:
        for field, text, places in self._written():
            if field == "edges" and len(places) != 2:
                yield Reason(field, f"{text!r} is not an edge", "write it as embed -> blocks.0.attn.0")
                continue
            for end, found in enumerate(places):
                ends = () if field == "nodes" else ((EMBED,), (OUTPUT,))[end]
                try:
                    if spec is not None:
                        members(spec, found.component, ends)
                except PlanError as error:
                    yield from (Reason(field, f"{found.component}: {r.what}", r.mend) for r in error.reasons)

    def _groups(self, task: Task) -> Iterator[tuple[str, list[int], list[Mapping[str, int]]]]:
        """What makes a part: its label, its outputs by number, and the cases whose nodes or edges it has."""
        every = list(cases(self.each, task))
        if not self.output:
            yield "all outputs", list(range(len(task.outputs))), [*every]
            return
        for (name,), names in zip(filled(self.each, task, (self.output,)), every, strict=True):
            yield name, [task.outputs.index(name)], [names]

    def _nodes(self, task: Task, spec: ModelSpec, chosen: Iterable[Mapping[str, int]]) -> set[Node]:
        written = [place(text) for text in self.nodes]
        return {node for p, names in product(written, chosen) for node in _nodes_at(p, task, spec, names)}

    def _edges(
        self, task: Task, spec: ModelSpec, chosen: Iterable[Mapping[str, int]]
    ) -> list[tuple[str, tuple[Edge, ...]]]:
        """For each text, in each case, every edge that it stands for."""
        written = []
        for text, names in product(self.edges, chosen):
            sender, receiver = (place(end) for end in text.split("->"))
            senders = _nodes_at(sender, task, spec, names, (EMBED,))
            receivers = _nodes_at(receiver, task, spec, names, (OUTPUT,))
            written.append((text, tuple(Edge(*ends) for ends in product(senders, receivers))))
        return written

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The answers of every circuit."""
        return tuple(wanted for _, _, wanted in self._parts(context))

    def _parts(self, context: Context) -> Iterator[tuple[str, list[int], Predictions]]:
        task, spec = context.task, context.spec
        for label, outputs, chosen in self._groups(task):
            if self.nodes:
                edits = outside(spec, task.n_pos, self._nodes(task, spec, chosen))
                yield label, outputs, Predictions(edits, self.seed)
            else:
                edges = chain.from_iterable(some for _, some in self._edges(task, spec, chosen))
                edits, worlds = along(spec, task.n_pos, edges)
                yield label, outputs, Predictions(edits, self.seed, worlds)

    def find(self, context: Context) -> Finding:
        """Accuracies, and inputs that go wrong."""
        parts, examples, shares = [], [], []
        for label, outputs, wanted in self._parts(context):
            answers = context.evidence(wanted)
            independent = wanted.independent(context)
            judged = known_part(context, label, answers, outputs, ">=", self.at_least, independent)
            parts.append(replace(judged, forced=self._forced(context, outputs, wanted)))
            shares.append(parts[-1].value)
            said = "with all else from another input the model says"
            examples.append(wrong_answers(context, answers, outputs, said, wanted.replay))
        share = sum(shares) / len(shares)
        wanted_share = bound(">=", exact_percent(self.at_least))
        sentence = (
            f"With all else from another input {percent(share)} of answers are still right "
            f"({claimed(parts, wanted_share, 'outputs')}): {told(parts, percent)}."
        )
        effect = Effect(share, "share of answers right by these alone")
        return Finding(tuple(parts), sentence, effect, in_turn(examples), lambda outcome: ADVICE[outcome])

    def _forced(self, context: Context, outputs: Sequence[int], wanted: Predictions) -> str:
        """Why the wiring alone decides a part, whatever the weights of a model that is right; empty where it does not.

        Of edges only so much is said: whether all are named.
        """
        if not wanted.takes:
            return ALL_NAMED
        if self.edges:
            return ""
        n_pos, graded = context.task.n_pos, context.subject.inputs.graded
        after = passage(context.spec, n_pos, wanted.edits, range(n_pos))
        return NONE_REACHES if all(after.is_base(graded[output]) for output in outputs) else ""


def _nodes_at(
    p: ClaimedPlace, task: Task, spec: ModelSpec, names: Mapping[str, int], ends: tuple[str, ...] = ()
) -> frozenset[Node]:
    """The nodes of a place in one case; those of every position where it has no role."""
    positions = [task.roles[fill(p.role, names)]] if p.role else range(task.n_pos)
    return frozenset(Node(*pair) for pair in product(members(spec, p.component, ends), positions))


ALL_NAMED = "all is named, so that nothing was taken from another input"
NONE_REACHES = "nothing that was taken from another input reaches the answers"
ADVICE = {
    Outcome.CONFIRMED: "All else may vary freely; whether less would do, ask with one of these left out.",
    Outcome.REFUTED: "Something that is not named supplies a part of the answer: openwork routes shows what.",
    Outcome.MIXED: "Claim it for the outputs that hold; the others need something that is not named.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
