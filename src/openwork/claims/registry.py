"""The list of kinds of claims."""

from __future__ import annotations

from openwork.claims.claim import Claim
from openwork.claims.kinds.accuracy import Accuracy
from openwork.claims.kinds.attends import Attends
from openwork.claims.kinds.carries import Carries
from openwork.claims.kinds.decompiles import Decompiles
from openwork.claims.kinds.implements import Implements
from openwork.claims.kinds.learns import Learns
from openwork.claims.kinds.linear import Linear
from openwork.claims.kinds.necessary import Necessary
from openwork.claims.kinds.reads_out import ReadsOut
from openwork.claims.kinds.split import Split
from openwork.claims.kinds.sufficient import Sufficient
from openwork.claims.kinds.unnecessary import Unnecessary

KINDS: dict[str, type[Claim]] = {
    kind.kind: kind
    for kind in (
        Accuracy,
        Attends,
        Carries,
        Decompiles,
        Implements,
        Learns,
        Linear,
        Necessary,
        ReadsOut,
        Split,
        Sufficient,
        Unnecessary,
    )
}
"""Every kind by the name that claims files use."""
