"""What a head's weights could do: from tokens to answers, and which tokens and positions ask for which."""

from __future__ import annotations

import numpy as np

from openwork.analyses import OvQk
from openwork.report.chapters import describes
from openwork.report.parts import Beside, Heatmap, Part, Text, matrix

OV = "To the answer's logit when the head looks at the token, the norms' scales left out."
TOKENS = "To the attention score, by tokens alone."
POSITIONS = "To the attention score, by positions alone. No number: the query cannot see the key."


@describes(OvQk, chapter="weights")
def ov_qk_parts(result: OvQk) -> tuple[Part, ...]:
    """For each head its OV circuit, then its QK circuits by token and by position."""
    shown: list[Part] = [Text(result.summary)]
    for head in range(len(result.ov)):
        name = f"Layer {result.layer}, head {head}"
        shown.append(
            Beside(
                (
                    _map(f"{name}: OV", result.ov[head], result.tokens, result.answers, "looks at", "answer", OV),
                    _map(f"{name}: QK", result.qk_tokens[head], result.tokens, result.tokens, "query", "key", TOKENS),
                )
            )
        )
        places = result.positions
        if np.isfinite(result.qk_positions[head]).any():
            values = result.qk_positions[head]
            shown.append(_map(f"{name}: QK by position", values, places, places, "query", "key", POSITIONS))
    return tuple(shown)


def _map(
    title: str, values: np.ndarray, rows: tuple[str, ...], names: tuple[str, ...], down: str, across: str, caption: str
) -> Heatmap:
    reach = float(np.nanmax(np.abs(values))) or 1.0
    return Heatmap(title, matrix(values), rows, names, down, across, low=-reach, high=reach, caption=caption)
