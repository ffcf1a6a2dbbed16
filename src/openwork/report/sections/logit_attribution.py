"""What each component adds to the right answer's logit."""

from __future__ import annotations

import numpy as np

from openwork.analyses import LogitAttribution
from openwork.analyses.logit_attribution import COMPARED
from openwork.report.chapters import describes
from openwork.report.parts import Fold, Heatmap, Part, Text, matrix

HOW = "In logits, mean over {:,} inputs: what each adds to the right answer's logit beyond {}, by itself and directly."
SPREAD = "Over inputs: 0 where a component adds the same on every one."


@describes(LogitAttribution, chapter="logits")
def logit_attribution_parts(result: LogitAttribution) -> tuple[Part, ...]:
    """Components down, outputs across, with their sum in the last row."""
    mean = np.concatenate([result.mean, result.total[None]])
    reach = float(np.abs(mean).max()) or 1.0
    contributions = Heatmap(
        "Contributions in logits",
        matrix(mean),
        (*result.components, "all together"),
        result.outputs,
        "component",
        "output",
        low=-reach,
        high=reach,
        caption=HOW.format(result.inputs, COMPARED[result.against]),
    )
    high = float(result.sd.max()) or 1.0
    spread = Heatmap(
        "Standard deviation",
        matrix(result.sd),
        result.components,
        result.outputs,
        "component",
        "output",
        high=high,
        caption=SPREAD,
    )
    return Text(result.summary), contributions, Fold("How much that varies", (spread,))
