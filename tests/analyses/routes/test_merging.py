"""Plans made sparing of worlds predict what they did, and plans of one number predict the same."""

from __future__ import annotations

import pytest

from openwork.analyses.node import head_node, mlp_node
from openwork.analyses.pairs import pairs_for
from openwork.analyses.routes.flow import STAY, Flow, Link, Worlds
from openwork.analyses.routes.following import Following
from openwork.analyses.routes.graph import edges_of
from openwork.analyses.routes.means import Means
from openwork.analyses.routes.merging import BASE, SOURCE
from openwork.engines import World
from openwork.interventions import Patch, Plan

WAYS = [
    (Link(0, 1, 5, 0), Link(1, 5, 5, STAY)),
    (Link(0, 1, 3, 1), Link(1, 3, 5, 0)),
    (Link(0, 1, 1, STAY), Link(1, 1, 5, 1)),
]


@pytest.fixture(scope="module")
def pairs(untrained):
    """x[0], at position 1, and y[2], predicted at position 5."""
    return next(pairs for pairs in pairs_for(untrained, None, "x[0]", "all") if pairs.output == "y[2]")


@pytest.fixture(scope="module")
def asked(untrained, pairs):
    """Flows, single places and edges as plans, and the worlds that they take from."""
    made, following = Worlds(untrained.spec, pairs.base.tokens, Means(untrained)), Following(untrained, pairs)
    flows = [Flow(way) for way in WAYS] + [Flow(WAYS[0] + WAYS[1] + WAYS[2])]
    flows += [Flow(WAYS[0], silent=WAYS[1] + WAYS[2]), Flow(WAYS[1], silent=WAYS[0])]
    for node in (head_node(0, 0, 1), mlp_node(0, 1), head_node(1, 1, 5), mlp_node(1, 5)):
        every = Flow(WAYS[0] + WAYS[2])
        flows += [Flow(every.links, held=(node,)), Flow(every.links, muted=(node,)), Flow(every.links, bare=node)]
    plans = [made.plan(flow, 2, 5) for flow in flows]
    sites = ("hook_embed", "blocks.1.hook_resid_pre", "blocks.0.hook_attn_out", "blocks.0.hook_mlp_out")
    plans += [Plan((Patch(site, (position,), source=SOURCE),)) for site in sites for position in (1, 3, 5)]
    edges = edges_of(following, WAYS, [mlp_node(0, 1), mlp_node(1, 5)], [mlp_node(0, 1)])
    worlds = made.found | {name: world for edge in edges.values() for name, world in edge.sources.items()}
    return plans + [edge.plan for edge in edges.values()], worlds


def test_merged_plans_compute_the_same(untrained, pairs, asked):
    plans, worlds = asked
    following = Following(untrained, pairs)
    merged = [following._merging.plan(plan, worlds) for plan in plans]
    fewer = {name: World(pairs.base.tokens, edits) for name, edits in following._merging.worlds.items()}

    def losses(plans, worlds):
        sources = {**worlds, SOURCE: pairs.source.tokens, BASE: pairs.base.tokens}
        return [float(s.loss[0]) for s in untrained.engine.sweep(untrained.stack, pairs.wanted, plans, sources=sources)]

    direct = losses(plans, worlds)
    assert losses([plan for _, plan in merged], fewer) == pytest.approx(direct, rel=1e-6)
    by_number = dict(zip((answer for answer, _ in merged), direct, strict=True))
    assert [by_number[answer] for answer, _ in merged] == pytest.approx(direct, rel=1e-6)
    assert len(set(direct)) > 15


def test_merged_plans_take_from_fewer_worlds_and_are_fewer(untrained, pairs, asked):
    plans, worlds = asked
    rows: list[int] = []
    Following(untrained, pairs, rows.append).rates(plans, worlds)
    assert sum(rows) < 0.9 * len(pairs) * (len(plans) + len(worlds) + 2)


def test_the_sources_run_and_the_base_run_are_known_by_any_name(untrained, pairs):
    merging = Following(untrained, pairs)._merging
    worlds = {
        "all": World(pairs.base.tokens, (Patch("hook_embed", (1,), source=SOURCE),)),
        "none": World(pairs.base.tokens, (Patch("blocks.0.hook_mlp_out", source=BASE),)),
    }
    _, plan = merging.plan(Plan((Patch("blocks.1.hook_mlp_out", (5,), source="all"),)), worlds)
    assert plan.edits == (Patch("blocks.1.hook_mlp_out", (5,), source=SOURCE),)
    answer, plan = merging.plan(Plan((Patch("blocks.1.hook_mlp_out", (5,), source="none"),)), worlds)
    assert plan == Plan() and answer != merging.source_answer
    assert merging.plan(Plan((Patch("hook_embed", source=SOURCE),)), {})[0] == merging.source_answer
