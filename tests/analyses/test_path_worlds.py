"""Paths beside a plain NumPy pass in which what components write can be forced; and on circuits that are known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from openwork.analyses import PathNode, path_node_named, path_worlds
from openwork.data import change_variable, enumerate_domain
from openwork.engines import Engine, joined
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import PlanError
from openwork.interventions import Patch, Plan
from openwork.models import initial_stack, spec_for
from openwork.tasks import ReverseIncrement

TASK = ReverseIncrement(3, 3)
SPEC = spec_for(TASK, n_layers=3, d_model=6, n_heads=2, d_head=3, d_mlp=5, dtype="float64")
STACK = initial_stack(SPEC, [3])
WEIGHTS = {name: array[0] * 3 for name, array in STACK.named().items()}
STACK = type(STACK)(SPEC, STACK.flat * 3)
BASE = enumerate_domain(TASK).take(np.arange(0, 27, 2))
OTHER = change_variable(TASK, BASE, "x[1]", 1)
EVERY = slice(None)
ENGINES: dict[str, Engine] = {"native": NativeEngine(2), "torch": TorchEngine(1)}
H = "blocks.{}.attn.head.{}"


def by_hand(tokens, forced=None, changed=None):
    """Logits at all positions, and what each component writes: `[input, pos, d_model]` by name.

    `forced` gives what components write in place of their own; `changed` adds to what one component reads.
    """
    forced, changed, w, wrote = forced or {}, changed or {}, WEIGHTS, {}
    n_pos = tokens.shape[1]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + SPEC.eps) * w[f"{name}.w"] + w[f"{name}.b"]

    def write(name, value):
        wrote[name] = forced.get(name, value)
        return wrote[name]

    stream = write("hook_embed", w["embed.W_E"][tokens]) + w["pos_embed.W_pos"][:n_pos]
    for layer in range(SPEC.n_layers):
        at, reads = f"blocks.{layer}.", stream
        stream = stream + w[at + "attn.b_O"]
        for head in range(SPEC.n_heads):
            name = H.format(layer, head)
            x = {part: norm(reads + changed.get((name, part), 0), at + "ln1") for part in "qkv"}
            q, k, v = (x[p] @ w[f"{at}attn.W_{p.upper()}"][head] + w[f"{at}attn.b_{p.upper()}"][head] for p in "qkv")
            scores = np.where(np.tri(n_pos, dtype=bool), q @ k.swapaxes(-1, -2) / np.sqrt(SPEC.d_head), -np.inf)
            pattern = np.exp(scores - scores.max(-1, keepdims=True))
            pattern /= pattern.sum(-1, keepdims=True)
            stream = stream + write(name, pattern @ v @ w[at + "attn.W_O"][head])
        x = norm(stream + changed.get(at + "mlp", 0), at + "ln2")
        hidden = np.maximum(x @ w[at + "mlp.W_in"] + w[at + "mlp.b_in"], 0)
        stream = stream + write(at + "mlp", hidden @ w[at + "mlp.W_out"] + w[at + "mlp.b_out"])
    return norm(stream + changed.get("end", 0), "ln_final") @ w["unembed.W_U"] + w["unembed.b_U"], wrote


def only_at(positions, there, elsewhere):
    found = elsewhere.copy()
    found[:, positions] = there[:, positions]
    return found


CLEAN, WROTE = by_hand(BASE.tokens)
WROTE_OTHER = by_hand(OTHER.tokens)[1]


def edge(sender, positions, value, receiver, reads="qkv"):
    """What `receiver` writes when it reads what `sender` now writes at `positions`, and all else of the base."""
    change = only_at(positions, value - WROTE[sender], np.zeros_like(value))
    names = {(receiver, part) for part in reads} if "head" in receiver else {receiver}
    # Forcing everything else to the base is what "held" means: what the receiver reads is the base's stream + change.
    logits, wrote = by_hand(
        BASE.tokens, {n: v for n, v in WROTE.items() if n != receiver}, dict.fromkeys(names, change)
    )
    return logits if receiver == "end" else wrote[receiver]


def patched(engine, *paths, **how):
    worlds = path_worlds(SPEC, paths, BASE.tokens, OTHER.tokens, **how)
    run = engine.run(STACK, BASE.tokens, worlds.plan, graded=range(TASK.n_pos), sources=worlds.sources)
    return joined(run).logits[0]


def node(name, positions=None):
    return path_node_named(SPEC, name, positions)


def close(found, expected):
    assert np.abs(expected - CLEAN).max() > 1e-4, "nothing to see"
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


each_engine = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)


def test_the_pass_by_hand_is_the_engines():
    clean = joined(ENGINES["native"].run(STACK, BASE.tokens, graded=range(TASK.n_pos))).logits[0]
    np.testing.assert_allclose(clean, CLEAN, rtol=0, atol=1e-10)


@each_engine
def test_a_path_of_one_node_is_activation_patching(engine):
    plan = Plan((Patch("blocks.0.attn.hook_z", (3,), heads=(1,), source="other"),))
    run = engine.run(STACK, BASE.tokens, plan, graded=range(TASK.n_pos), sources={"other": OTHER.tokens})
    found = patched(engine, (node(H.format(0, 1), (3,)),))
    assert np.array_equal(found, joined(run).logits[0])
    forced = only_at([3], WROTE_OTHER[H.format(0, 1)], WROTE[H.format(0, 1)])
    close(found, by_hand(BASE.tokens, {H.format(0, 1): forced})[0])


@each_engine
@pytest.mark.parametrize("reads", ["", "v", "k", "qk"])
def test_from_a_head_to_a_head_two_layers_on(engine, reads):
    sender, receiver = H.format(0, 1), H.format(2, 0)
    value = edge(sender, [2, 3], WROTE_OTHER[sender], receiver, reads or "qkv")
    forced = only_at([3, 4], value, WROTE[receiver])
    named = receiver + (f".{reads}" if reads else "")
    found = patched(engine, (node(sender, (2, 3)), node(named, (3, 4))))
    close(found, by_hand(BASE.tokens, {receiver: forced})[0])


@each_engine
def test_three_hops_straight_to_the_logits(engine):
    path = ("hook_embed", [2]), (H.format(0, 0), [3]), ("blocks.1.mlp", [3]), (H.format(2, 1), [4, 5])
    value = WROTE_OTHER["hook_embed"]
    for (sender, there), (receiver, _) in pairwise(path):
        value = edge(sender, there, value, receiver)
    expected = edge(*path[-1], value, "end")
    close(patched(engine, tuple(node(n, tuple(p)) for n, p in path), onward="direct"), expected)


@each_engine
def test_what_lies_between_may_be_let_through(engine):
    """Wang et al. hold heads only: with the MLPs of layers 0 and 1 let through, all but the heads runs on."""
    sender, receiver = H.format(0, 1), H.format(2, 0)
    held = {n: v for n, v in WROTE.items() if "head" in n and n != receiver} | {sender: WROTE_OTHER[sender]}
    value = by_hand(BASE.tokens, held)[1][receiver]
    found = patched(engine, (node(sender), node(receiver)), through=["blocks.0.mlp", "blocks.1.mlp"])
    close(found, by_hand(BASE.tokens, {receiver: value})[0])
    assert not np.allclose(found, patched(engine, (node(sender), node(receiver))), atol=1e-4)


@each_engine
def test_one_head_of_a_layer_may_be_let_through(engine):
    sender, receiver, free = H.format(0, 1), "blocks.2.mlp", H.format(1, 1)
    held = {n: v for n, v in WROTE.items() if n not in (receiver, free)} | {sender: WROTE_OTHER[sender]}
    value = by_hand(BASE.tokens, held)[1][receiver]
    found = patched(engine, (node(sender), node(receiver)), through=[free])
    close(found, by_hand(BASE.tokens, {receiver: value})[0])


@each_engine
def test_two_paths_that_meet_change_a_node_by_both(engine):
    receiver, senders = "blocks.2.mlp", (H.format(0, 0), H.format(1, 1))
    change = sum(WROTE_OTHER[s] - WROTE[s] for s in senders)
    value = by_hand(BASE.tokens, {n: v for n, v in WROTE.items() if n != receiver}, {receiver: change})[1][receiver]
    close(patched(engine, *((node(s), node(receiver)) for s in senders)), by_hand(BASE.tokens, {receiver: value})[0])


@each_engine
def test_all_paths_together_are_the_other_input(engine):
    """Every path from the two places where the tokens differ, spelt out as a patch of the whole first stream."""
    found = patched(engine, (node("blocks.0.hook_resid_pre"),))
    np.testing.assert_allclose(found, by_hand(OTHER.tokens)[0], rtol=0, atol=1e-10)
    direct = patched(engine, (node("hook_embed"),), onward="direct")
    close(direct, edge("hook_embed", EVERY, WROTE_OTHER["hook_embed"], "end"))


def test_direct_paths_of_every_component_add_up_where_there_is_no_norm():
    """Without a final norm logits are linear in the stream, so all direct paths are the difference of the logits."""
    spec = spec_for(TASK, n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=5, normalization_type=None, dtype="float64")
    stack, engine = initial_stack(spec, [5]), ENGINES["native"]
    clean = joined(engine.run(stack, BASE.tokens, graded=(5,))).logits
    names = ("hook_embed", *(H.format(b, h) for b in (0, 1) for h in (0, 1)), "blocks.0.mlp", "blocks.1.mlp")
    total = np.zeros_like(clean)
    for name in names:
        worlds = path_worlds(spec, [(path_node_named(spec, name),)], BASE.tokens, OTHER.tokens, "direct")
        run = engine.run(stack, BASE.tokens, worlds.plan, graded=(5,), sources=worlds.sources)
        total += joined(run).logits - clean
    other = joined(engine.run(stack, OTHER.tokens, graded=(5,))).logits
    np.testing.assert_allclose(total, other - clean, rtol=0, atol=1e-12)


def test_sources_that_many_paths_share_are_the_same():
    first = (node("hook_embed", (2,)), node(H.format(0, 0), (3,)))
    one = path_worlds(SPEC, [(*first, node(H.format(1, 0)))], BASE.tokens, OTHER.tokens)
    two = path_worlds(SPEC, [(*first, node("blocks.2.mlp"))], BASE.tokens, OTHER.tokens)
    shared = one.sources.keys() & two.sources.keys()
    assert shared == {"other", "base", "other: hook_embed@2 > blocks.0.attn.head.0@3"}
    assert all(str(getattr(one.sources[n], "edits", 0)) == str(getattr(two.sources[n], "edits", 0)) for n in shared)
    assert one.passes == 5


@pytest.mark.parametrize("solved", ["model_A"], indirect=True)
def test_two_hops_of_model_A(solved):
    """The digit of y[6], x[1], is copied from position 2 to 3 by layer 0 and fetched from there by layer 1."""
    subject = solved.subject.on(solved.subject.inputs.take(np.arange(0, 65_536, 31)))
    base, other = subject.inputs, change_variable(subject.task, subject.inputs, "x[1]", 1)

    def follows(*path, through=("blocks.0.mlp",)):
        worlds = path_worlds(subject.spec, [path], base.tokens, other.tokens, through=through)
        plan, answers = worlds.plan, other.answers[:, 6]
        run = subject.engine.run(subject.stack, base.tokens, plan, graded=(14,), sources=worlds.sources)
        return float((joined(run).logits[0, :, 0].argmax(-1) == answers).mean())

    def at(name, position):
        return path_node_named(subject.spec, name, (position,))

    token, last = at("hook_embed", 2), at("blocks.1.attn", 14)
    assert follows(token, at("blocks.0.attn", 3), last) > 0.99
    assert follows(token, at("blocks.0.attn", 2), last) == follows(token, last) == 0
    # At position 3 the MLP of layer 0 passes the digit on as well: without it the path is not the whole of it.
    assert 0.6 < follows(token, at("blocks.0.attn", 3), last, through=()) < 0.8


def test_every_mistake_is_told():
    wrong = (
        (node("blocks.1.mlp"), node(H.format(1, 0))),
        (node("hook_embed"), node("blocks.0.hook_resid_post")),
        (node("blocks.0.attn.hook_pattern"),),
        (),
    )
    with pytest.raises(PlanError) as told:
        path_worlds(SPEC, wrong, BASE.tokens, OTHER.tokens, "dirct", through=["blocks.9.mlp"])
    whats = [reason.what for reason in told.value.reasons]
    assert whats == [
        "does not come after blocks.1.mlp",
        "can only be the first of a path",
        "does not write into the residual stream",
        "one has no node",
        "this model has no such site",
        "unknown: 'dirct'",
    ]
    with pytest.raises(PlanError, match="none is given"):
        path_worlds(SPEC, (), BASE.tokens, OTHER.tokens)
    reads_first = PathNode(node(H.format(0, 0)).component, reads=("q",))
    with pytest.raises(PlanError, match="nothing is before it"):
        path_worlds(SPEC, [(reads_first,)], BASE.tokens, OTHER.tokens)
    by_k, by_v = (node("blocks.1.attn.head.0." + part, (4,)) for part in "kv")
    with pytest.raises(PlanError, match="both write the same place"):
        path_worlds(SPEC, [(node("hook_embed"), by_k), (node("hook_embed"), by_v)], BASE.tokens, OTHER.tokens)
