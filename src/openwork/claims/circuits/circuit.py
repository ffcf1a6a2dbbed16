"""Circuits: some nodes of a model, or some edges between them, while everything else is taken from another input.

A node is a head or an MLP at a position, or an end: the token embedding, the output. An edge goes from a sender (the
embedding, a head, an MLP) straight through the residual stream to a receiver (a head, an MLP, the output). A receiver
reads the sum of all senders before it; in a circuit of edges each receiver is computed in a world of its own, in which
every sender whose edge to it is in the circuit has the value that it has in the circuit, and every other sender that of
the other input.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from openwork.analyses import Component, Edge, Node, component_named
from openwork.claims.counterexample import OTHER, Worlds
from openwork.claims.places import component
from openwork.errors import PlanError, Reason
from openwork.interventions import Edit, Patch
from openwork.models import ModelSpec

EMBED, OUTPUT = "embed", "output"


def writers(spec: ModelSpec) -> tuple[Component, ...]:
    """Every head and every MLP, in the order of the forward pass."""
    components = []
    for layer in range(spec.n_layers):
        components += [component_named(spec, f"blocks.{layer}.attn.head.{head}") for head in range(spec.n_heads)]
        components += [] if spec.attn_only else [component_named(spec, f"blocks.{layer}.mlp")]
    return tuple(components)


def members(spec: ModelSpec, name: str, ends: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the heads and MLPs that a name in a claim stands for; `ends` (`embed`, `output`) are taken as they are.

    Raises:
        PlanError: the model has no such component, or it is not one that a circuit is made of.
    """
    if name in ends:
        return (name,)
    if name in (EMBED, OUTPUT):
        raise _no_node(name, ends)
    named = component(spec, name)
    if named.head is not None or named.site.endswith("hook_mlp_out"):
        return (named.name,)
    if named.site.endswith("hook_attn_out"):
        return tuple(f"{named.name}.head.{head}" for head in range(spec.n_heads))
    raise _no_node(name, ends)


def _no_node(name: str, ends: Sequence[str]) -> PlanError:
    known = ", ".join([*ends, "blocks.0.attn.0 (a head)", "blocks.0.attn (all its heads)", "blocks.0.mlp"])
    return PlanError("not a node", Reason(name, "cannot stand here", f"here stand: {known}"))


def outside(spec: ModelSpec, n_pos: int, nodes: Iterable[Node]) -> tuple[Edit, ...]:
    """Edits that take every head and MLP, wherever it is not among `nodes`, from the other input's run."""
    named = set(nodes)
    edits = []
    for writer in writers(spec):
        positions = tuple(p for p in range(n_pos) if (writer.name, p) not in named)
        if positions:
            edits.append(_from(writer, positions, n_pos, OTHER))
    return tuple(edits)


def along(spec: ModelSpec, n_pos: int, edges: Iterable[Edge]) -> tuple[tuple[Edit, ...], Worlds]:
    """Edits that make the output from these edges alone, and the worlds that they take values from."""
    reads = _reads(spec, n_pos, edges)
    worlds: dict[str, tuple[Edit, ...]] = {}
    homes: dict[Node, str] = {}
    for writer in writers(spec):
        for number, (senders, positions) in enumerate(_groups(writer, n_pos, reads)):
            name = f"{writer.name} ({number})"
            worlds[name] = _stream(spec, n_pos, writer, senders, homes)
            homes |= {Node(writer.name, position): name for position in positions}
    wanted = {node for (name, _), senders in reads.items() if name == OUTPUT for node in senders}
    return _stream(spec, n_pos, None, wanted, homes), tuple(worlds.items())


