"""The command that is running, as it can be typed again."""

from __future__ import annotations

import shlex
import sys

OF_THIS_MACHINE = ("--store", "--threads")
"""options that change no result, each with a value"""


def typed() -> str:
    """What the user typed, without where the store was and how many cores were used."""
    words = iter(sys.argv[1:])
    kept = []
    for word in words:
        if word in OF_THIS_MACHINE:
            next(words, None)
        elif not word.startswith(tuple(f"{option}=" for option in OF_THIS_MACHINE)):
            kept.append(word)
    return shlex.join(["openwork", *kept])
