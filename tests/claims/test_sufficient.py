from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.claims import Context, Outcome, Sufficient
from openwork.engines import choose_engine
from openwork.errors import ClaimError
from openwork.models import spec_for, stack_of
from openwork.tasks import ReverseIncrement
from openwork.training import named_experiment

EACH = {"i": "outputs"}
SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved"
NOTEBOOK = named_experiment("notebook")
PARTS = ("embed", "blocks.0.attn", "blocks.0.mlp", "blocks.1.attn", "blocks.1.mlp", "output")
FETCH = ("embed @ x[n-1-i] -> blocks.0.attn.0 @ predicts y[i]", "blocks.0.attn.0 -> output")


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        (Sufficient(nodes="blocks.0.attn.0"), Outcome.CONFIRMED),
        (Sufficient(nodes="blocks.0.attn.0 @ predicts y[i]", each=EACH), Outcome.CONFIRMED),
        (Sufficient(nodes="blocks.0.attn.0 @ predicts y[i]", output="y[i]", each=EACH), Outcome.CONFIRMED),
        (Sufficient(nodes="blocks.0.attn.0 @ predicts y[0]", output="y[i]", each=EACH), Outcome.MIXED),
        (Sufficient(nodes="blocks.0.attn.0 @ predicts y[0]"), Outcome.REFUTED),
        (Sufficient(nodes=["blocks.0.attn.1", "blocks.0.attn.2"]), Outcome.REFUTED),
        (Sufficient(edges=FETCH, each=EACH), Outcome.CONFIRMED),
        (Sufficient(edges=FETCH, output="y[i]", each=EACH), Outcome.CONFIRMED),
        (Sufficient(edges=["embed -> blocks.0.attn", "blocks.0.attn -> output"]), Outcome.CONFIRMED),
        (Sufficient(edges=["embed -> blocks.0.attn.1", "blocks.0.attn.1 -> output"]), Outcome.REFUTED),
        (Sufficient(edges="embed -> output"), Outcome.REFUTED),
        (Sufficient(edges=["embed @ BOS -> blocks.0.attn", "blocks.0.attn -> output"]), Outcome.REFUTED),
        (
            Sufficient(edges=["embed -> blocks.0.attn", "blocks.0.attn -> output @ predicts y[0]"], output="y[0]"),
            Outcome.CONFIRMED,
        ),
    ],
)
def test_what_is_enough(on_each_engine, claim, outcome):
    context = on_each_engine("attention-increments")
    assert not list(claim.misfits(context.task, context.spec))
    verdict = claim.check(context)
    assert verdict.outcome == outcome, verdict


def test_an_mlp_is_an_edge_as_well(on_each_engine):
    context = on_each_engine("curved-mlp-increments")
    through = ["embed -> blocks.0.attn", "blocks.0.attn -> blocks.0.mlp", "blocks.0.mlp -> output"]
    assert Sufficient(edges=through).check(context).outcome == Outcome.CONFIRMED
    past = ["embed -> blocks.0.attn", "blocks.0.attn -> output"]
    assert Sufficient(edges=past).check(context).outcome == Outcome.REFUTED


@pytest.fixture(scope="module", params=["native", "torch"])
def model_a(request) -> Context:
    weights = load_file(SOLVED / "model_A.safetensors")
    stack = stack_of(NOTEBOOK.spec, {name: array[None] for name, array in weights.items()})
    subject = Subject.of(choose_engine(stack.spec, request.param, 2).engine, stack, NOTEBOOK.task)
    return Context(subject.on(subject.inputs.take(subject.inputs.index[::61])))


def value(claim: Sufficient, context: Context) -> float:
    [part] = claim.check(context).parts
    return part.value


def edges_among(parts) -> list[str]:
    return [f"{sender} -> {receiver}" for sender, receiver in combinations(parts, 2)]


def test_all_edges_are_the_model_itself(model_a):
    assert value(Sufficient(edges=edges_among(PARTS)), model_a) == 1


