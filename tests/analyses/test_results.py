"""What every analysis owes: rows for a data frame, a title, a sentence, its cost, and its place in the registry."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas
import pytest

import openwork.analyses
from openwork.analyses import ANALYSES, Subject, percent
from openwork.errors import CheckpointError, PlanError, SpecError
from openwork.models import initial_stack, model_spec
from openwork.training import Measured, Progress

ARGUMENTS = {
    "accuracy": (),
    "as-generated": (),
    "attention": (0,),
    "attention-examples": (0, [1, 2]),
    "ablation": ("blocks.0.mlp",),
    "ablation-table": (),
    "readout": ("blocks.0.hook_resid_mid",),
    "readout-table": (),
    "component-outputs": ("blocks.0.mlp", [0]),
    "interchange": (),
    "learning-curve": (),
    "routes": (),
    "logit-lens": (),
    "logit-attribution": (),
    "activation-patching": (),
    "path-patching": (),
    "attribution-patching": (),
    "pruning": (0.1,),
    "ov-qk": (1,),
    "fourier": (),
    "progress-measures": ([1],),
}
EPOCH = Progress(0, 1, 1e-3, 0.1, Measured(0.1, 0.5, 5, 10), None, "finished", 1)


@pytest.mark.parametrize("name", ANALYSES)
def test_every_result_keeps_the_contract(untrained, adding, name):
    about_training = {"learning-curve": ((EPOCH,),), "fourier": (adding[0],), "progress-measures": adding}
    first = about_training.get(name, (untrained,))
    result = ANALYSES[name](*first, *ARGUMENTS[name])
    records = result.records()
    frame = pandas.DataFrame(records)
    assert len(frame) == len(records) > 0
    assert all(row.keys() == records[0].keys() for row in records)
    assert {type(value) for row in records for value in row.values()} <= {str, int, float, bool}
    assert result.title and result.summary.endswith(".") and "\n" not in result.summary
    assert result.forward_rows >= 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.forward_rows = 1


def test_every_analysis_file_is_in_the_registry():
    room = Path(openwork.analyses.__file__).parent
    concepts = {
        "component",
        "coverage",
        "effective_values",
        "found_routes",
        "variance_share",
        "pairs",
        "node",
        "patching",
        "listed",
        "patch_effect",
        "patch_places",
        "path_worlds",
        "performance",
        "registry",
    }
    concepts |= {"result", "steps", "subject", "unembedding", "waves"}
    files = {path.stem for path in room.iterdir() if not path.stem.startswith("__")} - concepts
    assert files == {analysis.__module__.split(".")[2] for analysis in ANALYSES.values()}


def test_percent_says_all_and_none_of_nothing_less():
    assert [percent(x) for x in (1, 0, 0.5284767, 0.9999999, 1e-7)] == [
        "100 %",
        "0 %",
        "52.85 %",
        "99.99 %",
        "below 0.01 %",
    ]


def test_a_subject_is_one_fitting_model_with_inputs(untrained: Subject):
    with pytest.raises(CheckpointError, match="holds 2 models"):
        Subject.of(untrained.engine, initial_stack(untrained.spec, [1, 2]), untrained.task)
    short = model_spec(n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=4, d_vocab=4, n_ctx=3)
    with pytest.raises(SpecError, match="n_ctx"):
        Subject.of(untrained.engine, initial_stack(short, [0]), untrained.task)
    with pytest.raises(PlanError, match="there are none"):
        untrained.on(untrained.inputs.take(np.arange(0)))


def test_positions_have_names(untrained: Subject):
    assert untrained.position_names == ("BOS", "x[0]", "x[1]", "x[2]", "y[0]", "y[1]")
    assert untrained.query_names == ("predicts y[0]", "predicts y[1]", "predicts y[2]")
    assert untrained.deciding_positions == (3, 2, 1)
