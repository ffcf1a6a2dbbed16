"""Claims over training as a page draws them: the learning curves, and a track for each claim beneath."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from openwork.analyses import Result
from openwork.claims import OverTraining
from openwork.report.html.lowering import slug
from openwork.report.parts import MOMENTS, Series
from openwork.report.sections.over_training import accuracy_curve, how, loss_curve, tracks


def live_over_training(results: Sequence[Result]) -> dict[str, Any] | None:
    """The claims over training that are among the results; None where there are none."""
    judged = next((result for result in results if isinstance(result, OverTraining)), None)
    if judged is None:
        return None
    return {
        "how": how(judged),
        "solved": judged.solved_for_good,
        "kinds": {kind: words for kind, (_, words) in MOMENTS.items()},
        "steps": [[epoch, step] for epoch, step in sorted(judged.steps().items())],
        "curves": {
            "accuracy": _lines(accuracy_curve(judged).series),
            "loss": _lines(loss_curve(judged).series),
        },
        "claims": [
            {
                "id": shown.name,
                "anchor": f"claim-{slug(shown.name)}",
                "said": shown.said,
                "moments": [{"epoch": m.x, "kind": m.kind, "share": m.share, "told": m.told} for m in shown.moments],
            }
            for shown in tracks(judged)
        ],
        "aside": [f"{aside.claim.id} {aside.why}." for aside in judged.aside],
    }


def _lines(series: Sequence[Series]) -> list[dict[str, Any]]:
    def known(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return [{"name": line.name, "epochs": line.x, "values": list(map(known, line.y))} for line in series]