@pytest.mark.parametrize("left_out", PARTS[1:-1])
def test_a_node_without_its_edges_is_no_node(model_a, left_out):
    rest = [part for part in PARTS if part != left_out]
    by_edges = Sufficient(edges=edges_among(rest))
    assert value(by_edges, model_a) == value(Sufficient(nodes=rest[1:-1]), model_a) < 1


@pytest.mark.parametrize("edge", ["blocks.0.attn -> blocks.1.attn", "blocks.0.mlp -> output", "embed -> blocks.0.mlp"])
def test_every_edge_counts(model_a, edge):
    rest = [other for other in edges_among(PARTS) if other != edge]
    assert value(Sufficient(edges=rest), model_a) < 0.9


def test_a_wider_circuit_with_roles_is_the_same_as_one_without(model_a):
    roles = [*(f"x[{i}]" for i in range(8)), "BOS", *(f"y[{i}]" for i in range(7))]
    by_role = [f"blocks.1.attn @ {role}" for role in roles]
    assert value(Sufficient(nodes=[*PARTS[1:3], *by_role, PARTS[4]]), model_a) == 1
    every = [edge for edge in edges_among(PARTS) if edge != "embed -> blocks.1.attn"]
    every += [f"embed @ {role} -> blocks.1.attn" for role in roles]
    assert value(Sufficient(edges=every), model_a) == 1


def test_counterexamples_hold_the_worlds(solved):
    verdict = Sufficient(edges=["embed -> blocks.0.attn.1", "blocks.0.attn.1 -> output"]).check(solved)
    replay = verdict.counterexamples[0].replay
    assert replay.other is not None
    assert [name for name, _ in replay.worlds] == ["blocks.0.attn.head.1 (0)"]


SPEC = spec_for(ReverseIncrement(), n_layers=2, d_model=4, n_heads=2, d_head=2, d_mlp=8)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"nodes": "blocks.2.attn"}, "blocks.2.attn: this model has no such site"),
        ({"nodes": "blocks.0.attn.2"}, "there is no head 2"),
        ({"nodes": "blocks.0.hook_resid_post"}, "cannot stand here"),
        ({"nodes": "embed"}, "embed: cannot stand here"),
        ({"nodes": "blocks.0.mlp @ x[8]"}, "no 'x[8]'"),
        ({"nodes": "blocks.0.mlp @ x[i]"}, "'i' has no value here"),
        ({"nodes": "blocks.0.mlp", "each": EACH}, "nothing is quantified"),
        ({"nodes": "blocks.0.mlp", "output": "z[0]"}, "no 'z[0]'"),
        ({"edges": "embed"}, "is not an edge"),
        ({"edges": "embed -> blocks.0.mlp -> output"}, "is not an edge"),
        ({"edges": "output -> embed"}, "output: cannot stand here"),
        ({"edges": ["embed -> output", "blocks.1.mlp -> blocks.0.mlp"]}, "does not come before"),
        ({"edges": ["embed -> output", "blocks.0.attn.0 -> blocks.0.attn.1"]}, "does not come before"),
        ({"edges": ["embed -> output", "embed @ x[1] -> blocks.0.mlp @ x[0]"]}, "cannot read"),
        ({"edges": ["embed -> output", "embed @ x[1] -> blocks.0.attn.0 @ x[0]"]}, "cannot read"),
        ({"edges": ["embed -> output", "blocks.0.mlp -> output"]}, "nothing leads to its sender"),
        ({"edges": ["embed -> output", "embed -> blocks.0.mlp"]}, "leads nowhere"),
    ],
)
def test_what_cannot_be_a_circuit(fields, complaint):
    found = list(map(str, Sufficient(**fields).misfits(ReverseIncrement(), SPEC)))
    assert any(complaint in line for line in found), found


@pytest.mark.parametrize("fields", [{}, {"nodes": "blocks.0.mlp", "edges": "embed -> output"}])
def test_nodes_or_edges(fields):
    with pytest.raises(ClaimError, match="give nodes, or edges, and not both"):
        Sufficient(**fields)
