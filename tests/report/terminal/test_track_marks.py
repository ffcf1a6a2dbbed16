"""Tracks under curves: as signs for a terminal, and as bars on the curves' own axis."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pytest
from rich.console import Console

from openwork.claims import ClaimOverTraining, Judgement, Outcome, OverTraining
from openwork.claims.verdict import ClaimText
from openwork.report import parts as p
from openwork.report import parts_of
from openwork.report.html.svg_tracks import key_entries, svg_tracks
from openwork.report.sections import over_training as section
from openwork.report.terminal.lowering import terminal
from openwork.report.terminal.track_marks import fitting, key_line, marks, ruler, values_at
from openwork.runs import EpochRecord
from openwork.training import Measured

PLACES = (0.0, 5.0, 10.0, 40.0)
TRACK = p.Track(
    "a claim", (p.Moment(0, "open", 0, "a"), p.Moment(10, "some", 0.5, "b"), p.Moment(40, "holds", 1, "c")), ""
)


def curve(**more) -> p.Curve:
    return p.Curve("Accuracy", (p.Series("training", (10.0, 40.0), (0.0, 1.0)),), "epoch", "share", **more)


def test_one_sign_for_each_place_and_a_blank_where_nothing_is_known():
    assert marks(TRACK, PLACES) == "· ◐●"
    assert all(sign in key_line() for sign, _ in p.MOMENTS.values())


def test_of_too_many_places_some_are_kept_and_the_last_among_them():
    assert fitting(range(41), 58) == tuple(range(41))
    kept = fitting(range(1000), 58)
    assert len(kept) <= 58 and kept[-1] == 999 and len({after - before for before, after in pairwise(kept)}) == 1


@pytest.mark.parametrize("count", [1, 2, 9, 41, 58])
def test_a_ruler_numbers_places_where_they_stand(count):
    line = ruler(range(count), 58)
    assert line.startswith("0") and len(line) <= 58
    assert all(line.index(number) == int(number) for number in line.split())
    assert line.endswith(str(count - 1)) or count in (2, 58)  # where the last has no room


def test_a_name_has_room_where_the_signs_leave_it():
    long = "a-name-that-is-longer-than-twenty"

    def shown(places: int) -> str:
        track = p.Track(long, tuple(p.Moment(x, "holds", 1, "") for x in range(places)), "")
        console = Console(width=80, record=True, file=io.StringIO())
        console.print(terminal([p.Tracks("T", (curve(),), (track,), "epoch")]))
        return console.export_text()

    assert f"{long}  ●●●" in shown(3)
    assert long not in shown(50) and "●" * 50 in shown(50) and "a-name-that" in shown(50)
    assert "57 of 114 are shown here" in shown(114) and "●" * 57 in shown(114)


def test_a_line_is_read_at_the_places_of_the_tracks():
    found = values_at(curve().series[0], PLACES)
    assert found[2:] == (0.0, 1.0) and found[0] != found[0]


def test_bars_stand_on_the_axis_of_the_curve_and_are_as_high_as_their_share():
    drawing = str(svg_tracks(p.Tracks("T", (curve(x_range=(0, 40)),), (TRACK,), "epoch")))
    bars = [dict(re.findall(r'(\w+)="([\d.]+)"', bar)) for bar in re.findall(r"<rect class=\"ow-moment[^>]*>", drawing)]
    middles = [float(bar["x"]) + float(bar["width"]) / 2 for bar in bars]
    assert (middles[1] - middles[0]) / (middles[2] - middles[0]) == pytest.approx(0.25, abs=1e-3)
    assert [float(bar["height"]) for bar in bars] == [2, 10, 20]
    points = re.search(r'points="([^"]+)"', drawing)[1].split()
    assert [float(point.split(",")[0]) for point in points] == pytest.approx(middles[1:], abs=0.02)
    assert len(key_entries()) == len(p.MOMENTS)


def result(epochs: range, recorded: int) -> OverTraining:
    """A claim that is true from the last epoch but one on."""
    measured = Measured(0.1, 1.0, 8, 8)
    history = tuple(EpochRecord(e, 0.01, 0.1, measured, None, e, 0.1) for e in range(1, recorded))
    outcomes = [Outcome.REFUTED] * (len(epochs) - 2) + [Outcome.CONFIRMED] * 2
    judged = tuple(
        Judgement(e, o, o, o is Outcome.CONFIRMED, 1, None, "") for e, o in zip(epochs, outcomes, strict=True)
    )
    claim = ClaimOverTraining(ClaimText("c", "accuracy", "says", {}), judged)
    return OverTraining("0" * 12, history, tuple(epochs), (claim,), (), "8 of 8 inputs", 8)


def test_two_epochs_in_a_cell_are_explained_where_they_occur():
    def table(found: OverTraining) -> p.Table:
        return next(part for part in parts_of(found) if isinstance(part, p.Table))

    assert table(result(range(5), 5)).rows[0][1] == "3" and ".." not in table(result(range(5), 5)).caption
    skipping = table(result(range(0, 41, 10), 41))
    assert skipping.rows[0][1] == "20..30" and "20..30: at the second" in skipping.caption


def test_of_very_many_checkpoints_some_are_drawn_and_it_says_so():
    many = result(range(1000), 1000)
    [track] = section.tracks(many)
    assert len(track.moments) <= section.MOST_SHOWN and track.moments[-1].x == 999
    assert f"{len(track.moments)} of those judged are drawn" in section.how(many)
    assert "drawn" not in section.how(result(range(41), 41))
