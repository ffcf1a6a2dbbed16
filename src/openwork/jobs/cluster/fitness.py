"""Whether workers are what the driver is: of the same Python and openwork, and able to run the same arithmetic."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openwork.engines.native import _core
from openwork.errors import Reason


@dataclass(frozen=True)
class Fitness:
    """What a machine has.

    Attributes:
        python: its version, of which the first two numbers must agree.
        openwork: its version; where it is used without being installed, that.
        code: a digest of openwork's own files in Python.
        levels: SIMD levels that the core can run there; bits are the same within one.
    """

    python: str
    openwork: str
    code: str
    levels: tuple[str, ...]


@cache
def fitness() -> Fitness:
    """Of this machine."""
    package = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package)}\0".encode() + path.read_bytes() + b"\0")
    try:
        version = importlib.metadata.version("openwork")
    except importlib.metadata.PackageNotFoundError:
        version = "not installed"
    return Fitness(platform.python_version(), version, digest.hexdigest()[:12], tuple(_core.usable_levels()))


def unfit(nodes: Mapping[str, Fitness | str], own: Fitness, level: str) -> list[Reason]:
    """Why machines cannot do this one's work, each with all that differs.

    Args:
        nodes: by address, what each has; a text says why openwork cannot be used there.
        own: what this machine has.
        level: the SIMD level that is to be used.
    """
    reasons = []
    for address, node in nodes.items():
        where = f"machine {address}"
        if isinstance(node, str):
            reasons.append(Reason(where, f"openwork cannot be used there: {node}", "install the same openwork there"))
            continue
        if node.python.split(".")[:2] != own.python.split(".")[:2]:
            reasons.append(Reason(where, f"has Python {node.python}, and this one {own.python}", "use the same"))
        if (node.openwork, node.code) != (own.openwork, own.code):
            has = f"has openwork {node.openwork} ({node.code}), and this one {own.openwork} ({own.code})"
            reasons.append(Reason(where, has, "install the same openwork on both"))
        if level not in node.levels:
            common = [each for each in own.levels if each in node.levels]
            mend = f"set OPENWORK_SIMD={common[-1]} here" if common else "leave it out of the cluster"
            reasons.append(Reason(where, f"cannot run {level}, which this one uses", mend))
    return reasons