def edge_misfits(spec: ModelSpec, written: Sequence[tuple[str, Collection[Edge]]]) -> list[Reason]:
    """Edges that cannot be, that nothing leads to, or that lead nowhere; each with the text that stands for them."""
    order = {name: place for place, name in enumerate([EMBED, *(w.name for w in writers(spec)), OUTPUT])}
    reasons = []
    for text, edges in written:
        forward = [e for e in edges if order[e.sender.component] < order[e.receiver.component] and _layers_allow(e)]
        if not forward:
            mend = "an edge goes from what is computed earlier to what is computed later"
            reasons.append(Reason(text, "the sender does not come before the receiver", mend))
        elif not any(_sees(spec, edge) for edge in forward):
            mend = "heads read from their own position and those before, everything else from its own only"
            reasons.append(Reason(text, "the receiver cannot read from the sender's position", mend))
    if reasons:
        return reasons
    received = {edge.receiver for _, edges in written for edge in edges}
    sent = {edge.sender for _, edges in written for edge in edges}
    for text, edges in written:
        if not any(edge.sender.component == EMBED or edge.sender in received for edge in edges):
            reasons.append(Reason(text, "nothing leads to its sender", "add the edges from embed to it"))
        if not any(edge.receiver.component == OUTPUT or edge.receiver in sent for edge in edges):
            reasons.append(Reason(text, "its receiver leads nowhere", "add the edges from it to output"))
    return reasons


def _layers_allow(edge: Edge) -> bool:
    """Heads of one layer do not read from each other."""
    sender, receiver = edge.sender.component, edge.receiver.component
    return sender.partition(".head.")[0] != receiver.partition(".head.")[0] or sender == EMBED or receiver == OUTPUT


def _sees(spec: ModelSpec, edge: Edge) -> bool:
    sender, receiver = edge.sender.position, edge.receiver.position
    if edge.receiver.head is None:
        return sender == receiver
    return sender <= receiver or spec.attention_dir != "causal"


def _reads(spec: ModelSpec, n_pos: int, edges: Iterable[Edge]) -> dict[Node, frozenset[Node]]:
    """For every receiver the senders that it reads in the circuit."""
    reads: dict[Node, set[Node]] = {}
    for sender, receiver in edges:
        if receiver.head is not None or sender.position == receiver.position:
            reads.setdefault(receiver, set()).add(sender)
    return {receiver: frozenset(senders) for receiver, senders in reads.items()}


def _groups(
    writer: Component, n_pos: int, reads: Mapping[Node, frozenset[Node]]
) -> list[tuple[frozenset[Node], list[int]]]:
    """Positions of this receiver that one world serves, with what it reads in it.

    An MLP reads its own position only, so one world serves all of them; a head's positions share a world where they
    read the same.
    """
    groups: dict[frozenset[Node], list[int]] = {}
    for position in range(n_pos):
        senders = reads.get(Node(writer.name, position))
        if senders:
            groups.setdefault(senders, []).append(position)
    if writer.head is None and groups:
        return [(frozenset().union(*groups), [p for positions in groups.values() for p in positions])]
    return list(groups.items())


def _stream(
    spec: ModelSpec, n_pos: int, reader: Component | None, senders: Iterable[Node], homes: Mapping[Node, str]
) -> tuple[Edit, ...]:
    """Edits that make the residual stream as `reader`, or the output, finds it: these senders as they are in the
    circuit, all others from the other input."""
    named = set(senders)
    away = tuple(p for p in range(n_pos) if (EMBED, p) not in named)
    edits: list[Edit] = [Patch("hook_embed", _all(away, n_pos), source=OTHER)] if away else []
    for writer in writers(spec):
        if reader is not None and not _before(writer, reader):
            break
        places: dict[str, list[int]] = {}
        for position in range(n_pos):
            node = Node(writer.name, position)
            home = homes.get(node, OTHER) if node in named else OTHER
            places.setdefault(home, []).append(position)
        edits += [_from(writer, tuple(positions), n_pos, home) for home, positions in places.items()]
    return tuple(edits)


def _before(writer: Component, reader: Component) -> bool:
    """Whether the reader finds in its stream what the writer writes."""
    earlier, later = (int(c.name.split(".")[1]) for c in (writer, reader))
    return earlier < later or (earlier == later and writer.head is not None and reader.head is None)


def _from(writer: Component, positions: tuple[int, ...], n_pos: int, source: str) -> Patch:
    return Patch(writer.site, _all(positions, n_pos), writer.heads, source=source)


def _all(positions: tuple[int, ...], n_pos: int) -> tuple[int, ...] | None:
    """None where every position is meant, as an edit says it."""
    return None if len(positions) == n_pos else positions
