"""Tracks as lines of signs, one for each place of the axis: for a terminal, and for Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from openwork.report.parts import MOMENTS, Series, Track

Place = TypeVar("Place", bound=float)


def marks(track: Track, places: Sequence[float]) -> str:
    """One sign for each place; a blank where nothing is known."""
    known = {moment.x: MOMENTS[moment.kind][0] for moment in track.moments}
    return "".join(known.get(place, " ") for place in places)


def key_line() -> str:
    """What the signs mean."""
    return "   ".join(f"{sign} {words}" for sign, words in MOMENTS.values())


def fitting(places: Sequence[Place], width: int) -> tuple[Place, ...]:
    """As many places as fit, evenly from the last backwards, so that the end is always among them."""
    every = max(1, math.ceil(len(places) / width))
    return tuple(reversed(places[::-1][::every]))


def values_at(series: Series, places: Sequence[float]) -> tuple[float, ...]:
    """A line's values at these places; NaN where it has none."""
    known = dict(zip(series.x, series.y, strict=True))
    return tuple(known.get(place, math.nan) for place in places)


def ruler(places: Sequence[float], width: int) -> str:
    """Numbers above the signs: the first place, the last, and every tenth between, each where there is room."""
    line = [" "] * width
    last = len(places) - 1
    for index in (0, last, *range(10, last, 10)):
        text = f"{places[index]:g}"
        around = line[max(index - 1, 0) : index + len(text) + 1]
        if index + len(text) <= width and not "".join(around).strip():
            line[index : index + len(text)] = text
    return "".join(line).rstrip()
