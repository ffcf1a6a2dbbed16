"""A live model into the store: what its config does not say is not taken for granted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from openwork.data import Inputs
from openwork.engines.native import NativeEngine
from openwork.interop.transformer_lens import config_for, state_dict_for
from openwork.jobs.imports import import_live
from openwork.jobs.setting import Setting
from openwork.models import Stack, n_params, spec_for
from openwork.runs import Store
from openwork.tasks import make_task

TASK = make_task("balanced-brackets", {"length": 6})


@pytest.fixture
def live() -> SimpleNamespace:
    """What is read of a `HookedTransformer`: its config and its state dict."""
    spec = spec_for(TASK, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    stack = Stack(spec, np.random.default_rng(0).normal(size=(1, n_params(spec))).astype(np.float32))
    arrays = state_dict_for(stack, "transformer-lens-3")
    state = {name: torch.tensor(np.array(array)) for name, array in arrays.items()}
    return SimpleNamespace(cfg=SimpleNamespace(**config_for(spec, "transformer-lens-3")), state_dict=lambda: state)


@pytest.mark.parametrize(("said", "how"), [(None, "found"), (1, "given")])
def test_where_a_task_pads_the_masked_token_is_found_unless_said(said, how, live, tmp_path: Path):
    with Store.open(tmp_path) as store:
        run = import_live(live, TASK, Setting(store, "native", 1), said)
    told = next(line for line in run.source.origin.said if line.startswith("pad_token"))
    assert f"({how}" in told or (how == "found" and "no difference" in told), told


def test_logits_that_are_not_numbers_are_wrong_and_told(live, tmp_path: Path):
    """Every weight is finite; a logit is not where the product overflows."""
    state = live.state_dict()
    state["unembed.W_U"] = 3e38 * state["unembed.W_U"].sign()
    with Store.open(tmp_path) as store:
        run = import_live(live, TASK, Setting(store, "native", 1), 1)
        scores = NativeEngine(1).score(store.stack(run), Inputs().of(TASK))
    lost = int(scores.not_numbers[0])
    assert lost > 0 and run.last.train.accuracy <= 1 - lost / scores.inputs
    said = f"logits are not numbers on {lost:,} of {scores.inputs:,} questions, which count as wrong"
    assert said in run.source.origin.notes
