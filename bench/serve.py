"""A worker's side of the talk with the bench: read the name of a figure and a number of seconds, answer a value.

Every worker imports this, whatever its environment, so it needs nothing but the standard library.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping

Figure = Callable[[float], float]
"""Measures for about so many seconds and returns the value."""


def serve(name: str, figures: Mapping[str, Figure]) -> None:
    """Says what this worker is and which figures it has, then measures whatever is asked for, until the input ends."""
    say("ready", {"name": name, "figures": list(figures)})
    for line in sys.stdin:
        asked = json.loads(line)
        say("answer", figures[asked["figure"]](asked["seconds"]))


def say(word: str, value: object) -> None:
    """One line, marked so that whatever a library prints is not taken for it."""
    print(f"openwork-bench {word} {json.dumps(value)}", flush=True)


def seconds_each(call: Callable[[], object], seconds: float) -> float:
    """Mean time of one call, over as many calls as take `seconds`; at least one."""
    calls, started = 0, time.perf_counter()
    while True:
        call()
        calls += 1
        passed = time.perf_counter() - started
        if passed >= seconds:
            return passed / calls


def per_second(call: Callable[[], object], seconds: float, done_by_a_call: int = 1) -> float:
    """How much is done in a second, when one call does `done_by_a_call`."""
    return done_by_a_call / seconds_each(call, seconds)


def fastest(sizes: Iterable[int], call: Callable[[int], object]) -> int:
    """The size whose call takes least time, each tried twice: the first time may compile or allocate."""
    times = {}
    for size in sizes:
        call(size)
        times[size] = seconds_each(lambda size=size: call(size), 0)
    return min(times, key=lambda size: times[size])
