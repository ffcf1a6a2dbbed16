"""What the model cannot do without: each component replaced by zero, by its mean, by another input's."""

from __future__ import annotations

from typing import get_args

from openwork.analyses import Ablation, AblationTable, By
from openwork.report.chapters import describes
from openwork.report.parts import NOTHING, Cell, Fold, Heatmap, Part, Share, Table, Text, columns

WHY = (
    "Zero is a value the rest of the model never saw, so it overstates; the mean removes only what depends on the "
    "input; resampling replaces that by what another input would have given."
)


@describes(AblationTable, chapter="ablation")
def ablation_table_parts(result: AblationTable) -> tuple[Part, ...]:
    """One row for each component, a column for each replacement."""
    by_name = {(row.name, row.by): row for row in result.rows}
    kinds = tuple(by for by in get_args(By) if any(by == b for _, b in by_name))
    names = tuple(dict.fromkeys(row.name for row in result.rows))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(Share(by_name[name, by].accuracy) if (name, by) in by_name else NOTHING for by in kinds))
        for name in names
    )
    if result.rows:
        clean = Share(result.rows[0].clean.accuracy)
        rows = (("nothing", *(clean for _ in kinds)), *rows)
    heads = columns("taken away", *kinds, numeric=range(1, 1 + len(kinds)))
    caption = f"Share of graded positions still right, over {result.inputs:,} inputs. {WHY}"
    return Text(result.summary), Table(heads, rows, caption), _outputs(result.rows)


@describes(Ablation, chapter="ablation")
def ablation_parts(result: Ablation) -> tuple[Part, ...]:
    """One ablation, output by output."""
    rows = tuple(
        (output, Share(without), Share(clean))
        for output, without, clean in zip(
            result.outputs, result.without.per_position, result.clean.per_position, strict=True
        )
    )
    rows = (*rows, ("all", Share(result.accuracy), Share(result.clean.accuracy)))
    table = Table(columns("output", "without", "whole model", numeric=(1, 2)), rows, f"Over {result.inputs:,} inputs.")
    return Text(result.summary), table


def _outputs(rows: tuple[Ablation, ...]) -> Part:
    if not rows:
        return Text("")
    heatmap = Heatmap(
        "Share of inputs right at each output",
        tuple(row.without.per_position for row in rows),
        tuple(f"{row.name}, {row.by}" for row in rows),
        rows[0].outputs,
    )
    return Fold("Which outputs each component serves", (heatmap,))
