"""Sizes, durations and shares as a person reads them."""

from __future__ import annotations

import math


def size_text(size: float) -> str:
    """Bytes as a person reads them."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def duration_text(seconds: float) -> str:
    """Seconds as a person reads them."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def share_text(share: float) -> str:
    """A share in per cent, never rounded up to 100 or down to 0."""
    if not math.isfinite(share):
        return "-"
    text = f"{100 * share:.2f}"
    if text == "100.00" and share < 1:
        text = "99.99"
    if text == "0.00" and share > 0:
        text = "<0.01"
    return f"{text} %"
