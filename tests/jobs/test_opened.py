"""Every analysis is a method of an opened run: it takes the same arguments, and gives what the analysis gives."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

from openwork import analyses
from openwork.claims import Carries, Necessary
from openwork.data import DataSplit
from openwork.errors import ClaimError
from openwork.jobs.measuring import GIVEN
from openwork.jobs.opened import OpenedRun, open_run
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.models import spec_for
from openwork.report import Display
from openwork.runs import Store
from openwork.tasks import ReverseIncrement
from openwork.training import Experiment, recipe

BY_HAND = {"accuracy", "attention", "interchange", "routes"}
"""methods that do more than their analysis"""
METHODS = {
    "logit_lens": {},
    "logit_attribution": {"against": "runner-up"},
    "activation_patching": {"outputs": ["y[1]"], "alternatives": "all"},
    "path_patching": {"senders": ["hook_embed"], "through": ["blocks.0.mlp"], "outputs": ["y[0]"]},
    "attribution_patching": {"components": ["blocks.0.mlp"], "outputs": ["y[1]"]},
    "pruning": {"at_least": 0.1, "positions": True},
    "ov_qk": {"layer": 1},
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> OpenedRun:
    task = ReverseIncrement(2, 3)
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=2, d_head=2, d_mlp=3)
    experiment = Experiment(task, spec, recipe(epochs=1, stop_when_solved=False), DataSplit(held_out=0.25))
    setting = Setting(Store.open(tmp_path_factory.mktemp("store")))
    runs = train_seeds(experiment, [1, 2], setting)
    return open_run(runs[0], setting)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_its_analysis(opened, name):
    shown = getattr(opened, name)(**METHODS[name])
    assert isinstance(shown, Display)
    expected = getattr(analyses, name)(opened.subject, **METHODS[name])
    np.testing.assert_equal(shown.records(), expected.records())
    assert shown.forward_rows == expected.forward_rows


@pytest.mark.parametrize("name", analyses.ANALYSES)
def test_every_analysis_is_a_method_that_jupyter_completes_and_help_explains(name):
    analysis, name = analyses.ANALYSES[name], name.replace("-", "_")
    assert name in dir(OpenedRun)
    method = getattr(OpenedRun, name)
    assert inspect.getdoc(method)
    if name not in BY_HAND:
        assert inspect.getdoc(method).splitlines()[0] == inspect.getdoc(analysis).splitlines()[0]
        asked = inspect.signature(method, eval_str=True).parameters.values()
        own = inspect.signature(analysis, eval_str=True).parameters.values()
        assert [p for p in asked if p.name != "self"] == [p for p in own if p.name not in GIVEN]
        assert ("\nArgs:\n    " in inspect.getdoc(method)) == bool(
            re.search(r"^    \w+: ", inspect.getdoc(method).split("\nRaises")[0], re.MULTILINE)
        )
        assert not set(re.findall(r"^    (\w+): ", inspect.getdoc(method), re.MULTILINE)) & GIVEN.keys()


def test_what_an_analysis_cannot_be_told_is_refused(opened):
    with pytest.raises(TypeError, match="layer"):
        opened.ov_qk()
    with pytest.raises(TypeError, match="subject"):
        opened.ov_qk(0, subject=opened.subject)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda run: run.ablations, lambda run: run.ablation_table()),
        (lambda run: run.readouts, lambda run: run.readout_table()),
        (lambda run: run.outputs("blocks.0.mlp", (0,)), lambda run: run.component_outputs("blocks.0.mlp", (0,))),
    ],
)
def test_an_old_name_works_and_says_so(opened, old, new):
    with pytest.warns(DeprecationWarning, match="is called"):
        found = old(opened)
    np.testing.assert_equal(found.records(), new(opened).records())


def test_routes_are_those_of_the_analysis(opened):
    expected = analyses.find_routes(opened.subject)
    assert opened.routes().result == expected
    assert opened.routes(["y[1]"]).result == expected.of(["y[1]"])
    assert opened.routes(["y[1]"]).result.routes == analyses.find_routes(opened.subject, ["y[1]"]).routes


def test_routes_are_asked_for_once(opened):
    """What is kept is what is given, by the digest of model, task and inputs."""
    found = analyses.find_routes(opened.subject)

    class Kept:
        def __init__(self):
            self.held = {}

        def find(self, name, digest):
            return self.held.get((name, digest))

        def keep(self, name, digest, result):
            self.held[name, digest] = json.loads(json.dumps(result))

    kept = Kept()
    first = with_kept(opened, kept)
    assert first.routes().result == found and list(kept.held) == [("routes", opened.subject.digest)]
    kept.held["routes", opened.subject.digest]["forward_rows"] = -1
    assert with_kept(opened, kept).routes().forward_rows == -1
    other = next(run for run in opened.siblings if run.seed == 2)
    assert with_kept(open_run(other, opened.setting), kept).routes().forward_rows > 0


def with_kept(opened: OpenedRun, kept) -> OpenedRun:
    again = dataclasses.replace(opened)
    vars(again)["kept"] = kept
    return again


def test_claims_about_what_is_not_there_are_refused_all_at_once_before_anything_runs(opened):
    claims = [Carries(component="blocks.0.attn", variable="q[0]", output="y[0]"), Necessary(components="blocks.9.mlp")]
    with pytest.raises(ClaimError) as caught:
        opened.check(claims)
    assert [reason.where for reason in caught.value.reasons] == ["carries, variable", "necessary, components"]
    assert "did you mean" in str(caught.value)


@pytest.mark.parametrize("method", ["check", "plan", "over_training"])
@pytest.mark.parametrize(
    ("given", "mend"),
    [
        ("vac.toml", "ow.open_run(RUN, claims='vac.toml').claims"),
        (Path("vac.toml"), "ow.open_run(RUN, claims='vac.toml').claims"),
        (Necessary(components="blocks.0.mlp"), "[claim]"),
        (3, "[ow.Accuracy()]"),
        ([Necessary(components="blocks.0.mlp"), "vac.toml"], "claims[1]: is of type str"),
    ],
)
def test_what_is_no_claim_is_refused_with_what_fits(opened, method, given, mend):
    with pytest.raises(ClaimError) as caught:
        getattr(opened, method)(given)
    assert mend in str(caught.value)
