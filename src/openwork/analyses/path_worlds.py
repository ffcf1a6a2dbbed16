"""Paths through a model as worlds: a change that travels along chosen paths of components and along no other.

A path is a row of nodes n0, n1, .. nk in the order of the forward pass: components at the positions where they write,
or first a residual stream. On the base inputs, with one other input paired to each:

- n0 writes what it writes on the other input;
- each next node writes what it makes of the base's residual stream with the change of the node before added directly:
  every component between the two writes what it writes on the base. Norms are not held, the node's own norm sees the
  changed stream. With `reads`, an attention node takes the change in by these of its queries, keys and values only;
- what nk writes goes on: with `onward="all"` everything after it is computed anew, with `onward="direct"` it is added
  to the last residual stream, while every component after it writes what it writes on the base.

So a path of one node with `"all"` is activation patching; of two nodes with `"all"` it is path patching as Wang et al.
2022 (arXiv:2211.00593, appendix B) define it, for they patch the receiver's input and let the rest run, and what a
receiver writes follows from its input; with `"direct"` it is a path to the logits as in Goldowsky-Dill et al. 2023
(arXiv:2304.05969). Wang et al. let MLPs between sender and receiver run on: name those in `through`. Several paths at
once change a node by all that reaches it; a node that two paths leave by counts in each by what reaches it on that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from openwork.analyses.component import Component, component_named, components_named
from openwork.engines import Sources, World
from openwork.errors import PlanError, Reason, suggestion
from openwork.interventions import Edit, Patch, Plan
from openwork.models import ModelSpec
from openwork.tasks import Tokens

Reads = Literal["q", "k", "v"]
Onward = Literal["all", "direct"]
BASE = "base"
"""name of the source that holds the base inputs"""


@dataclass(frozen=True)
class PathNode:
    """A component on a path.

    Attributes:
        component: an attention layer, a head or an MLP; the first of a path may be an embedding or a residual stream.
        positions: where it writes what goes on along the path; None means everywhere.
        reads: what an attention node takes the change in by; empty means all three.
    """

    component: Component
    positions: tuple[int, ...] | None = None
    reads: tuple[Reads, ...] = ()

    @property
    def stage(self) -> int:
        """When it writes: attention of layer L at 2 L, its MLP at 2 L + 1, embeddings at -1; a stream as its writer."""
        site = self.component.site
        if not site.startswith("blocks."):
            return -1
        first = 2 * int(site.split(".")[1])
        if site.endswith("hook_resid_pre"):
            return first - 1
        return first + 1 if site.endswith(("hook_mlp_out", "hook_resid_post")) else first

    def __str__(self) -> str:
        reads = f".{''.join(self.reads)}" if self.reads else ""
        where = "" if self.positions is None else f"@{','.join(map(str, self.positions))}"
        return f"{self.component}{reads}{where}"


Path = tuple[PathNode, ...]
"""from the sender to the output, each node reading what the one before it writes"""


@dataclass(frozen=True, eq=False)
class PathWorlds:
    """What an engine needs to follow some paths: `engine.score(stack, base, plan, sources=sources)`.

    Sources of other paths from the same base and other inputs can be joined (`{**a.sources, **b.sources}`), so that
    their plans run in one sweep: equal names are equal worlds.

    Attributes:
        plan: what is changed in the pass over the base.
        sources: by name, the other inputs, the base, and a world for every stretch of a path.
    """

    plan: Plan
    sources: Sources

    @property
    def passes(self) -> int:
        """Forward rows for each input: the sources' and the plan's own."""
        return len(self.sources) + 1


def path_node_named(spec: ModelSpec, name: str, positions: Sequence[int] | None = None) -> PathNode:
    """The node of a component's name; `.q`, `.k`, `.v` or several (`blocks.1.attn.head.0.qk`) say what it reads by.

    Raises:
        PlanError: the model has no such component.
    """
    head, _, tail = name.rpartition(".")
    reads: tuple[Reads, ...] = (
        tuple(r for r in get_args(Reads) if r in tail) if head and set(tail) <= set("qkv") else ()
    )
    component = component_named(spec, head if reads else name)
    return PathNode(component, None if positions is None else tuple(positions), reads)


def path_worlds(
    spec: ModelSpec,
    paths: Sequence[Path],
    base: Tokens,
    other: Tokens,
    onward: Onward = "all",
    through: Sequence[str] = (),
    name: str = "other",
) -> PathWorlds:
    """The plan and the worlds in which the other inputs' values travel along these paths only; see above.

    Costs a forward row per input for the plan and for each of its sources: `PathWorlds.passes`.

    Args:
        spec: of the model.
        paths: at least one.
        base: `[input, pos]`, what the plan runs on.
        other: `[input, pos]`, where the paths' first nodes take their values from.
        onward: what becomes of what the last nodes write.
        through: components that are computed anew wherever they lie between two nodes.
        name: of the other inputs among the sources.

    Raises:
        PlanError: nodes that are no components or stand in the wrong order, with every reason.
    """
    reasons = [reason for path in paths for reason in _misfits(path)]
    try:
        passing = components_named(spec, through) if through else ()
    except PlanError as error:
        reasons += error.reasons
    if not paths:
        reasons.append(Reason("paths", "none is given", "give one node or more, in the order of the forward pass"))
    if onward not in get_args(Onward):
        reasons.append(Reason("onward", f"unknown: {onward!r}", suggestion(str(onward), get_args(Onward))))
    if reasons:
        raise PlanError("no such paths", reasons)
    made = _Worlds(spec, base, passing, name)
    edits = made.arriving(paths, 2 * spec.n_layers if onward == "direct" else None)
    used = {edit.source for edits in (edits, *(w.edits for w in made.worlds.values())) for edit in _patches(edits)}
    given: dict[str, Tokens | World] = {name: other, BASE: base}
    return PathWorlds(Plan(edits), {**{n: given[n] for n in given if n in used}, **made.worlds})


class _Worlds:
    """Collects the worlds that some paths need."""

    def __init__(self, spec: ModelSpec, base: Tokens, through: Sequence[Component], name: str) -> None:
        self.spec, self.base, self.through, self.name = spec, base, through, name
        self.worlds: dict[str, World] = {}

    def arriving(self, paths: Iterable[Path], until: int | None) -> tuple[Edit, ...]:
        """Edits by which the last nodes of these paths write what they do on them; what writes after the first of them
        and before stage `until` is held at the base (None: nothing is)."""
        last: dict[PathNode, list[Path]] = {}
        for path in paths:
            last.setdefault(path[-1], []).append(path)
        _require_apart(list(last))
        arrived = [
            Patch(node.component.site, node.positions, node.component.heads, source=self._leaving(node, some))
            for node, some in last.items()
        ]
        first = min(node.stage for node in last)
        held = () if until is None else self._held(range(first + 1, until), list(last))
        return (*held, *arrived)

    def _leaving(self, node: PathNode, paths: list[Path]) -> str:
        """The source in which `node`, the last of these paths, writes what it does on them."""
        before = [path[:-1] for path in paths if len(path) > 1]
        if not before:
            return self.name
        said = " and ".join(sorted(" > ".join(map(str, path)) for path in paths))
        if self.through:
            said += f" through {', '.join(map(str, self.through))}"
        name = f"{self.name}: {said}"
        if name not in self.worlds:
            self.worlds[name] = World(self.base, (*self.arriving(before, node.stage), *self._unread(node)))
        return name

    def _unread(self, node: PathNode) -> Iterator[Edit]:
        """Holds what an attention node does not take the change in by."""
        if node.reads:
            layer = node.component.site.split(".")[1]
            for part in get_args(Reads):
                if part not in node.reads:
                    yield Patch(f"blocks.{layer}.attn.hook_{part}", heads=node.component.heads, source=BASE)

    def _held(self, stages: range, arriving: Sequence[PathNode]) -> tuple[Edit, ...]:
        """Every component of these stages as on the base, but those that the change may pass through."""
        sites = {node.component.site for node in arriving} | {component.site for component in self.through}
        held: list[Edit] = []
        for stage in stages:
            layer, is_mlp = divmod(stage, 2)
            if is_mlp and self.spec.attn_only:
                continue
            whole = f"blocks.{layer}.hook_{'mlp' if is_mlp else 'attn'}_out"
            each = f"blocks.{layer}.attn.hook_z"
            if any(component.site == whole for component in self.through):
                continue
            if is_mlp or each not in sites:
                held.append(Patch(whole, source=BASE))
                continue
            free = {component.head for component in self.through if component.site == each}
            heads = tuple(head for head in range(self.spec.n_heads) if head not in free)
            if heads:
                held.append(Patch(each, heads=heads, source=BASE))
        return tuple(held)


def _is_component(site: str) -> bool:
    return site.endswith(("attn.hook_z", "hook_attn_out", "hook_mlp_out"))


def _misfits(path: Path) -> Iterator[Reason]:
    if not path:
        yield Reason("paths", "one has no node", "give one node or more, in the order of the forward pass")
    for number, node in enumerate(path):
        site, said = node.component.site, " > ".join(map(str, path))
        starts = "hook_resid_" in site or site in ("hook_embed", "hook_pos_embed")
        if not _is_component(site) and not (number == 0 and starts):
            what = "does not write into the residual stream" if not starts else "can only be the first of a path"
            yield Reason(f"{node} in {said}", what, "name a head, an attention layer or an MLP")
        if node.reads and (number == 0 or not _is_component(site) or site.endswith("hook_mlp_out")):
            what = "nothing is before it" if number == 0 else "has no queries, keys and values"
            yield Reason(f"{node} in {said}", what, "leave out what it reads by")
        if number and node.stage <= path[number - 1].stage:
            yield Reason(f"{node} in {said}", f"does not come after {path[number - 1]}", "give nodes in order")


def _require_apart(nodes: Sequence[PathNode]) -> None:
    """Raises PlanError where two nodes write the same place: which of them counts would hang on their order."""
    for number, one in enumerate(nodes):
        for other in nodes[:number]:
            same = one.component.site == other.component.site
            heads = one.component.head is None or other.component.head in (None, one.component.head)
            places = one.positions is None or other.positions is None or set(one.positions) & set(other.positions)
            if same and heads and places:
                reason = Reason(f"{other}, {one}", "both write the same place", "make them one node, read in one way")
                raise PlanError("two paths meet", reason)


def _patches(edits: Iterable[Edit]) -> list[Patch]:
    return [edit for edit in edits if isinstance(edit, Patch)]
