"""The list of kinds of claims, by the name that claims files use: those of `claims/listed_kinds.py`."""

from __future__ import annotations

import inspect

from openwork.claims import listed_kinds
from openwork.claims.claim import Claim

KINDS: dict[str, type[Claim]] = {
    kind.kind: kind for kind in vars(listed_kinds).values() if inspect.isclass(kind) and issubclass(kind, Claim)
}
"""Every kind by the name that claims files use."""
