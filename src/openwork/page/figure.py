"""The routes of a model as one figure for a publication: tokens below, answers above, a line for each way between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from openwork.analyses import Routes
from openwork.errors import PlanError, Reason, suggestion, visible
from openwork.models import ModelSpec
from openwork.page.routes import Link, links_of
from openwork.report.palette import OUTPUT_STEPS, OUTPUTS_LIGHT, scale
from openwork.tasks import Task

Font = Literal["sans", "serif", "matplotlib", "latex"]
FONTS: Mapping[str, str] = {
    "sans": "Helvetica, Arial, 'Liberation Sans', sans-serif",
    "serif": "'Times New Roman', 'Liberation Serif', serif",
    "matplotlib": "'DejaVu Sans', 'Bitstream Vera Sans', sans-serif",
    "latex": "'Latin Modern Roman', 'CMU Serif', 'Computer Modern Roman', serif",
}
"""families by option; a reader whose machine has none of a list sees its last"""
STEP, LEFT, TOP, BELOW = 30, 58, 40, 40
MOVING, STANDING = 62, 24
"""px of a stage where heads move something, and of an MLP"""
THICKEST, THINNEST, BESIDE = 4.5, 0.9, 4
MANY = 80
"""lines beyond which each is thinner, so that they stay apart"""
LETTER = 6
"""px, about, of a letter"""
INK, SOFT, FAINT = "#1a1a1a", "#5a5a5a", "#d9d9d9"


@dataclass(frozen=True)
class PrintFigure:
    """A drawing that a publication can hold: white, with its fonts by name, and nothing that moves.

    Attributes:
        svg: its text.
        width: px.
        height: px.
    """

    svg: str
    width: int
    height: int

    def _repr_svg_(self) -> str:
        return self.svg


def routes_figure(task: Task, spec: ModelSpec, routes: Routes, font: Font = "sans") -> PrintFigure:
    """Every route at once, coloured by its answer, the thicker the more of the answers follow along it alone.

    Args:
        task: whose outputs are at the top.
        spec: of the model; its layers are the stages.
        routes: what was found.
        font: `sans`, `serif`, or the families that `matplotlib` and `latex` write with.

    Raises:
        PlanError: no such font, or no route to draw.
    """
    if font not in FONTS:
        raise PlanError("no such font", Reason("font", repr(font), suggestion(str(font), FONTS)))
    ways = [(task.outputs.index(route.output), link) for route in routes.routes for link in links_of(spec, route)]
    if not ways:
        raise PlanError("nothing to draw", Reason("routes", "none was found", "a solved model has some"))
    stages = _Stages(spec, task.n_pos, task.outputs)
    body = "\n".join([*_ground(stages, routes.positions), *_ways(ways, stages, task), *_answers(stages, task)])
    title = escape(visible(f"Routes of {task}"))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {stages.width} {stages.height}" width="{stages.width}" '
        f'height="{stages.height}" role="img" font-family={quoteattr(FONTS[font])} font-size="10">'
    )
    paper = f'<title>{title}</title>\n<rect width="{stages.width}" height="{stages.height}" fill="#ffffff"/>'
    return PrintFigure(f"{head}\n{paper}\n{body}\n</svg>\n", stages.width, stages.height)


class _Stages:
    """Where positions and stages stand."""

    def __init__(self, spec: ModelSpec, positions: int, outputs: tuple[str, ...]) -> None:
        self.spec, self.positions = spec, positions
        self.layer = MOVING + (0 if spec.attn_only else STANDING)
        longest = max(map(len, outputs))
        self.turned = len(outputs) > 1 and longest * LETTER > STEP - 2
        """whether the outputs' names stand aslant, where they would run into each other"""
        self.width = LEFT + positions * STEP + 12 + (longest * 4 if self.turned else 0)
        self.height = TOP + (longest * 4 if self.turned else 0) + spec.n_layers * self.layer + STANDING + BELOW

    def x(self, position: int) -> float:
        return LEFT + (position + 0.5) * STEP

    def enters(self, layer: int) -> float:
        """The height at which a layer is entered; one layer too many is that of what leaves the last."""
        return self.height - BELOW - layer * self.layer

    def moved(self, layer: int) -> float:
        """The height behind a layer's attention."""
        return self.enters(layer) - MOVING

    @property
    def answers(self) -> float:
        return self.enters(self.spec.n_layers) - STANDING


