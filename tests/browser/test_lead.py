"""By how much the right answer leads on the question at hand, as run, beside what is proved of every question."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.engines.native import NativeEngine
from openwork.models import stack_of
from openwork.page import LiveReport, live_html
from openwork.proofs import Certified, certified, prove
from openwork.report import Overview, write_page
from openwork.training import Measured, Progress, named_experiment

SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved" / "model_A.safetensors"
RUN = re.compile(r"Run in your browser, on this question each right answer leads by ([\d.]+) or more")


@pytest.fixture(scope="module")
def proved(tmp_path_factory) -> tuple[Path, Certified]:
    """A page of the notebook's model with its proof."""
    notebook = named_experiment("notebook")
    weights = {name: array[None] for name, array in load_file(SOLVED).items()}
    subject = Subject.of(NativeEngine(1), stack_of(notebook.spec, weights), notebook.task)
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 1.0, 8, 8), None, "finished", 1)
    overview = Overview(notebook, "abc", 0, 65_536, 65_536, (epoch,), "native", 1.0)
    proof = certified(subject, prove(subject))
    page = live_html(LiveReport(subject, overview, (), (), (proof,), None, ()))
    return write_page(page, tmp_path_factory.mktemp("proved") / "page.html"), proof


def test_the_weakest_question_opens_in_play_and_parts_off_say_nothing_of_the_proof(visit, proved):
    file, proof = proved
    tab = visit(file)
    line = tab.page.locator(".live-lead")
    expect(line).to_contain_text("over the real numbers: at least 2.169")
    assert float(RUN.search(line.inner_text()).group(1)) > 3
    line.get_by_role("button", name="ask the weakest").click()
    expect(line).to_contain_text(RUN)
    assert float(RUN.search(line.inner_text()).group(1)) == pytest.approx(proof.proof.margin, abs=0.001)
    tab.page.get_by_role("button", name="layer 0 MLP, everywhere").press("Enter")
    expect(line).to_contain_text("with parts off, on this question a right answer lags")
    expect(line.get_by_text("Proved")).to_be_hidden()
    assert tab.errors == []


def test_the_certificate_is_in_the_page(visit, proved):
    file, proof = proved
    with (page := visit(file).page).expect_download() as saved:
        page.get_by_role("link", name="model.cert.json").click()
    assert saved.value.path().read_text() == proof.certificate
