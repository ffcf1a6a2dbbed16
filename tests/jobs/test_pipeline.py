"""The spine: its stages in their order, what it leaves to whoever asks, and what it says of a model that fails."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from openwork.analyses import Stage
from openwork.claims import Accuracy, Outcome, Publication, Split, shipped_for
from openwork.data import DataSplit, Inputs
from openwork.jobs import pipeline
from openwork.jobs.opened import open_run
from openwork.jobs.setting import Setting
from openwork.models import spec_for
from openwork.report import verdict_screen
from openwork.runs import Store
from openwork.tasks import Palindrome, ReverseIncrement, make_task
from openwork.training import Experiment, named_experiment, recipe

TASK = ReverseIncrement(2, 2)
UNTRAINED = Experiment(
    TASK, spec_for(TASK, n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=4), recipe(epochs=1), DataSplit(held_out=0.0)
)
EASY = make_task("reverse", {"base": 2, "length": 2})


def explained(folder, task, page=None, **asked):
    """What was found, and the stages that were announced."""
    events: list[object] = []
    with Store.open(folder / "store") as store:
        setting = Setting(store, "native", 1, events.append)
        found = pipeline.explain(task, setting, page=page, **asked)
        notebook = store.runs_of(named_experiment("notebook", task)) if task == TASK else ()
    return found, [str(event) for event in events if isinstance(event, Stage)], notebook


def terminal_text(shown) -> str:
    said = io.StringIO()
    Console(file=said, width=80).print(shown)
    return said.getvalue()


def visible(page: Path) -> str:
    """What a reader sees of a page before its script runs."""
    text = page.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)


def test_the_program_is_said_before_any_verdict(tmp_path):
    found, _, _ = explained(tmp_path, EASY, tmp_path / "page.html")
    shown = found.opened.overview, found.opened.claims, found.opened.recipe, found.opened.known_program
    screen, page = terminal_text(verdict_screen(*shown)), visible(tmp_path / "page.html")
    assert screen.index("What it computes") < screen.index("def program(") < screen.index("claims judged")
    told = " ".join(page.split())
    assert told.index("Inside, y[0] is x[1]") < told.index("How it works") < told.index("of 6 claims refuted")
    assert told.index("Whether the program is the whole of it") < told.index("6 claims judged")
    assert all("def program(" in text and "answer[" in text for text in (screen, page))
    assert "{}" not in screen  # where values are kept says nothing


def test_of_a_task_that_ships_no_claims_the_programs_own_are_judged(tmp_path):
    task = make_task("sort", {"base": 2, "length": 3})
    found, _, _ = explained(tmp_path, task)
    assert found.opened.solved and shipped_for(task) == ()
    [verdict] = found.verdicts
    assert (verdict.claim.kind, verdict.parts[0].label, verdict.parts[0].value) == ("decompiles", "equal", 1)


def test_stages_are_counted_and_in_their_order(tmp_path):
    found, stages, _ = explained(tmp_path, EASY, tmp_path / "page.html")
    assert found.opened.solved and "along these routes alone" in visible(tmp_path / "page.html")
    assert stages == [
        "1 of 7: training seeds",
        "2 of 7: looking for the program inside",
        "3 of 7: proving it on every input",
        "4 of 7: judging claims",
        "5 of 7: measuring",
        "6 of 7: looking for routes",
        "7 of 7: writing the page",
    ]
    more, stages, _ = explained(tmp_path, EASY, tmp_path / "page.html", compare=True)
    assert stages[6:] == ["7 of 8: looking for routes of other seeds", "8 of 8: writing the page"]
    assert more.opened.stored.name == found.opened.stored.name


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("failed")
    page = folder / "page.html"
    return *explained(folder, TASK, page, experiment=UNTRAINED, seeds=(0,)), visible(page)


def test_of_a_model_that_fails_that_is_said_first_and_no_route_is_looked_for(failed):
    found, stages, _, page = failed
    assert not found.opened.solved
    assert stages[1] == f"2 of 7: {pipeline.NO_PROGRAM}" and stages[5] == f"6 of 7: {pipeline.NO_ROUTES}"
    said = "This model does not solve the task: it is right on"
    assert page.index(said) < page.index("Everything measured") and "A model that does not solve" in page
    assert "along these routes alone" not in page
    screen = terminal_text(verdict_screen(found.opened.overview, found.opened.claims, found.opened.recipe))
    assert screen.startswith(said)


def test_routes_of_it_are_shown_once_they_were_asked_for(tmp_path):
    found, _, _ = explained(tmp_path, TASK, experiment=UNTRAINED, seeds=(0,))
    assert not found.opened.shows_routes
    with Store.open(tmp_path / "store") as store:
        setting = Setting(store, "native", 1)
        expected = open_run(found.opened.stored, setting).all_routes
        opened = open_run(found.opened.stored, setting)
        assert opened.shows_routes and opened.results[0] == expected


def test_claims_about_a_recipe_wait_until_they_are_asked_for(failed, tmp_path):
    found, _, notebook, page = failed
    assert notebook == [] and {v.claim.kind for v in found.verdicts}.isdisjoint({"learns", "split"})
    assert "Not judged here: shuffled-split, always-learns" in page
    asked, stages, trained = explained(
        tmp_path, TASK, tmp_path / "page.html", experiment=UNTRAINED, seeds=(0,), recipe_claims=True
    )
    assert stages[4] == "5 of 8: judging claims about a recipe"
    assert len(trained) == 8 and asked.opened.recipe.verdicts[1].outcome is not Outcome.UNDECIDED
    assert [v.claim.id for v in asked.opened.recipe.verdicts] == ["shuffled-split", "always-learns"]
    shown = visible(tmp_path / "page.html")
    apart = shown[shown.index("About a recipe, not about this model") :]
    for words in ("notebook", "From Zero to (Mechanistic) Interpretability", "kutay25", "github.com", "shuffled-split"):
        assert words in apart
    assert "Not judged here" not in shown


def test_claims_about_a_recipe_that_the_user_gives_are_asked_for(tmp_path):
    from_user = (Accuracy(), Split())
    found, _, _ = explained(tmp_path, TASK, experiment=UNTRAINED, seeds=(0,), claims=from_user)
    assert [v.claim.kind for v in found.opened.claims] == ["accuracy"]
    assert [v.claim.kind for v in found.opened.recipe.verdicts] == ["split"]
    assert found.opened.recipe.left == ()


def test_the_page_names_the_publication_whose_claims_it_judges(failed):
    assert failed[0].opened.overview.publication == Publication(
        "From Zero to (Mechanistic) Interpretability",
        "kutay25 on GitHub",
        "https://github.com/kutay25/toy_mechinterp_explainer",
    )
    assert "“From Zero to (Mechanistic) Interpretability” by kutay25 on GitHub" in failed[3]


PHRASES = re.compile(r"every (input|question)|all (inputs|questions)\b|whole domain", re.IGNORECASE)


@pytest.mark.parametrize("static", [False, True])
def test_of_drawn_questions_nothing_says_that_they_are_all(tmp_path, static):
    task = Palindrome()
    spec = spec_for(task, n_layers=1, d_model=4, n_heads=1, d_head=2, d_mlp=4)
    experiment = Experiment(task, spec, recipe(epochs=1), DataSplit(held_out=0.25, inputs=80))
    asked = {"experiment": experiment, "seeds": (0,), "claims": (Accuracy(),), "inputs": Inputs(60)}
    found, _, _ = explained(tmp_path, task, **asked)
    page, opened = tmp_path / "page.html", found.opened
    opened.report(page, static=static)
    screen = terminal_text(verdict_screen(opened.overview, opened.claims, opened.recipe))
    for text in (visible(page), screen, opened.curve.summary, opened.over_training(points=[0, 1]).summary):
        assert not PHRASES.search(text), PHRASES.search(text)
    assert "60 inputs drawn with seed 0" in visible(page) and "with 95 % confidence" in visible(page)