def _ground(stages: _Stages, names: tuple[str, ...]) -> Iterator[str]:
    """Streams, the names of the stages, and the tokens' positions."""
    low, high = stages.enters(0), stages.enters(stages.spec.n_layers)
    for position, name in enumerate(names):
        x = stages.x(position)
        yield f'<path d="M {x:g} {low:g} V {high:g}" stroke="{FAINT}" fill="none"/>'
        place = f"translate({x + 3:g} {low + 12:g}) rotate(-40)"
        yield f'<text text-anchor="end" fill="{SOFT}" transform="{place}">{escape(visible(name))}</text>'
    labels = [("tokens", low), ("answers", stages.answers)]
    for layer in range(stages.spec.n_layers):
        labels.append((f"attn {layer}", stages.moved(layer)))
        labels += [] if stages.spec.attn_only else [(f"MLP {layer}", stages.enters(layer + 1))]
    for label, y in labels:
        yield f'<text x="{LEFT - 6}" y="{y + 3.5:g}" text-anchor="end" fill="{SOFT}">{label}</text>'


def _ways(ways: list[tuple[int, Link]], stages: _Stages, task: Task) -> Iterator[str]:
    """The lines, those of the later answers above."""
    thickest = max(THINNEST, THICKEST * min(1.0, MANY / len(ways)))
    for output, link in ways:
        x1 = stages.x(link["from"]) + _aside(output, link, ways, "from")
        x2 = stages.x(link["to"]) + _aside(output, link, ways, "to")
        y1, y2 = stages.enters(link["layer"]), stages.moved(link["layer"])
        bend = (y1 - y2) * 0.55
        path = f"M {x1:g} {y1:g} C {x1:g} {y1 - bend:g} {x2:g} {y2 + bend:g} {x2:g} {y2:g}"
        if not stages.spec.attn_only:
            path += f" V {stages.enters(link['layer'] + 1):g}"
        if link["layer"] == stages.spec.n_layers - 1:
            path += f" V {stages.answers + 9:g}"
        rate = max(link["rate"], 0.0)
        thick = f'stroke-width="{0.6 + thickest * rate:.2f}" stroke-opacity="{0.3 + 0.7 * rate:.2f}"'
        yield f'<path d="{path}" stroke="{_colour(output, task)}" {thick} fill="none" stroke-linecap="round"/>'


def _aside(output: int, link: Link, ways: list[tuple[int, Link]], end: Literal["from", "to"]) -> float:
    """Those that meet at one end stand side by side there, by their answers and then by their heads."""
    meeting = [
        (one, other["head"] or 0) for one, other in ways if (other["layer"], other[end]) == (link["layer"], link[end])
    ]
    lanes = sorted(set(meeting))
    return (lanes.index((output, link["head"] or 0)) - (len(lanes) - 1) / 2) * min(BESIDE, (STEP - 8) / len(lanes))


def _answers(stages: _Stages, task: Task) -> Iterator[str]:
    for output, (name, position) in enumerate(zip(task.outputs, task.graded, strict=True)):
        x, y, colour = stages.x(position), stages.answers, _colour(output, task)
        yield f'<circle cx="{x:g}" cy="{y:g}" r="6" fill="#ffffff" stroke="{colour}" stroke-width="2"/>'
        place = f'x="{min(x, stages.width - LETTER * len(name) / 2):g}" y="{y - 11:g}" text-anchor="middle"'
        if stages.turned:
            place = f'transform="translate({x:g} {y - 10:g}) rotate(-40)"'
        yield f'<text {place} fill="{INK}">{escape(visible(name))}</text>'


def _colour(output: int, task: Task) -> str:
    """From one end of the scale of outputs to the other, as on the page."""
    last = len(task.outputs) - 1
    return scale(OUTPUTS_LIGHT, OUTPUT_STEPS)[round(output / last * OUTPUT_STEPS) if last else 0]
