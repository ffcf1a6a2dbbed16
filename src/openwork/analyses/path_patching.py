"""Path patching: what one component hands to another directly, for every chosen sender and receiver.

On the base run the receiver sees that the sender writes what it writes on the source, and nothing else of the change:
every component between the two is held to the base (`path_worlds.py` says it exactly, and in which papers it stands).
Everything after the receiver is computed anew. For the receiver `logits` the sender's change goes straight to the final
norm. Where the answer follows, this one edge carries the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.component import part_components
from openwork.analyses.pairs import Alternatives, Pairs, pairs_for
from openwork.analyses.patch_effect import patch_effects
from openwork.analyses.path_worlds import Onward, PathNode, PathWorlds, path_node_named, path_worlds
from openwork.analyses.result import Record, Result, percent
from openwork.analyses.steps import Watch, silent, stretch
from openwork.analyses.subject import Subject
from openwork.errors import PlanError, Reason, suggestion

Floats = NDArray[np.float64]
LOGITS = "logits"


@dataclass(frozen=True, eq=False)
class PathPatching(Result):
    """What becomes of each output when one edge is taken from the source; arrays are `[output, sender, receiver]`.

    Attributes:
        outputs: what is predicted.
        variables: `[output]`, the variable that is changed.
        senders: by name, with `@` the positions where they write what is sent.
        receivers: by name; `logits` is the end of the model.
        through: components that are computed anew where they lie between.
        follows: share of pairs whose prediction becomes the source's answer; NaN without pairs, and where the sender is
            not before the receiver or one of them is at positions that the output cannot see.
        leaves: share of pairs whose prediction is no longer the base's answer.
        recovered: share of the way from the base's to the source's logit difference, of means over pairs.
        pairs: `[output]`, how many.
    """

    outputs: tuple[str, ...]
    variables: tuple[str, ...]
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    through: tuple[str, ...]
    follows: Floats
    leaves: Floats
    recovered: Floats
    pairs: tuple[int, ...]
    forward_rows: int

    @property
    def title(self) -> str:
        return f"Path patching on {sum(self.pairs):,} pairs"

    @property
    def summary(self) -> str:
        said = []
        for o, output in enumerate(self.outputs):
            if np.isfinite(self.follows[o]).any():
                s, r = np.unravel_index(np.nanargmax(self.follows[o]), self.follows[o].shape)
                share = percent(float(self.follows[o, s, r]))
                said.append(f"{output} {self.senders[s]} to {self.receivers[r]} ({share})")
        return (
            f"The edge that the answer follows most often: {'; '.join(said)}." if said else "There is no edge to try."
        )

    def records(self) -> list[Record]:
        return [
            {
                "output": output,
                "variable": self.variables[o],
                "sender": sender,
                "receiver": receiver,
                "follows": float(self.follows[o, s, r]),
                "leaves": float(self.leaves[o, s, r]),
                "recovered": float(self.recovered[o, s, r]),
                "pairs": self.pairs[o],
            }
            for o, output in enumerate(self.outputs)
            for s, sender in enumerate(self.senders)
            for r, receiver in enumerate(self.receivers)
            if np.isfinite(self.follows[o, s, r])
        ]


def path_patching(
    subject: Subject,
    senders: Sequence[str] | None = None,
    receivers: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    variable: str | None = None,
    through: Sequence[str] = (),
    alternatives: Alternatives = "one",
    seed: int = 0,
    watch: Watch = silent,
) -> PathPatching:
    """Every sender's direct effect on every receiver, for every output, over all of the subject's inputs.

    Costs for each output two forward rows per pair for every edge and every world that edges take from (one for each
    edge between components, two more for each 32 edges), and four per pair for the unedited runs.

    Args:
        subject: the model and inputs.
        senders: heads, attention layers, MLPs, `hook_embed` or residual streams; `blocks.0.attn@x[2]` or
            `blocks.0.attn@3,4` send what they write there only. By default the embedding, every head and every MLP.
        receivers: heads, attention layers, MLPs (with `@`, where they write what goes on), `logits`;
            `blocks.1.attn.head.0.v` receives by its values only. By default every head, every MLP and the logits.
        outputs: by default all that one variable decides, or with `variable` all that it changes.
        variable: what is changed; by default the one that decides the output.
        through: components between sender and receiver that are computed anew instead of held.
        alternatives: whether the source takes one other value, drawn for each input, or every one in turn.
        seed: of that draw.
        watch: is told how far it is.

    Raises:
        PlanError: an unknown component, position, output or variable; with every reason.
    """
    parts = tuple(part.name for part in part_components(subject.spec))
    froms, tos = _ends(
        subject,
        ("hook_embed", *parts) if senders is None else senders,
        (*parts, LOGITS) if receivers is None else receivers,
    )
    chosen = pairs_for(subject, outputs, variable, alternatives, seed)
    shares, rows = np.full((3, len(chosen), len(froms), len(tos)), np.nan), 0
    for o, pairs in enumerate(chosen):
        edges = _edges(subject, pairs, froms, tos, through)
        if edges and len(pairs):
            effects = patch_effects(subject, pairs, list(edges.values()), stretch(watch, o, len(chosen), rows))
            for (s, r), effect in zip(edges, effects.shares.T, strict=True):
                shares[:, o, s, r] = effect
            rows += effects.forward_rows
    return PathPatching(
        outputs=tuple(pairs.output for pairs in chosen),
        variables=tuple(pairs.variable for pairs in chosen),
        senders=tuple(map(str, froms)),
        receivers=tuple(LOGITS if node is None else str(node) for node in tos),
        through=tuple(through),
        follows=shares[0],
        leaves=shares[1],
        recovered=shares[2],
        pairs=tuple(len(pairs) for pairs in chosen),
        forward_rows=rows,
    )


def _edges(
    subject: Subject,
    pairs: Pairs,
    senders: Sequence[PathNode],
    receivers: Sequence[PathNode | None],
    through: Sequence[str],
) -> dict[tuple[int, int], PathWorlds]:
    """The worlds of every edge by its ends' numbers, but those that lead back, or past what the output can see."""
    inputs, worlds = (pairs.base.tokens, pairs.source.tokens), {}
    for (s, sender), (r, receiver) in product(enumerate(senders), enumerate(receivers)):
        nodes = [_seen(node, pairs) for node in (sender, receiver) if node is not None]
        path = tuple(node for node in nodes if node is not None)
        if len(path) == len(nodes) and (receiver is None or receiver.stage > sender.stage):
            onward: Onward = "direct" if receiver is None else "all"
            worlds[s, r] = path_worlds(subject.spec, [path], *inputs, onward, through)
    return worlds


