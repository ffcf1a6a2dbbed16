"""Parts as HTML: one self-contained page, or a fragment for a notebook. No scripts, no requests, everything escaped.

Nothing in it controls what shows it: a page and a fragment leave through `visible`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache, singledispatch
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from openwork.errors import visible
from openwork.report import parts as p
from openwork.report.document import Document
from openwork.report.html.css import palette_css
from openwork.report.html.svg import number
from openwork.report.html.svg_curve import COLOURS, svg_curve
from openwork.report.html.svg_graph import svg_graph
from openwork.report.html.svg_heatmap import svg_heatmap
from openwork.report.html.svg_key import svg_key
from openwork.report.html.svg_tracks import key_entries, svg_tracks

FOLDER = "templates"


def html_page(document: Document) -> str:
    """The whole document as one page that needs nothing else."""
    sections = [part for part in document.parts if isinstance(part, p.Section)]
    return rendered(
        template_text("page.html"),
        style=palette_css() + template_text("style.css") + template_text("page.css"),
        document=document,
        contents=[(section.anchor, section.title) for section in sections],
        children=[html_of(part) for part in document.parts],
    )


def rendered(template: str, *, style: str, document: Document, **values: Any) -> str:
    """A page from the text of a template, with its style and what every page has."""
    page = (
        _environment()
        .from_string(template)
        .render(
            document=document,
            subtitle=_macro("prose", document.subtitle),
            style=Markup(style),
            style_hash=Markup("sha256-{}").format(digest(style)),
            version=_version(),
            **values,
        )
    )
    return visible(page)


def digest(text: str) -> str:
    """What a Content-Security-Policy calls a style or a script by: base64 of its SHA-256."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def html_fragment(shown: Iterable[p.Part]) -> str:
    """These parts for a notebook's output cell, with the style they need and no more."""
    style = Markup(palette_css() + template_text("style.css"))
    inside = Markup("\n").join(html_of(part) for part in shown)
    return visible(str(Markup('<div class="ow ow-fragment"><style>{}</style>\n{}\n</div>').format(style, inside)))


@singledispatch
def html_of(part: object) -> Markup:
    """One part as HTML, safe to place in a page."""
    raise TypeError(f"{type(part).__name__} is not a display part")


@html_of.register
def _(part: p.Heading) -> Markup:
    return _macro("heading", part)


@html_of.register
def _(part: p.Text) -> Markup:
    return _macro("text", part)


@html_of.register
def _(part: p.Attachment) -> Markup:
    return _macro("attachment", part, base64.b64encode(part.text.encode()).decode())


@html_of.register
def _(part: p.Figures) -> Markup:
    return _macro("figures", part)


@html_of.register
def _(part: p.Table) -> Markup:
    return _macro("table", part)


@html_of.register
def _(part: p.Curve) -> Markup:
    return _macro("drawing", part, _legend(part), svg_curve(part), "")


@html_of.register
def _(part: p.Tracks) -> Markup:
    legend = _legend(part.curves[0]) if part.curves else ""
    return _macro("drawing", part, legend, svg_tracks(part), _macro("key", key_entries()))


def _legend(curve: p.Curve) -> Markup | str:
    names = [series.name for series in curve.series if not series.quiet]
    return _macro("legend", [(name, index % COLOURS) for index, name in enumerate(names)]) if names else ""


@html_of.register
def _(part: p.Heatmap) -> Markup:
    return _macro("drawing", part, "", svg_heatmap(part), svg_key(part))


@html_of.register
def _(part: p.Graph) -> Markup:
    return _macro("drawing", part, "", svg_graph(part), "")


@html_of.register
def _(part: p.VerdictList) -> Markup:
    return _macro("verdicts", part, [html_of(row.parts) if row.parts else "" for row in part.rows])


@html_of.register
def _(part: p.Beside) -> Markup:
    return _macro("beside", [html_of(child) for child in part.parts])


@html_of.register
def _(part: p.Fold) -> Markup:
    return _macro("fold", part, [html_of(child) for child in part.parts])


@html_of.register
def _(part: p.Section) -> Markup:
    return _macro("section", part, [html_of(child) for child in part.parts])


def slug(text: str) -> str:
    """A name as it may stand in an id: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"


def table_name(table: p.Table) -> str:
    """What a table is called by who cannot see it: the first sentence under it, or what its columns are."""
    names = [column.name for column in table.columns if column.name]
    return table.caption.partition(". ")[0] or f"Table of {', '.join(names) or 'facts'}"


def _macro(name: str, *arguments: Any) -> Markup:
    module: Any = _environment().get_template("parts.html").module
    return escape(getattr(module, name)(*arguments)).strip()


@cache
def _environment() -> Environment:
    names = ("page.html", "parts.html")
    environment = Environment(
        loader=DictLoader({name: template_text(name) for name in names}), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "code_spans": p.code_spans,
        "unbroken": p.unbroken,
        "slug": slug,
        "bar": _bar,
        "table_name": table_name,
    }
    environment.tests["share"] = lambda value: isinstance(value, p.Share)
    return environment


def _bar(share: p.Share) -> str:
    return number(100 * min(max(share.value, 0.0), 1.0))


@cache
def template_text(name: str) -> str:
    """A file of the templates."""
    return (files("openwork.report.html") / FOLDER / name).read_text(encoding="utf-8")


@cache
def _version() -> str:
    try:
        return version("openwork")
    except PackageNotFoundError:
        return "from source"
