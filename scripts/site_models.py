"""Live pages of the site: models that ship with the tests, one of each kind of task, trained as the site is built, and
models of others, whose weights are no part of the project: those only where a folder with them is given.

The first page is also the site's first. All of them stand in `live/`, with a picture each in its index. What is trained
and measured is kept in build/site, so that the next build has it at once.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import openwork
from openwork.jobs import pipeline
from openwork.jobs.opened import OpenedRun
from openwork.page import live_html
from others_on_site import others

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "build" / "site" / "runs"
SHIPPED = ROOT / "tests" / "known_circuits" / "solved"
KINDS = {
    "majority": "one answer, at the end",
    "modular-addition": "one answer, worked out by waves",
    "addition": "an answer written out, digit by digit",
    "induction": "an answer at every position",
    "dyck": "sets of symbols at every position",
    "binary-majority": "texts of several lengths",
}
"""a task of each kind, and what its answers are"""
FIRST = "reverse-increment-A"
TITLE = "Models to play with"
ABOUT = (
    "Each of these pages holds a model and runs it in your browser: type a question, watch it work, switch parts off, "
    "run a claim's test again. They work offline, from a folder too."
)
OURS, THEIRS = "Ours", "Models of others"
LEFT_OUT = (
    "Their weights are no part of this project, so their live pages are left out of this site. With their files in a "
    "folder, `scripts/docs --models-of-others FOLDER` builds them in:"
)
KNOWN = "What is known of them: [the gallery](../gallery/index.md) and [nineteen public models](../public_models.md)."


@dataclass(frozen=True)
class SiteModel:
    """A page of the site.

    Attributes:
        name: of its file.
        text: what the model does, in a line.
        page: the HTML in `live/`.
        first: the same as the site's first page; empty for all others.
        drawn: an SVG of its routes; empty where it has none.
        theirs: whether it is a model of others.
    """

    name: str
    text: str
    page: str
    first: str
    drawn: str
    theirs: bool = False

    @property
    def picture(self) -> str:
        """The file in `live/` that its card shows."""
        return f"{self.name}.svg" if self.drawn else f"{self.name}.png"


def site_models(trained: bool, folder: Path | None, address: str) -> Iterator[SiteModel]:
    """Every model of the site, the first one first.

    Args:
        trained: with those that are trained; else only those that ship.
        folder: where the models of others lie; None leaves them out.
        address: of the site, for the pictures that others show of it; empty where nobody says.
    """
    for letter in "AB":
        opened = openwork.import_model(SHIPPED / f"model_{letter}.safetensors", "reverse-increment", store=STORE)
        pipeline.look_inside(opened, _unwatched)
        yield _made(f"reverse-increment-{letter}", opened.stored.task.summary, opened, address)
    for task, kind in KINDS.items() if trained else ():
        _say(f"training {task}")
        opened = openwork.explain(task, store=STORE, progress=False)
        yield _made(task, f"{opened.stored.task.summary}: {kind}", opened, address)
    for other in others() if folder else ():
        _say(f"looking into {other.file}")
        yield replace(_made(other.name, other.text, other.opened(folder, STORE), address), theirs=True)


def models_index(models: list[SiteModel]) -> str:
    """The page of `live/`: a picture of each model, which leads to it, and what was left out."""
    text = f"# {TITLE}\n\n{ABOUT}\n\n## {OURS}\n\n{_cards([model for model in models if not model.theirs])}\n"
    theirs = [model for model in models if model.theirs]
    if theirs:
        return f"{text}\n## {THEIRS}\n\n{_cards(theirs)}\n"
    left = "\n".join(f"- `{other.file}`: {other.text}" for other in others())
    return f"{text}\n## {THEIRS}\n\n{LEFT_OUT}\n\n{left}\n\n{KNOWN}\n"


def write_models(models: list[SiteModel], site: Path) -> None:
    """The pages and drawings beside their index, and the first page."""
    for model in models:
        (site / "live" / f"{model.name}.html").write_text(model.page, encoding="utf-8")
        if model.drawn:
            (site / "live" / f"{model.name}.svg").write_text(model.drawn, encoding="utf-8")
    (site / "index.html").write_text(models[0].first, encoding="utf-8")


def _cards(models: list[SiteModel]) -> str:
    cards = []
    for model in models:
        name, alt = html.escape(model.name), "Its routes" if model.drawn else "Its page"
        picture = f'<img src="{html.escape(model.picture)}" alt="{alt}" loading="lazy">'
        cards.append(f'<a class="live-card" href="{name}.html">{picture}<b>{name}</b> {html.escape(model.text)}</a>')
    return '<div class="live-cards">\n' + "\n".join(cards) + "\n</div>"


def _made(name: str, text: str, opened: OpenedRun, address: str) -> SiteModel:
    report = opened.live()
    beside = (("About openwork", "../about.html"), (TITLE, "index.html"))
    picture = f"{address}live/{name}.png" if address else f"{name}.png"
    page, first = live_html(replace(report, beside=beside, picture=picture)), ""
    if name == FIRST:
        there = [(title, _from_root(to)) for title, to in beside]
        first = live_html(replace(report, beside=there, picture=picture if address else f"live/{picture}"))
    drawn = opened.shows_routes and any(route.paths for route in opened.all_routes.routes)
    return SiteModel(name, text, page, first, opened.figure("routes").svg if drawn else "")


def _from_root(address: str) -> str:
    return address.removeprefix("../") if address.startswith("../") else f"live/{address}"


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


def _unwatched(*_: object) -> None:
    """Nobody watches what is looked for."""
