"""On how much something was measured, in words: the one place that says "every"."""

from __future__ import annotations

import re

EVERY = re.compile(r"every (?:input|question)(?: of the domain)?|all (?:inputs|questions)|the whole domain")


def all_asked(inputs: int, drawn: bool) -> str:
    """`every input` where that is so; `all 10,000 drawn questions` of a sample."""
    return f"all {inputs:,} drawn questions" if drawn else "every input"


def said_of(text: str, asked: str) -> str:
    """A text about every input, as it is true of what was asked (see `all_asked`)."""
    return EVERY.sub(asked, text)
