"""The report of a small stored run, opened from its file in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright import sync_api as playwright

from openwork import analyses
from openwork.analyses import Subject
from openwork.claims import Outcome, Verdict
from openwork.claims.verdict import ClaimText, Effect, part
from openwork.cli.app import run
from openwork.data import Split
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.report import Overview, explanation_document, write_html
from openwork.tasks import ReverseIncrement
from openwork.tasks.vocabulary import Vocabulary
from openwork.training import Experiment, Measured, Progress, recipe

CANDIDATES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOSTILE = """</title></style></svg><script>window.harmed=1</script><img src=x onerror="window.harmed=1">'"`"""


def chromium() -> str | None:
    """The browser that OPENWORK_CHROMIUM names, else the system's."""
    names = (os.environ.get("OPENWORK_CHROMIUM"), *CANDIDATES)
    return next((path for name in names if name and (path := shutil.which(name))), None)


@dataclass
class Tab:
    """An opened page, with all that it asked for and all that it complained of."""

    page: playwright.Page
    requests: list[str]
    errors: list[str]


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright.Browser]:
    path = chromium()
    if path is None:
        pytest.skip(f"there is no Chromium: set OPENWORK_CHROMIUM or install one of {', '.join(CANDIDATES)}")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def visit(browser: playwright.Browser) -> Iterator[Callable[..., Tab]]:
    """Opens a file at a width, in a colour scheme, with every fold open."""
    contexts = []

    def opened(path: Path, width: int = 1280, scheme: str = "light") -> Tab:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        tab = Tab(context.new_page(), [], [])
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.on("console", lambda said: tab.errors.append(said.text))
        tab.page.goto(path.as_uri())
        tab.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        return tab

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `openwork explain` writes about a model of eight bits, trained for an epoch."""
    folder = tmp_path_factory.mktemp("report")
    page = folder / "page.html"
    words = ["explain", "reverse-increment", "--param", "base=2", "--seed", "0", "--engine", "native"]
    assert run([*words, "--store", str(folder / "runs"), "-o", str(page)]) in (0, 1)
    return page


class HostileTask(ReverseIncrement):
    name = HOSTILE
    summary = HOSTILE

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(f"{HOSTILE}{symbol}" for symbol in super().vocabulary.symbols))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on a task whose names, symbols and claims are markup."""
    task = HostileTask(2, 3)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task)
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 0.5, 1, 8), None, HOSTILE, 1)
    overview = Overview(Experiment(task, spec, recipe(), Split()), HOSTILE, 0, 1, 8, (epoch,), HOSTILE, 1.0)
    text = ClaimText(HOSTILE, HOSTILE, HOSTILE, {})
    cases, effect = (part(HOSTILE, 0.1, ">=", 0.5),), Effect(0.1, HOSTILE)
    verdict = Verdict(text, Outcome.REFUTED, HOSTILE, cases, HOSTILE, effect, (HOSTILE,) * 2, 8, HOSTILE)
    results = (
        analyses.learning_curve([epoch]),
        analyses.accuracy(subject),
        analyses.interchange(subject),
        analyses.attention(subject, 0),
        analyses.readout_table(subject),
        analyses.component_outputs(subject, "blocks.0.mlp", [5]),
    )
    page = tmp_path_factory.mktemp("hostile") / "page.html"
    return write_html(explanation_document(overview, [verdict], results), page)
