"""The live page's model in Chromium, opened from a file under the page's own Content-Security-Policy."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright import sync_api as playwright
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.engines.native import NativeEngine
from openwork.models import Stack, stack_of
from openwork.page import bundled, embedded, payload, script_hash
from openwork.training import named_experiment

HERE = Path(__file__).parent
SOLVED = HERE.parents[1] / "known_circuits" / "solved" / "model_A.safetensors"
NOTEBOOK = named_experiment("notebook")
MODULES = (
    "model/exponential.js",
    "model/model.js",
    "model/run.js",
    "model/sites.js",
    "interventions/edit.js",
    "interventions/plain.js",
    "data/counterfactual.js",
    "data/domain.js",
    "data/randomness.js",
    "data/tokens.js",
    "measures/readout.js",
    "measures/means.js",
    "measures/maps.js",
    "measures/votes.js",
    "program/numbers.js",
    "program/program.js",
    "worker/client.js",
    "worker/serve.js",
    "worker/team.js",
)
SCRIPT = bundled(*MODULES, as_global="live") + (HERE / "page.js").read_text(encoding="utf-8")
POLICY = f"default-src 'none'; script-src '{script_hash(SCRIPT)}'; worker-src blob:; img-src data:"
PAGE = """<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,"><script id="data" type="application/json">{data}</script><script>{script}</script>"""

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def subject() -> Subject:
    """A solved model of the notebook on all its questions."""
    weights = {name: array[None] for name, array in load_file(SOLVED).items()}
    return Subject.of(NativeEngine(1), stack_of(NOTEBOOK.spec, weights), NOTEBOOK.task)


@pytest.fixture(scope="session")
def tab(
    browser: playwright.Browser, subject: Subject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[playwright.Page]:
    """The page of the solved model; whatever it complains of fails the last test that used it."""
    path = tmp_path_factory.mktemp("live") / "page.html"
    path.write_text(PAGE.format(policy=POLICY, data=embedded(payload(subject)), script=SCRIPT), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text))
    page.on("request", lambda request: request.url.startswith(("file:", "blob:")) or errors.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert errors == []


def numbers(text: str) -> np.ndarray:
    """What `sent` of page.js gave: float64 as base64."""
    return np.frombuffer(base64.b64decode(text), "<f8")


def doubled(stack: Stack) -> Stack:
    """The same weights for an engine that computes in float64."""
    return Stack(stack.spec.model_copy(update={"dtype": "float64"}), stack.flat.astype(np.float64))
