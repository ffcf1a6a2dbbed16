"""No text of a task, a claim or a file controls the terminal, the browser or the notebook that shows a report."""

from __future__ import annotations

import pytest

from openwork.errors import UNSEEN, visible
from openwork.report import Document, html_fragment, html_page
from openwork.report import parts as p
from openwork.report.lower_markdown import markdown
from openwork.report.lower_plotly import figure_of

CONTROL = "\x1b]0;title\x07 \x9b31m \u202egnp\u2066 end"
"""ESC and BEL, which set a terminal's title; C1, which colours; two that turn the direction of writing about"""


@pytest.mark.parametrize(
    "lowering",
    [
        lambda parts: html_page(Document(CONTROL, parts, CONTROL)),
        html_fragment,
        lambda parts: markdown(Document(CONTROL, parts, CONTROL)),
    ],
    ids=["page", "fragment", "markdown"],
)
def test_control_characters_become_pictures_of_themselves(every_part, poisoned, lowering):
    shown = lowering(poisoned(every_part, CONTROL))
    assert not UNSEEN.search(shown)
    assert "␛" in shown and "␇ �31m �gnp� end" in shown


def test_figures_in_a_notebook_show_them_so_too():
    pytest.importorskip("plotly")
    figure = figure_of(p.Table(p.columns(CONTROL), ((CONTROL,),), CONTROL))
    assert figure.layout.title.text == visible(CONTROL) and figure.data[0].cells["values"][0][0] == visible(CONTROL)
