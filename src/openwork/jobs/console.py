"""Where people read: a console that no text from a file can control."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from openwork.errors import visible


class SafeConsole(Console):
    """Rich's console. What it is given to show may come from anybody: names and sentences in files of models, claims
    and tasks. Only Rich itself colours, moves or links."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(visible(text), style)
