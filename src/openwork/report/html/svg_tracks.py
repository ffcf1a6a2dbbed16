"""Curves, and a track beneath for each thing that comes to hold, on one axis as SVG; a tooltip on every moment."""

from __future__ import annotations

from itertools import pairwise

from markupsafe import Markup

from openwork.report.html.svg import Child, canvas, element
from openwork.report.html.svg_curve import LEFT, WIDTH, Frame, drawn, summary, tick_text
from openwork.report.parts import MOMENTS, Moment, Track, Tracks

CURVE_HEIGHT = 190.0
TRACK_HEIGHT = 46.0
NAME = 14.0
BAR = 20.0
FOOT = 40.0
WIDEST = 22.0
FLAT = 2.0
"""px that are drawn where nothing holds"""


def svg_tracks(part: Tracks) -> Markup:
    """The figure, without its title and caption."""
    pieces: list[Child] = []
    top, frame = 0.0, None
    for curve in part.curves:
        frame, inside = drawn(curve, CURVE_HEIGHT)
        pieces.append(element("g", *inside, transform=f"translate(0 {top:g})"))
        top += CURVE_HEIGHT
    height = top + TRACK_HEIGHT * len(part.tracks) + FOOT
    if frame is not None:
        wide = _width(part.places, frame)
        for index, track in enumerate(part.tracks):
            pieces += _track(track, top + index * TRACK_HEIGHT, frame, wide)
        pieces += _axis(part.x_title, height - FOOT, height, frame)
    return canvas(WIDTH, height, told(part), *pieces, kind="curve")


def told(part: Tracks) -> str:
    """What somebody hears who cannot see the figure."""
    curves = "; ".join(map(summary, part.curves))
    return f"{curves}. " + " ".join(f"{track.name}: {track.said}" for track in part.tracks)


def _width(places: tuple[float, ...], frame: Frame) -> float:
    """Of a moment, in px: most of the smallest distance between two."""
    gaps = [frame.x(after) - frame.x(before) for before, after in pairwise(places)]
    return max(1.5, min(0.76 * min(gaps, default=WIDEST), WIDEST))


def _track(track: Track, top: float, frame: Frame, wide: float) -> list[Child]:
    ground = top + NAME + 6 + BAR
    line = element("line", class_="ow-grid", x1=LEFT, x2=frame.right, y1=ground, y2=ground)
    name = element("text", track.name, class_="ow-track-name", x=LEFT, y=top + NAME)
    return [name, line, *(_moment(track.name, moment, ground, frame, wide) for moment in track.moments)]


def _moment(name: str, moment: Moment, ground: float, frame: Frame, wide: float) -> Markup:
    tall = max(BAR * moment.share, FLAT)
    told = element("title", f"{name}, {moment.told}")
    return element(
        "rect",
        told,
        class_=f"ow-moment ow-moment-{moment.kind}",
        x=frame.x(moment.x) - wide / 2,
        y=ground - tall,
        width=wide,
        height=tall,
    )


def _axis(title: str, ground: float, height: float, frame: Frame) -> list[Child]:
    pieces: list[Child] = []
    for tick in frame.x_ticks:
        x = frame.x(tick)
        pieces.append(element("line", class_="ow-tick", x1=x, x2=x, y1=ground, y2=ground + 4))
        pieces.append(element("text", tick_text(tick), class_="ow-column-label", x=x, y=ground + 18))
    middle = (LEFT + frame.right) / 2
    return [*pieces, element("text", title, class_="ow-x-title", x=middle, y=height - 4)]


def svg_moment(kind: str) -> Markup:
    """A sample of one kind, for the key."""
    tall = {"some": 6.0, "fails": FLAT, "open": 4.0}.get(kind, 11.0)
    inside = element("rect", class_=f"ow-moment ow-moment-{kind}", x=1, y=12 - tall, width=8, height=tall)
    return element("svg", inside, class_="ow-sample", width=10, height=13, aria_hidden="true")


def key_entries() -> list[tuple[str, Markup]]:
    """Every kind of moment in words, with its sample."""
    return [(words, svg_moment(kind)) for kind, (_, words) in MOMENTS.items()]
