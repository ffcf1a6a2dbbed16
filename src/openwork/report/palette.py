"""Colours that colour-blind readers can tell apart and that stay ordered in grey, for light and dark pages.

Scales are interpolated in OKLab, so equal steps look equal. The background stands for the scale's end that is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

STEPS = 20
"""a scale has STEPS + 1 colours"""

Rgb = tuple[float, float, float]

LIGHT_SEQUENCE = ("#f3f1ec", "#c5d8e3", "#7fb0cf", "#3a7fb0", "#14507f", "#0b2c4d")
DARK_SEQUENCE = ("#1f242b", "#1f3d57", "#2a6592", "#4b93c4", "#8fc4e6", "#e2f2fd")
LIGHT_OPPOSITE = ("#f3f1ec", "#f0d3b0", "#e0a161", "#bf6d22", "#8a4307", "#552504")
DARK_OPPOSITE = ("#1f242b", "#4d351d", "#8a581f", "#c5852f", "#eeb56a", "#ffe9cc")

LINES_LIGHT = ("#14507f", "#bf5b04", "#5b4a9c", "#2f7d5b", "#a3386c", "#6b6b6b")
LINES_DARK = ("#6db3e3", "#f0a04b", "#b0a2ee", "#6cc79c", "#e98ab6", "#b5b5b5")

OUTPUTS_LIGHT = ("#14507f", "#5b4a9c", "#a3386c", "#bf5b04")
OUTPUTS_DARK = ("#6db3e3", "#b0a2ee", "#e98ab6", "#f0a04b")
OUTPUT_STEPS = 11
"""outputs go from one end of a scale to the other, so that neighbours look alike and order is seen without a key"""


def scale(anchors: Sequence[str], steps: int = STEPS) -> tuple[str, ...]:
    """`steps` + 1 colours from the first anchor to the last, evenly between them in OKLab."""
    lab = [_oklab(colour) for colour in anchors]
    colours = []
    for step in range(steps + 1):
        place = step / steps * (len(lab) - 1)
        left = min(int(place), len(lab) - 2)
        part = place - left
        mixed = tuple(a + (b - a) * part for a, b in zip(lab[left], lab[left + 1], strict=True))
        colours.append(_hex((mixed[0], mixed[1], mixed[2])))
    return tuple(colours)


def diverging(negative: Sequence[str], positive: Sequence[str], steps: int = STEPS) -> tuple[str, ...]:
    """`steps` + 1 colours through the common first anchor in the middle."""
    half = steps // 2
    return scale(negative, half)[::-1] + scale(positive, half)[1:]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, 0 to 1."""
    r, g, b = (_linear(v) for v in _rgb(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str, dark: str = "#000000", light: str = "#ffffff") -> str:
    """The one of two inks that reads better on this colour; black and white reach 4.5 on any."""
    return max((dark, light), key=lambda ink: contrast(ink, colour))


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> float:
    value = min(max(value, 0.0), 1.0)
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _oklab(colour: str) -> Rgb:
    r, g, b = (_linear(v) for v in _rgb(colour))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    mid = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short,
    )


def _hex(lab: Rgb) -> str:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    mid = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * mid + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * mid - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * mid + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(v)):02x}" for v in rgb)
