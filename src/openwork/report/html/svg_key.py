"""The colour key under a heatmap: the scale's steps from its low to its high end."""

from __future__ import annotations

from markupsafe import Markup

from openwork.report.html.svg import MINUS, Child, element, text_width
from openwork.report.palette import STEPS
from openwork.report.parts import Heatmap

STEP, HEIGHT = 6.0, 8.0


def svg_key(heatmap: Heatmap) -> Markup:
    """A bar of the scale with a number at each end; a frame's meaning belongs in the caption."""
    letter = "d" if heatmap.low < 0 else "q"
    reach = max(-heatmap.low, heatmap.high)
    low, high = (f"{-reach:.3g}".replace("-", MINUS), f"{reach:.3g}") if letter == "d" else ("0", f"{heatmap.high:.3g}")
    if letter == "q":
        low = f"{heatmap.low:.3g}"
    start = text_width(low) + 6
    pieces: list[Child] = [element("text", low, class_="ow-key-text", x=0, y=HEIGHT + 1)]
    for step in range(STEPS + 1):
        square = element("rect", x=start + step * STEP, y=1, width=STEP + 0.3, height=HEIGHT)
        pieces.append(element("g", square, class_=f"ow-{letter}{step}"))
    stop = start + (STEPS + 1) * STEP + 6
    pieces.append(element("text", high, class_="ow-key-text", x=stop, y=HEIGHT + 1))
    return element(
        "svg", *pieces, class_="ow-key", width=stop + text_width(high), height=HEIGHT + 4, aria_hidden="true"
    )
