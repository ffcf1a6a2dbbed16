"""How busy other programs kept the machine meanwhile: what they take, figures on all cores lack."""

from __future__ import annotations

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")
IDLE, WAITING, STOLEN = 3, 4, 7
"""Columns of the first line of /proc/stat, after its name, in which no program of this machine ran."""
NOTICED = 0.1
"""Cores; less is not worth a word."""


def busy_seconds(stat: str, ticks: int) -> float:
    """Processor seconds since the machine started, from the text of /proc/stat. Guests are counted as users already."""
    columns = [int(number) for number in stat.splitlines()[0].split()[1:9]]
    return sum(n for i, n in enumerate(columns) if i not in (IDLE, WAITING, STOLEN)) / ticks


def own_seconds() -> float:
    """Processor seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Others:
    """Cores that other programs used, on average, between making this and asking; ask when all children have ended."""

    def __init__(self) -> None:
        self.before = self._now()

    def _now(self) -> tuple[float, float] | None:
        if not STAT.exists():
            return None
        busy = busy_seconds(STAT.read_text(encoding="utf-8"), os.sysconf("SC_CLK_TCK"))
        return busy - own_seconds(), time.perf_counter()

    def cores(self) -> float | None:
        """None where the system does not tell."""
        now = self._now()
        if now is None or self.before is None:
            return None
        return max(0.0, (now[0] - self.before[0]) / (now[1] - self.before[1]))


def remark(cores: float | None) -> str:
    """A sentence where others used so much that figures suffer; else nothing."""
    if cores is None or cores < NOTICED:
        return ""
    return f"Other programs kept {cores:.1f} cores busy meanwhile: alone, what runs on all cores is faster."
