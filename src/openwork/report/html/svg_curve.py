"""Lines over a common axis as SVG, a tooltip on every point; the page names the lines above it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from openwork.report.html.svg import MINUS, Child, canvas, element, number
from openwork.report.parts import Curve, Series

WIDTH, HEIGHT = 680.0, 262.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 40.0, 44.0
COLOURS = 6
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Frame:
    """Where data lands on the canvas: `x` and `y` map a number to px."""

    x: Callable[[float], float]
    y: Callable[[float], float]
    x_ticks: tuple[float, ...]
    y_ticks: tuple[float, ...]
    right: float
    bottom: float
    height: float


def svg_curve(curve: Curve) -> Markup:
    """The figure, without its title and caption."""
    _, pieces = drawn(curve, HEIGHT)
    return canvas(WIDTH, HEIGHT, summary(curve), *pieces, kind="curve")


def drawn(curve: Curve, height: float) -> tuple[Frame, list[Child]]:
    """Where data land on a canvas of this height, and everything on it."""
    frame = _frame(curve, height)
    pieces = [*_axes(curve, frame), *_marks(curve, frame)]
    loud = [series for series in curve.series if not series.quiet]
    for series in curve.series:
        if series.quiet:
            pieces.append(element("polyline", class_="ow-line ow-quiet", points=_points(series, frame)))
    for index, series in enumerate(loud):
        pieces += _line(series, f"ow-l{index % COLOURS}", curve, frame)
    return frame, pieces


def summary(curve: Curve) -> str:
    """What somebody hears who cannot see the figure: where each line starts and ends."""
    said = []
    for series in curve.series:
        known = [y for y in series.y if math.isfinite(y)]
        if known and not series.quiet:
            said.append(f"{series.name} from {known[0]:.4g} to {known[-1]:.4g}")
    return f"Curve, {curve.title}, {curve.y_title} over {curve.x_title}: {'; '.join(said) or 'no numbers'}"


def nice_ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round numbers from `low` to `high`, about this many."""
    if not high > low:
        return (low,)
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * min((1, 2, 2.5, 5, 10), key=lambda m: abs(m * size - rough))
    first = math.ceil(low / step - 1e-9)
    return tuple(round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1))


def tick_text(value: float) -> str:
    """A number as it stands at an axis: a power of ten where many zeros would not fit."""
    power = round(math.log10(abs(value))) if value else 0
    if -2 <= power <= 4 or not math.isclose(abs(value), 10.0**power):
        return f"{value:g}".replace("-", MINUS)
    return f"{MINUS if value < 0 else ''}10{str(power).translate(RAISED)}"


def _frame(curve: Curve, height: float) -> Frame:
    xs = [x for series in curve.series for x in series.x] or [0.0, 1.0]
    ys = [y for series in curve.series for y in series.y if math.isfinite(y) and (y > 0 or not curve.log_y)] or [
        0.1,
        1.0,
    ]
    low, high = curve.y_range or (min(ys), max(ys))
    right, bottom = WIDTH - RIGHT, height - BOTTOM
    x_low, x_high = curve.x_range or (min(xs), max(xs))
    if curve.log_y:
        low, high = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if not high > low:
        low, high = low - 0.5, high + 0.5

    def to_x(value: float) -> float:
        return LEFT + (value - x_low) / ((x_high - x_low) or 1.0) * (right - LEFT)

    def to_y(value: float) -> float:
        place = math.log10(max(value, 10.0**low)) if curve.log_y else value
        return bottom - min(max((place - low) / (high - low), 0.0), 1.0) * (bottom - TOP)

    about = round((bottom - TOP) / 36)
    y_ticks = nice_ticks(low, high, about)
    if curve.log_y:
        every = max(1, math.ceil((high - low) / (2 * about)))
        y_ticks = tuple(10.0**p for p in range(int(low), int(high) + 1, every))
    x_ticks = nice_ticks(x_low, x_high, 8)
    if all(x == int(x) for x in xs):
        x_ticks = tuple(x for x in x_ticks if x == int(x))
    return Frame(to_x, to_y, x_ticks, y_ticks, right, bottom, height)


def _axes(curve: Curve, frame: Frame) -> list[Child]:
    pieces: list[Child] = []
    for tick in frame.y_ticks:
        y = frame.y(tick)
        pieces.append(element("line", class_="ow-grid", x1=LEFT, x2=frame.right, y1=y, y2=y))
        pieces.append(element("text", tick_text(tick), class_="ow-row-label", x=LEFT - 8, y=y + 4))
    for tick in frame.x_ticks:
        x = frame.x(tick)
        pieces.append(element("line", class_="ow-tick", x1=x, x2=x, y1=frame.bottom, y2=frame.bottom + 4))
        pieces.append(element("text", tick_text(tick), class_="ow-column-label", x=x, y=frame.bottom + 18))
    middle = (LEFT + frame.right) / 2
    pieces.append(element("text", curve.x_title, class_="ow-x-title", x=middle, y=frame.height - 6))
    pieces.append(element("text", curve.y_title, class_="ow-y-title", x=0, y=14))
    pieces.append(element("line", class_="ow-axis", x1=LEFT, x2=frame.right, y1=frame.bottom, y2=frame.bottom))
    return pieces


def _marks(curve: Curve, frame: Frame) -> list[Child]:
    pieces: list[Child] = []
    for mark in curve.marks:
        x = frame.x(mark.x)
        pieces.append(element("line", class_="ow-mark", x1=x, x2=x, y1=TOP - 18, y2=frame.bottom))
        after = x < (LEFT + frame.right) / 2
        kind = "ow-mark-label" if after else "ow-mark-label ow-before"
        pieces.append(element("text", mark.label, class_=kind, x=x + (5 if after else -5), y=TOP - 7))
    return pieces


def _points(series: Series, frame: Frame) -> str:
    seen = [(x, y) for x, y in zip(series.x, series.y, strict=True) if math.isfinite(y)]
    return " ".join(f"{number(frame.x(x))},{number(frame.y(y))}" for x, y in seen)


def _line(series: Series, colour: str, curve: Curve, frame: Frame) -> list[Child]:
    pieces: list[Child] = [element("polyline", class_=f"ow-line {colour}", points=_points(series, frame))]
    for x, y in zip(series.x, series.y, strict=True):
        if math.isfinite(y):
            told = element("title", f"{series.name}, {curve.x_title} {x:g}: {y:.6g}")
            pieces.append(element("circle", told, class_=f"ow-point {colour}", cx=frame.x(x), cy=frame.y(y), r=3))
    return pieces
