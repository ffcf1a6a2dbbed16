"""How a model learned: accuracy and loss over epochs."""

from __future__ import annotations

from openwork.analyses import EpochRow, LearningCurve, percent
from openwork.report.chapters import describes
from openwork.report.parts import NOTHING, Curve, Fold, Mark, Part, Series, Table, Text, columns


@describes(LearningCurve, chapter="learning")
def learning_parts(result: LearningCurve) -> tuple[Part, ...]:
    """Two curves and every number under them."""
    if not result.rows:
        return (Text(result.summary),)
    marks: tuple[Mark, ...] = ()
    if result.first_solved is not None:
        marks = (Mark(result.first_solved, f"all right, epoch {result.first_solved}"),)
    accuracy = Curve(
        "Accuracy", _both(result.rows, "accuracy"), "epoch", "share of graded positions", y_range=(0, 1), marks=marks
    )
    loss = Curve("Loss", _both(result.rows, "loss"), "epoch", "nats, log scale", log_y=True, marks=marks)
    return Text(result.summary), accuracy, loss, Fold("Every epoch in numbers", (_numbers(result.rows),))


def _both(rows: tuple[EpochRow, ...], what: str) -> tuple[Series, ...]:
    epochs = tuple(float(row.epoch) for row in rows)
    series = [Series("training", epochs, tuple(getattr(row.train, what) for row in rows))]
    held_out = [row for row in rows if row.held_out is not None]
    if held_out:
        values = tuple(float(getattr(row.held_out, what)) for row in held_out)
        series.append(Series("held out", tuple(float(row.epoch) for row in held_out), values))
    return tuple(series)


def _numbers(rows: tuple[EpochRow, ...]) -> Table:
    names = columns("epoch", "rate", "loss", "held-out loss", "accuracy", "held-out accuracy", numeric=range(6))
    cells = tuple(
        (
            str(row.epoch),
            f"{row.lr:.2e}",
            f"{row.train.loss:.4f}",
            NOTHING if row.held_out is None else f"{row.held_out.loss:.4f}",
            percent(row.train.accuracy),
            NOTHING if row.held_out is None else percent(row.held_out.accuracy),
        )
        for row in rows
    )
    return Table(names, cells, "Measured on the whole of each part after the epoch; loss in nats.")
