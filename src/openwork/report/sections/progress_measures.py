"""How the rule grows under what is learned by heart: losses and weights over checkpoints."""

from __future__ import annotations

from openwork.analyses import ProgressMeasures
from openwork.report.chapters import describes
from openwork.report.parts import NOTHING, Curve, Fold, Part, Series, Table, Text, columns

LOSSES = (
    ("training", "train_loss"),
    ("held out", "held_out_loss"),
    ("restricted", "restricted_loss"),
    ("excluded", "excluded_loss"),
)
CAPTION = (
    "Restricted: all pairs, with the logits' part in the waves of a + b of the key frequencies, and their mean, alone. "
    "Excluded: pairs trained on, without that part."
)


@describes(ProgressMeasures, chapter="waves")
def progress_measures_parts(result: ProgressMeasures) -> tuple[Part, ...]:
    """The losses, the weights, and every checkpoint in numbers."""
    epochs = tuple(float(moment.epoch) for moment in result.moments)
    lines = []
    for name, field in LOSSES:
        points = [(float(m.epoch), float(getattr(m, field))) for m in result.moments]
        known = [(x, y) for x, y in points if y == y]
        if known:
            lines.append(Series(name, tuple(x for x, _ in known), tuple(y for _, y in known)))
    losses = Curve("Losses", tuple(lines), "epoch", "nats, log scale", log_y=True, caption=CAPTION)
    squares = Series("all weights", epochs, tuple(m.squared_weights for m in result.moments))
    weights = Curve("Sum of squared weights", (squares,), "epoch", "sum of squares")
    return Text(result.summary), losses, weights, Fold("Every checkpoint in numbers", (_numbers(result),))


def _numbers(result: ProgressMeasures) -> Table:
    names = columns("epoch", *(name for name, _ in LOSSES), "squared weights", numeric=range(6))
    rows = tuple(
        (str(m.epoch), *(_number(getattr(m, field)) for _, field in LOSSES), f"{m.squared_weights:.1f}")
        for m in result.moments
    )
    return Table(names, rows, "Losses in nats.")


def _number(value: float) -> str:
    return f"{value:.3g}" if value == value else NOTHING
