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
from openwork.analyses import Route, Routes, Subject
from openwork.analyses.routes import Hop, RoutePath
from openwork.claims import (
    Accuracy,
    Aside,
    ClaimOverTraining,
    Context,
    Judgement,
    Outcome,
    OverTraining,
    Verdict,
    check,
)
from openwork.claims.counterexample import Counterexample, Replay
from openwork.claims.verdict import ClaimText, Effect, part
from openwork.cli.app import run
from openwork.data import DataSplit, Inputs
from openwork.engines import choose_engine
from openwork.models import initial_stack, spec_for
from openwork.page import LiveReport, Sibling, live_html
from openwork.report import Overview, explanation_document, write_html, write_page
from openwork.runs import EpochRecord, Store
from openwork.tasks import ReverseIncrement, make_task
from openwork.tasks.vocabulary import Vocabulary
from openwork.training import Experiment, Measured, Progress, recipe

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
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

    def opened(path: Path, width: int = 1280, scheme: str = "light", link: str = "") -> Tab:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        tab = Tab(context.new_page(), [], [])
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.on("console", lambda said: tab.errors.append(said.text))
        tab.page.goto(path.as_uri() + link)
        if tab.page.locator("#openwork-data").count():
            # Not `wait_for_function`: asked a second time it evaluates a text, which the page's policy forbids.
            tab.page.wait_for_selector("html[data-live=ready]", state="attached")
        tab.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        return tab

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of one experiment on eight bits, judged; and the live page that `openwork explain` wrote.

    Where no seed is solved at this level of SIMD, routes are asked for and the page is written anew.
    """
    folder = tmp_path_factory.mktemp("report")
    words = ["explain", "reverse-increment", "--param", "base=2", "--seeds", "0..1", "--engine", "native"]
    words += ["--store", str(folder), "-o", str(folder / "live.html")]
    if run(words):
        with Store.open(folder) as kept:
            names = [one.name for one in kept.runs()]
        assert all(run(["routes", name, "--store", str(folder)]) == 0 for name in names)
        assert run(words) == 1
    return folder


@pytest.fixture(scope="session")
def live(store: Path) -> Path:
    """What `openwork explain` writes."""
    return store / "live.html"


@pytest.fixture(scope="session")
def report(store: Path) -> Path:
    """What `openwork report --static` writes."""
    with Store.open(store) as kept:
        name = kept.runs()[0].name
    assert run(["report", name, "--static", "--store", str(store), "-o", str(store / "static.html")]) == 0
    return store / "static.html"


class HostileTask(ReverseIncrement):
    name = HOSTILE
    summary = HOSTILE

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(tuple(f"{HOSTILE}{symbol}" for symbol in super().vocabulary.symbols))


@pytest.fixture(scope="session")
def harm() -> LiveReport:
    """A report on a task whose names, symbols and claims are markup."""
    task = HostileTask(2, 3)
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=3)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task)
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 0.5, 1, 8), None, HOSTILE, 1)
    overview = Overview(Experiment(task, spec, recipe(), DataSplit()), HOSTILE, 0, 1, 8, (epoch,), HOSTILE, 1.0)
    claim = Accuracy(says=HOSTILE)
    example = Counterexample(HOSTILE, Replay(3))
    cases, effect = (part(HOSTILE, 0.1, ">=", 0.5),), Effect(0.1, HOSTILE)
    verdict = Verdict(
        ClaimText(HOSTILE, "accuracy", HOSTILE, {}),
        Outcome.REFUTED,
        HOSTILE,
        cases,
        HOSTILE,
        effect,
        (example,) * 2,
        8,
        HOSTILE,
    )
    path = RoutePath(1, (Hop("blocks.0.attn.head.0", 1, 3),), 0.5, 0.5)
    route = Route("y[0]", HOSTILE, 1, 3, 8, 1.0, 0.5, "one", (path,))
    curve, routes = analyses.learning_curve([epoch]), Routes((route,), (HOSTILE,) * task.n_pos, 8, 8, "all", 0.9, 8)
    text = ClaimText(HOSTILE, "accuracy", HOSTILE, {})
    kinds = zip(range(len(Outcome) + 1), (*Outcome, Outcome.UNDECIDED), (*Outcome, Outcome.CONFIRMED), strict=True)
    judged = tuple(Judgement(epoch, *found, 1, 2, effect, HOSTILE) for epoch, *found in kinds)
    records = tuple(EpochRecord(e, 0.01, 1.0, Measured(1.0, 0.5, 1, 8), None, 9, 0.1) for e in range(1, 5))
    since = OverTraining(
        HOSTILE, records, tuple(range(5)), (ClaimOverTraining(text, judged),), (Aside(text, HOSTILE),), HOSTILE, 8
    )
    results = (
        curve,
        since,
        routes,
        analyses.accuracy(subject),
        analyses.interchange(subject),
        analyses.attention(subject, 0),
        analyses.readout_table(subject),
        analyses.component_outputs(subject, "blocks.0.mlp", [5]),
    )
    siblings = tuple(Sibling(HOSTILE, seed, True, curve, routes) for seed in range(2))
    return LiveReport(subject, overview, (claim,), (verdict,), results, routes, siblings)


@pytest.fixture(scope="session")
def hostile(harm: LiveReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harmful report without scripts."""
    page = tmp_path_factory.mktemp("hostile") / "page.html"
    return write_html(explanation_document(harm.overview, harm.verdicts, harm.results), page)


@pytest.fixture(scope="session")
def hostile_live(harm: LiveReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harmful report as a live page."""
    return write_page(live_html(harm), tmp_path_factory.mktemp("hostile") / "live.html")


def drawn(name: str, folder: Path, params: dict[str, int] | None = None, **sizes: object) -> Path:
    """A page on a task whose questions are drawn, of a model that has learned nothing."""
    task = make_task(name, params or {})
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=3, **sizes)
    subject = Subject.of(choose_engine(spec).engine, initial_stack(spec, [0]), task, Inputs(500))
    epoch = Progress(0, 1, 0.01, 1.0, Measured(1.0, 0.5, 1, 8), None, "finished", 1)
    experiment, right = Experiment(task, spec, recipe(), DataSplit(inputs=400)), int(subject.scores.sequences[0])
    overview = Overview(experiment, "abc", 0, right, 500, (epoch,), "native", 1.0, subject.coverage)
    claims = (Accuracy(),)
    verdicts = check(claims, Context(subject, experiment))
    return write_page(live_html(LiveReport(subject, overview, claims, verdicts, (), None, ())), folder / "page.html")


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty outputs that are words, of a model without a norm."""
    return drawn("running-sum-sign", tmp_path_factory.mktemp("crowded"), normalization_type=None)


@pytest.fixture(scope="session")
def language(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers that are sets."""
    return drawn("dyck", tmp_path_factory.mktemp("language"))


@pytest.fixture(scope="session")
def brackets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Questions of every length, padded, and attention both ways."""
    return drawn("balanced-brackets", tmp_path_factory.mktemp("brackets"))
