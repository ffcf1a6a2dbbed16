"""Every analysis is a method of an opened run: it takes the same arguments, and gives what the analysis gives."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from openwork import analyses
from openwork.claims import Carries, Necessary
from openwork.data import DataSplit
from openwork.engines import choose_engine
from openwork.errors import ClaimError
from openwork.jobs.opened import OpenedRun
from openwork.models import initial_stack, spec_for
from openwork.report import Display
from openwork.runs import Run
from openwork.tasks import ReverseIncrement
from openwork.training import Experiment, recipe

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
def opened() -> OpenedRun:
    task = ReverseIncrement(2, 3)
    spec = spec_for(task, n_layers=2, d_model=4, n_heads=2, d_head=2, d_mlp=3)
    experiment = Experiment(task, spec, recipe(epochs=1), DataSplit(held_out=0.25))
    run = Run("0" * 12, 0, "finished", 1, "native", "", "", "", json.dumps(experiment.as_json()), ())
    return OpenedRun(run, initial_stack(spec, [1]), choose_engine(spec))


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_its_analysis(opened, name):
    shown = getattr(opened, name)(**METHODS[name])
    assert isinstance(shown, Display)
    expected = getattr(analyses, name)(opened.subject, **METHODS[name])
    np.testing.assert_equal(shown.records(), expected.records())
    assert shown.forward_rows == expected.forward_rows


@pytest.mark.parametrize("name", METHODS)
def test_and_takes_the_same_arguments(name):
    def asked(call, *left_out):
        return {
            parameter.name: (parameter.default, str(parameter.annotation).replace("Replacement", "By"))
            for parameter in inspect.signature(call).parameters.values()
            if parameter.name not in left_out
        }

    assert asked(getattr(OpenedRun, name), "self") == asked(getattr(analyses, name), "subject", "watch")


def test_routes_are_those_of_the_analysis(opened):
    expected = analyses.find_routes(opened.subject)
    assert opened.routes().result == expected
    assert opened.routes(["y[1]"]).result == analyses.find_routes(opened.subject, ["y[1]"])


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
    first = dataclasses.replace(opened, kept=kept)
    assert first.routes().result == found and list(kept.held) == [("routes", opened.subject.digest)]
    kept.held["routes", opened.subject.digest]["forward_rows"] = -1
    assert dataclasses.replace(opened, kept=kept).routes().forward_rows == -1
    other = dataclasses.replace(opened, kept=kept, stack=initial_stack(opened.stack.spec, [2]))
    assert other.routes().forward_rows > 0


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
