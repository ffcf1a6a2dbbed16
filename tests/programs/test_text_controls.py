"""Controls of programs of texts: what must not be called decompiled is not, and shuffled lines are not followed."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines import choose_engine
from openwork.models import Stack, initial_stack, spec_for
from openwork.programs import decompile
from openwork.programs.decompile.network import Network
from openwork.tasks import make_task

LARGER = 4.0
"""times the usual first weights, so that answers change with the text"""
TASKS = (
    ("tomita", {"number": 4, "length": 8}),
    ("dyck", {"depth": 2, "length": 14}),
    ("binary-majority", {"length": 7}),
)


def random_subject(task, layers, seed):
    spec = spec_for(task, n_layers=layers, d_model=16, n_heads=2, d_head=8, d_mlp=32)
    stack = Stack(spec, LARGER * initial_stack(spec, [seed]).flat)
    return Subject.of(choose_engine(spec, "native", 1).engine, stack, task, Inputs())


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("named", TASKS, ids=[name for name, _ in TASKS])
def test_control_a_random_network_is_not_decompiled(named, layers):
    for seed in range(3):
        subject = random_subject(make_task(*named), layers, seed)
        network = Network.of(subject)
        assert len(np.unique(network.answers[network.asked])) > 1
        assert decompile(subject, 20).word != "decompiled"
