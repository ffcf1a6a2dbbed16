"""Verdicts follow how a model works, and neither its sizes and places nor the basis that its stream is written in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwork.claims import Accuracy
from openwork.engines import choose_engine
from openwork.models import Stack, stack_of
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits import Bench, KnownCircuit, known_circuits, sit
from openwork.testing.known_circuits.about import attends, carries, necessary, sufficient, unnecessary

# Norms act along the axes of the stream, so a model with one cannot be rotated.
CIRCUITS = [c for c in known_circuits() if c.stack.spec.normalization_type is None]
ENGINE = choose_engine(CIRCUITS[0].stack.spec, "native", 1).engine


@dataclass(frozen=True)
class Sizes:
    """A head that fetches, among others that look anywhere and write where nothing reads."""

    base: int
    length: int
    heads: int
    worker: int
    score: float
    strength: float
    elsewhere: int
    """seed of where the other heads look"""


@st.composite
def sizes(draw: st.DrawFn) -> Sizes:
    heads = draw(st.integers(1, 3))
    return Sizes(
        base=draw(st.integers(3, 5)),
        length=draw(st.integers(2, 3)),
        heads=heads,
        worker=draw(st.integers(0, heads - 1)),
        score=draw(st.floats(15, 60)),
        strength=draw(st.floats(0.1, 10)),
        elsewhere=draw(st.integers(0, 1000)),
    )


def fetching(at: Sizes) -> KnownCircuit:
    task = ReverseIncrement(at.base, at.length)
    bench = Bench(task, {"unread": at.base}, n_heads=at.heads)
    random = np.random.default_rng(at.elsewhere)
    names = [f"blocks.0.attn.{head}" for head in range(at.heads)]
    for head in range(at.heads):
        if head == at.worker:
            bench.head(0, head).looks(bench.mirror, at.score).writes(bench.onto("answer", 1, at.strength))
        else:
            seen = {q: [r for r, p in task.roles.items() if p <= task.roles[q]] for q in bench.mirror}
            targets = {query: str(random.choice(roles)) for query, roles in seen.items()}
            bench.head(0, head).looks(targets, at.score).writes(bench.onto("unread", strength=at.strength))
    works, idle = names[at.worker], [name for name in names if name != names[at.worker]]
    return KnownCircuit(
        name="fetching",
        says="one head fetches and increments, the others write where nothing reads",
        trap="none",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            attends(works, "x[n-1-i]"),
            carries(works),
            necessary(works),
            *([sufficient(works)] if idle else []),
            *(claim for name in idle for claim in (unnecessary(name), carries(name, at_most=0.1))),
        ),
        vacuous=() if idle else (sufficient(works),),
        refuted=(
            unnecessary(works),
            carries(works, at_most=0.1),
            *(claim for name in idle for claim in (necessary(name), carries(name), sufficient(name))),
        ),
    )


@given(sizes())
@settings(max_examples=15, deadline=None)
def test_a_head_that_fetches_is_found_whatever_its_sizes_and_neighbours(at):
    assert [str(answer) for answer in sit(ENGINE, [fetching(at)]) if not answer.right] == []


@pytest.mark.parametrize("circuit", CIRCUITS, ids=lambda c: c.name)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=2, deadline=None)
def test_a_stream_in_another_basis_changes_no_verdict(circuit, seed):
    rotated = KnownCircuit(**{**vars(circuit), "stack": rotate(circuit.stack, np.random.default_rng(seed))})
    assert [str(answer) for answer in sit(ENGINE, [rotated]) if not answer.right] == []


def rotate(stack: Stack, random: np.random.Generator) -> Stack:
    """The same models with their residual stream in a random orthonormal basis."""
    basis, _ = np.linalg.qr(random.standard_normal((stack.spec.d_model, stack.spec.d_model)))
    reads, writes = ("W_Q", "W_K", "W_V", "W_in", "W_U"), ("W_E", "W_pos", "W_O", "b_O", "W_out", "b_out")
    turned = {}
    for name, array in stack.named().items():
        last = name.rsplit(".", 1)[1]
        turned[name] = basis.T @ array if last in reads else array @ basis if last in writes else array
    return stack_of(stack.spec, turned)
