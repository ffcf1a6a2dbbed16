"""What a check costs, before it runs: for `openwork check --plan`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from openwork.analyses import Subject
from openwork.claims import Claim, Cost
from openwork.cli.output import table
from openwork.report.terminal.quantities import duration_text

SAMPLE = 8192
"""inputs that are run to learn how fast this machine is"""


def rows_per_second(subject: Subject) -> float:
    """How many inputs a second this model takes here, measured on up to 8,192 of them; the first pass only warms up."""
    tokens = subject.inputs.tokens[:SAMPLE]
    for _ in range(2):
        start = time.perf_counter()
        for _ in subject.engine.run(subject.stack, tokens, graded=subject.inputs.graded):
            pass
        seconds = time.perf_counter() - start
    return len(tokens) / max(seconds, 1e-9)


def cost_summary(claims: Sequence[Claim], cost: Cost, speed: float) -> dict[str, Any]:
    """The cost in plain values."""
    measured = cost.forward_rows - cost.training_rows
    return {
        "claims": [
            {"id": name, "kind": claim.kind, "forward_rows": rows}
            for claim, (name, rows) in zip(claims, cost.by_claim, strict=True)
        ],
        "forward_rows": cost.forward_rows,
        "training_rows": cost.training_rows,
        "rows_per_second": speed,
        "seconds_without_training": measured / speed,
    }


def cost_view(claims: Sequence[Claim], cost: Cost, speed: float) -> RenderableType:
    """The cost for people."""
    rows = [
        (name, claim.kind, f"{rows:,}" if rows else "known, or not for this model")
        for claim, (name, rows) in zip(claims, cost.by_claim, strict=True)
    ]
    measured = cost.forward_rows - cost.training_rows
    said = (
        f"Together {measured:,} inputs through the model, what claims share once: about "
        f"{duration_text(measured / speed)} at the {speed:,.0f} inputs a second just measured here, unedited."
    )
    if cost.training_rows:
        said += f" Besides, training on at most {cost.training_rows:,} inputs, less what the store knows."
    return Group(table(("claim", "kind", "inputs, on its own"), rows, right=("inputs, on its own",)), "", Text(said))
