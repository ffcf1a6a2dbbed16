from __future__ import annotations

import pandas
import pytest

from openwork import analyses
from openwork.analyses import LearningCurve
from openwork.claims import OverTraining
from openwork.errors import OpenworkError
from openwork.report import Display, Judged, html_fragment


@pytest.fixture(scope="module")
def shown(measures) -> list[Display]:
    return [Display(result) for result in measures.results]


def test_every_result_shows_itself(shown):
    for display in shown:
        assert display._repr_html_() == html_fragment(display.parts())
        assert display._repr_html_().startswith('<div class="ow ow-fragment">')
        assert repr(display) == f"{display.title}\n{display.summary}"


def test_records_are_rows_of_one_shape(shown):
    for display in shown:
        frame = pandas.DataFrame(display.records())
        assert len(frame) == len(display.records()) > 0
        assert not frame.isna().any().any() or isinstance(display.result, LearningCurve | OverTraining)


def test_every_result_draws_itself(shown):
    for display in shown:
        assert display.figure().data
        assert len(display.figures()) >= 1


def test_a_figure_that_is_not_there_says_how_many_there_are(shown):
    with pytest.raises(OpenworkError, match="counted from 0"):
        shown[0].figure(99)
    with pytest.raises(OpenworkError):
        shown[0].figure(-1)


def test_attributes_of_the_result_are_its_own(subject):
    display = Display(analyses.attention(subject, 0))
    assert display.mean is display.result.mean
    assert {"mean", "figure", "records"} <= set(dir(display))
    with pytest.raises(AttributeError):
        _ = display.meen
    with pytest.raises(AttributeError):
        _ = display._private


def test_verdicts_show_themselves(measures):
    judged = Judged(measures.verdicts)
    assert len(pandas.DataFrame(judged.records())) == sum(len(v.parts) for v in judged)
    assert "REFUTED" in judged._repr_html_()
    assert repr(judged).count("\n") == len(judged)
    assert judged.figure().layout.title.text.startswith("6 claims judged")
    assert judged.named("always-learns").claim.kind == "learns"
    with pytest.raises(KeyError, match="mirror-attention"):
        judged.named("mirror")
