"""SVG by small safe pieces: every attribute and every text is escaped on its way in."""

from __future__ import annotations

from markupsafe import Markup, escape

Child = str | Markup

MINUS = "\u2212"

GLYPH = 6.3
"""about how wide a character of the figures' 11 px type is, in px"""


def element(tag: str, *children: Child, **attributes: str | float | None) -> Markup:
    """One element. Attribute names have `_` for `-` and a trailing `_` dropped; None leaves an attribute out."""
    given = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items() if v is not None}
    said = Markup("").join(Markup(' {}="{}"').format(Markup(name), number(v)) for name, v in given.items())
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), said, inside)


def number(value: str | float) -> str:
    """A coordinate with at most two decimals."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def canvas(width: float, height: float, label: str, *children: Child, kind: str) -> Markup:
    """The `svg` element around a figure: scales down with its column, and says `label` to who cannot see it."""
    return element(
        "svg",
        *children,
        class_=f"ow-svg ow-{kind}",
        viewBox=Markup("0 0 {} {}").format(number(width), number(height)),
        width=width,
        height=height,
        role="img",
        aria_label=label,
    )


def text_width(text: str) -> float:
    """About how wide this text is in a figure, in px."""
    return GLYPH * len(text)
