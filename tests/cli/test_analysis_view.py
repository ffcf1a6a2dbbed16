from __future__ import annotations

import pytest

from openwork.analyses import ANALYSES
from openwork.cli.analysis_view import analysis_view, analysis_views, arguments
from openwork.errors import PlanError


def test_every_analysis_can_be_told_from_text():
    """Every option has a kind that text can become, and says what it is where the analysis documents arguments."""
    for view in analysis_views():
        assert view.says and view.options == tuple(dict.fromkeys(view.options))
        for option in view.options:
            assert option.takes
    assert [view.name for view in analysis_views()] == list(ANALYSES)


def test_text_becomes_arguments():
    pruning = analysis_view("pruning")
    told = arguments(
        pruning, ["at_least=0.95", "by=resample", "positions=yes", "outputs=y[6]", "outputs=y[7]", "seed=3"]
    )
    assert told == {
        "at_least": 0.95,
        "by": "resample",
        "positions": True,
        "outputs": ["y[6]", "y[7]"],
        "seed": 3,
    }
    path = analysis_view("path-patching")
    assert arguments(path, ["senders=blocks.0.attn@3,5"]) == {"senders": ["blocks.0.attn@3,5"]}
    assert arguments(analysis_view("ablation"), ["components=blocks.0.mlp"]) == {"components": ["blocks.0.mlp"]}


def test_every_mistake_is_told():
    with pytest.raises(PlanError) as told:
        arguments(
            analysis_view("pruning"),
            ["seed", "output=y[1]", "by=zero", "at_least=much", "seed=1", "seed=2", "positions=maybe"],
        )
    whats = [reason.what for reason in told.value.reasons]
    assert whats == [
        "'seed' is not NAME=VALUE",
        "pruning has no 'output'",
        "by cannot be 'zero'",
        "at_least cannot be 'much'",
        "seed is given twice",
        "positions cannot be 'maybe'",
    ]
    with pytest.raises(PlanError, match="attention needs layer"):
        arguments(analysis_view("attention"), [])
    with pytest.raises(PlanError, match="did you mean 'logit-lens'"):
        analysis_view("logit-lense")
