"""Live pages of the site: models that ship with the tests, and one of each kind of task, trained as the site is built.

The first of them is the site's first page. All of them stand in `live/`, with a picture each in its index.
"""

from __future__ import annotations

import html
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import openwork
from openwork.jobs import pipeline
from openwork.jobs.opened import OpenedRun
from openwork.page import live_html

SHIPPED = Path(__file__).resolve().parent.parent / "tests" / "known_circuits" / "solved"
KINDS = ("majority", "modular-addition", "induction", "dyck")
"""one answer at the end; by waves; an answer at every position; sets of symbols"""
FIRST = "reverse-increment-A"
TITLE = "Models to play with"
NO_PICTURE = "<em>No routes are looked for in it, so there is no picture of them.</em><br>"
ABOUT = (
    "Each of these pages holds a model and runs it in your browser: type a question, watch it work, switch parts off, "
    "run a claim's test again. They work offline, from a folder too."
)


@dataclass(frozen=True)
class SiteModel:
    """A page of the site.

    Attributes:
        name: of its file.
        text: what the model does, in a line.
        page: the HTML in `live/`.
        first: the same as the site's first page.
        picture: an SVG of its routes; empty where it has none.
    """

    name: str
    text: str
    page: str
    first: str
    picture: str


def site_models(trained: bool = True) -> Iterator[SiteModel]:
    """Every model of the site, the first one first; without `trained` only those that ship."""
    with tempfile.TemporaryDirectory(prefix="openwork-site-") as store:
        for letter in "AB":
            file = SHIPPED / f"model_{letter}.safetensors"
            opened = openwork.import_model(file, "reverse-increment", store=store)
            pipeline.look_inside(opened, _unwatched)
            yield _made(f"reverse-increment-{letter}", opened)
        for task in KINDS if trained else ():
            yield _made(task, openwork.explain(task, store=store, progress=False))


def models_index(models: list[SiteModel]) -> str:
    """The page of `live/`: a picture of each model, which leads to it."""
    cards = []
    for model in models:
        picture = f'<img src="{model.name}.svg" alt="Its routes">' if model.picture else NO_PICTURE
        name = html.escape(model.name)
        cards.append(f'<a class="live-card" href="{name}.html">{picture}<b>{name}</b> {html.escape(model.text)}</a>')
    return f'# {TITLE}\n\n{ABOUT}\n\n<div class="live-cards">\n' + "\n".join(cards) + "\n</div>\n"


def write_models(models: list[SiteModel], site: Path) -> None:
    """The pages and pictures beside their index, and the first page."""
    for model in models:
        (site / "live" / f"{model.name}.html").write_text(model.page, encoding="utf-8")
        if model.picture:
            (site / "live" / f"{model.name}.svg").write_text(model.picture, encoding="utf-8")
    (site / "index.html").write_text(models[0].first, encoding="utf-8")


def _made(name: str, opened: OpenedRun) -> SiteModel:
    report = opened.live()
    beside = (("About openwork", "../about.html"), (TITLE, "index.html"))
    page = live_html(replace(report, beside=beside))
    first = (
        live_html(replace(report, beside=[(title, _from_root(to)) for title, to in beside])) if name == FIRST else ""
    )
    drawn = opened.shows_routes and any(route.paths for route in opened.all_routes.routes)
    return SiteModel(name, opened.stored.task.summary, page, first, opened.figure("routes").svg if drawn else "")


def _from_root(address: str) -> str:
    return address.removeprefix("../") if address.startswith("../") else f"live/{address}"


def _unwatched(*_: object) -> None:
    """Nobody watches what is looked for."""