def _seen(node: PathNode, pairs: Pairs) -> PathNode | None:
    """The node at those of its positions that the output can see; None where there are none."""
    if node.positions is None:
        return node
    kept = tuple(p for p in node.positions if p < pairs.base.tokens.shape[1])
    return replace(node, positions=kept) if kept else None


def _ends(
    subject: Subject, senders: Sequence[str], receivers: Sequence[str]
) -> tuple[tuple[PathNode, ...], tuple[PathNode | None, ...]]:
    """The nodes of these texts; the receiver `logits` is None."""
    reasons = [Reason(w, "none is given") for w, n in (("senders", senders), ("receivers", receivers)) if not n]
    named: dict[str, PathNode] = {}
    for text in dict.fromkeys((*senders, *(receiver for receiver in receivers if receiver != LOGITS))):
        try:
            named[text] = _node(subject, text)
        except PlanError as error:
            reasons += error.reasons
    if reasons:
        raise PlanError("no such senders or receivers", reasons)
    return tuple(named[text] for text in senders), tuple(named.get(text) for text in receivers)


def _node(subject: Subject, text: str) -> PathNode:
    """The node of `COMPONENT` or `COMPONENT@POSITION,POSITION`; a position is a number or a role."""
    name, at, where = text.partition("@")
    positions, roles, n_pos = [], subject.task.roles, subject.task.n_pos
    for place in (part.strip() for part in where.split(",")) if at else ():
        if place not in roles and not (place.isdecimal() and int(place) < n_pos):
            advice = f"0 to {n_pos - 1}" if place.isdecimal() else suggestion(place, roles)
            raise PlanError("no such position", Reason(text, f"there is no position {place!r}", advice))
        positions.append(roles[place] if place in roles else int(place))
    return path_node_named(subject.spec, name.strip(), positions if at else None)
