"""The palette as CSS: custom properties for both colour schemes, a class for every step of a scale."""

from __future__ import annotations

from functools import cache

from openwork.report.palette import (
    DARK_OPPOSITE,
    DARK_SEQUENCE,
    LIGHT_OPPOSITE,
    LIGHT_SEQUENCE,
    LINES_DARK,
    LINES_LIGHT,
    OUTPUT_STEPS,
    OUTPUTS_DARK,
    OUTPUTS_LIGHT,
    diverging,
    ink_on,
    scale,
)


@cache
def outputs_css() -> str:
    """Rules for `.live-o0` .. `.live-o11`, each with the colour of an output as `--o`, light and dark."""
    light, dark = (
        "\n".join(f".ow .live-o{step}{{--o:{colour}}}" for step, colour in enumerate(scale(anchors, OUTPUT_STEPS)))
        for anchors in (OUTPUTS_LIGHT, OUTPUTS_DARK)
    )
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


@cache
def palette_css() -> str:
    """Rules for `.ow-q0` .. `.ow-q20`, `.ow-d0` .. `.ow-d20` and `.ow-l0` .. `.ow-l5`, light and dark."""
    light = _rules(scale(LIGHT_SEQUENCE), diverging(LIGHT_OPPOSITE, LIGHT_SEQUENCE), LINES_LIGHT)
    dark = _rules(scale(DARK_SEQUENCE), diverging(DARK_OPPOSITE, DARK_SEQUENCE), LINES_DARK)
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _rules(sequence: tuple[str, ...], opposites: tuple[str, ...], lines: tuple[str, ...]) -> str:
    rules = []
    for letter, colours in (("q", sequence), ("d", opposites)):
        for step, colour in enumerate(colours):
            chosen = f".ow .ow-{letter}{step}"
            rules.append(f"{chosen} rect{{fill:{colour}}}{chosen} text{{fill:{ink_on(colour)}}}")
    for index, colour in enumerate(lines):
        chosen = f".ow .ow-l{index}"
        rules.append(f"{chosen}.ow-line{{stroke:{colour}}}{chosen}:not(.ow-line){{fill:{colour}}}")
    return "\n".join(rules)
