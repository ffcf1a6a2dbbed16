"""Controls of programs of texts: random networks are not decompiled, not even where their answers are made right."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.interventions import Plan
from openwork.models import Stack, initial_stack, named_views, spec_for
from openwork.programs import decompile
from openwork.programs.decompile.network import Network
from openwork.tasks import make_task
from openwork.tasks.symbol_sets import members_of

LARGER = 4.0
"""times the usual first weights, so that answers change with the text"""
TASKS = (
    ("tomita", {"number": 4, "length": 7}),
    ("dyck", {"depth": 2, "length": 12}),
)


def random_stack(task, layers, seed, width=16):
    spec = spec_for(
        task, n_layers=layers, d_model=width, n_heads=2, d_head=width // 2, d_mlp=2 * width, normalization_type=None
    )
    return Stack(spec, LARGER * initial_stack(spec, [seed]).flat)


def subject_of(stack, task):
    return Subject.of(choose_engine(stack.spec, "native", 1).engine, stack, task, Inputs())


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("named", TASKS, ids=[name for name, _ in TASKS])
def test_control_a_random_network_is_not_decompiled(named, layers):
    task = make_task(*named)
    for seed in range(2):
        subject = subject_of(random_stack(task, layers, seed), task)
        network = Network.of(subject)
        assert len(np.unique(network.answers[network.asked])) > 1
        assert decompile(subject, 20).word != "decompiled"


def read_right(stack, task):
    """The same random network, with an unembedding fitted to the right sets."""
    subject = subject_of(stack, task)
    rows, graded = np.nonzero(Network.of(subject).asked)
    positions = np.asarray(subject.inputs.graded)[graded]
    site = f"blocks.{stack.spec.n_layers - 1}.hook_resid_post"
    traces = subject.engine.run(stack, subject.inputs.tokens, Plan((), (site,)), graded=subject.inputs.graded)
    held = np.concatenate([trace.captures[site][0] for trace in traces])[rows, positions].astype(np.float64)
    wanted = np.where(members_of(subject.inputs.answers[rows, graded], stack.spec.d_vocab_out), 1.0, -1.0)
    flat = stack.flat.copy()
    views = named_views(stack.spec, flat)
    with_one = np.hstack([held, np.ones((len(held), 1))])
    fitted = np.linalg.lstsq(with_one, wanted, rcond=None)[0]
    views["unembed.W_U"][0], views["unembed.b_U"][0] = fitted[:-1], fitted[-1]
    return Stack(stack.spec, flat)


@pytest.mark.parametrize("named", TASKS, ids=[name for name, _ in TASKS])
def test_control_a_random_network_that_is_read_right_is_not_decompiled(named):
    """Its program is equal on every text, and nothing in it holds what the lines say."""
    task = make_task(*named)
    for seed in range(2):
        subject = subject_of(read_right(random_stack(task, 1, seed, width=64), task), task)
        found = decompile(subject, 20)
        assert found.equal.share == 1
        assert (found.lines and found.least("together") < 0.9) or found.whole.share > 0.1
        assert found.word == "partly"
