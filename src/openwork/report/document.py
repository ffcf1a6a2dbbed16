"""A document, and its writing to a file: whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from openwork.report.parts import Part


@dataclass(frozen=True)
class Document:
    """What one report shows, in order. Sections get a line in the table of contents."""

    title: str
    parts: tuple[Part, ...]
    subtitle: str = ""
    kicker: str = "openwork report"
