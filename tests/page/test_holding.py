"""What a page says to hold of a model is what was measured of it, and no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from openwork.analyses import Route, Routes, Subject, ablation_table, percent
from openwork.analyses.routes import Hop, RoutePath
from openwork.engines.native import NativeEngine
from openwork.models import stack_of
from openwork.page import LiveReport
from openwork.page.holding import KEPT, LOST, what_holds
from openwork.proofs import certified, prove
from openwork.report import Overview
from openwork.training import Measured, Progress, named_experiment

SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved" / "model_A.safetensors"
NOTEBOOK = named_experiment("notebook")


@pytest.fixture(scope="module")
def bare() -> LiveReport:
    """Nothing measured, nothing claimed."""
    weights = {name: array[None] for name, array in load_file(SOLVED).items()}
    subject = Subject.of(NativeEngine(1), stack_of(NOTEBOOK.spec, weights), NOTEBOOK.task)
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 1.0, 8, 8), None, "finished", 1)
    overview = Overview(NOTEBOOK, "abc", 0, 65_536, 65_536, (epoch,), "native", 1.0)
    return LiveReport(subject, overview, (), (), (), None, ())


def test_where_nothing_was_measured_nothing_holds(bare):
    assert what_holds(bare) == ()


def test_every_part_is_told_by_what_is_left_without_it(bare):
    table = ablation_table(bare.subject)
    held = what_holds(replace(bare, results=(table,)))
    told = {one.link: one for one in held}
    for component, code in (("blocks.0.attn", "L0A"), ("blocks.0.mlp", "L0M"), ("blocks.1.mlp", "L1M")):
        row = table.row(component, "mean")
        one = told.get(f"#counted?cut=mean:{code}&by=mean")
        assert (one is not None) == (row.drop >= LOST)
        if one is not None:
            assert one.value == percent(row.accuracy)
            assert "answers go wrong" in one.said
    spared = [one for one in held if "next to nothing" in one.said]
    assert bool(spared) == any(row.drop < KEPT for row in table.rows if row.by == "mean")


def test_a_route_that_was_not_found_is_not_told(bare):
    path = RoutePath(8, (Hop("blocks.0.attn.head.0", 8, 8),), 1.0, 1.0)
    found = Route("y[0]", "x[7]", 8, 8, 8, 1.0, 0.75, "one", (path,))
    none = Route("y[1]", "x[6]", 7, 9, 8, 1.0, 0.1, "none", ())
    routes = Routes((found, none), bare.subject.position_names, 8, 8, "all", 0.9, 8)
    [one] = what_holds(replace(bare, routes=routes))
    assert one.said.startswith("y[0] ← x[7]: layer-0 head 0") and one.value.startswith("75.00")
    assert one.link == "#routes?route=0"


def test_a_whole_proof_is_told_with_its_weakest_question(bare):
    proof = prove(bare.subject)
    [one] = what_holds(replace(bare, results=(certified(bare.subject, proof),)))
    assert one.value == f"{proof.margin:.4g}" and one.said.startswith("Proved, over the real numbers")
    assert one.link == "#play?q=v" + ".".join(map(str, bare.subject.task.questions(np.array([proof.weakest]))[0]))


def test_of_a_proof_that_is_not_whole_or_of_a_program_nothing_holds(bare):
    proof = prove(bare.subject)
    for other in (replace(proof, proved=proof.inputs - 1), replace(proof, same_as="the program")):
        assert what_holds(replace(bare, results=(other,))) == ()
