"""The list of kinds of claims."""

from __future__ import annotations

from openwork.claims.claim import Claim
from openwork.claims.kinds.accuracy import Accuracy
from openwork.claims.kinds.attends import Attends
from openwork.claims.kinds.learns import Learns
from openwork.claims.kinds.linear import Linear
from openwork.claims.kinds.necessary import Necessary
from openwork.claims.kinds.reads_out import ReadsOut
from openwork.claims.kinds.split import Split

KINDS: dict[str, type[Claim]] = {
    kind.kind: kind for kind in (Accuracy, Attends, Learns, Linear, Necessary, ReadsOut, Split)
}
"""Every kind by the name that claims files use."""
