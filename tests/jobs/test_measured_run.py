"""What a type checker is told of a run's methods is what they are."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from openwork import analyses
from openwork.jobs import measured_run
from openwork.jobs.measuring import GIVEN
from openwork.jobs.opened import OpenedRun

ROOT = Path(__file__).parents[2]
STUB = Path(measured_run.__file__).with_suffix(".pyi")


def test_the_stub_is_up_to_date(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    written = importlib.import_module("analysis_stub").analysis_stub()
    assert STUB.read_text(encoding="utf-8") == written, "run scripts/generate_docs.py"


def test_the_stub_has_every_analysis_that_no_method_measures_otherwise():
    (stub,) = [node for node in ast.parse(STUB.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    told = {node.name: [one.arg for one in node.args.args] for node in stub.body if isinstance(node, ast.FunctionDef)}
    for name, analysis in analyses.ANALYSES.items():
        name = name.replace("-", "_")
        if name in vars(OpenedRun):
            assert name not in told
        else:
            assert told[name] == ["self", *(p for p in inspect.signature(analysis).parameters if p not in GIVEN)]


@pytest.mark.parametrize("name", ["logit_lense", "ablations_"])
def test_what_is_misspelt_is_no_attribute(name):
    assert not hasattr(OpenedRun, name)
    assert "__getattr__" not in dir(OpenedRun)
