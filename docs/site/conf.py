"""Sphinx's settings. Its pages are made by `scripts/build_site.py`, which calls it."""

from html import escape
from textwrap import shorten
from urllib.parse import urljoin

from docutils.nodes import paragraph
from sphinx.ext.napoleon import Config, GoogleDocstring

project = "openwork"
author = "the openwork authors"
copyright = "the openwork authors, MIT licence"
extensions = ["myst_parser", "sphinx.ext.autodoc"]

root_doc = "about"  # index.html is a model to play with, which scripts/site_models.py writes
html_theme = "furo"
html_title = "openwork"
html_static_path = ["static"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"source_repository": "", "footer_icons": []}

myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["myst.header"]

LONGEST_CARD = 200
"""characters of a description that others show"""

# Docstrings write code in single backticks.
default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
maximum_signature_line_length = 100


def setup(app):
    app.connect("autodoc-process-docstring", with_sections)
    app.connect("html-page-context", with_card)


def with_sections(app, what, name, obj, options, lines):
    """`Args:` and `Raises:` as lists. Napoleon's own hook takes a colon in an attribute for the end of a type."""
    if what not in ("attribute", "property", "data"):
        lines[:] = GoogleDocstring(lines, Config(napoleon_use_ivar=True), app, what, name, obj, options).lines()


def with_card(app, pagename, templatename, context, doctree):
    """What others show where they link to a page: its title, how it begins, and one picture for all pages.

    Readers ask for a picture by its whole address, which is known with `html_baseurl`; without, the address is one from
    the page.
    """
    if doctree is None:
        return
    begins = next((node.astext() for node in doctree.findall(paragraph)), "")
    picture = context["pathto"]("_static/social.png", resource=True)
    card = {
        "og:type": "website",
        "og:site_name": project,
        "og:title": context["title"],
        "og:description": shorten(begins, LONGEST_CARD, placeholder=" …"),
        "og:image": urljoin(app.config.html_baseurl, "_static/social.png") if app.config.html_baseurl else picture,
    }
    tags = [f'<meta property="{name}" content="{escape(value)}">' for name, value in card.items()]
    context["metatags"] += "\n".join([*tags, '<meta name="twitter:card" content="summary_large_image">', ""])
