"""How mechanisms come about, on a page and in a terminal."""

from __future__ import annotations

from openwork.report.census_over_training import OverTrainingSample, by_line, ends, whole
from openwork.report.parts import NOTHING, Fold, Part, Table, Text, columns

CAPTION = "Median epoch, and the range over the models, since which each holds to the end."


def came_about(sample: OverTrainingSample) -> tuple[Part, ...]:
    """A sentence, and a row for each mechanism of the sample."""
    said = f"{len(sample.models):,} of the models that are counted were asked at up to {sample.points} checkpoints."
    if len(sample.models) < sample.asked:
        said += f" {sample.asked:,} were asked for; the checkpoints of {sample.pruned:,} others were pruned."
    if not sample.models:
        return (Text(said),)
    rows = []
    for digest in sample.mechanisms:
        models = sample.having(digest)
        of_lines = ends(models)
        lines = (NOTHING, NOTHING) if of_lines is None else tuple(map(str, of_lines))
        rows.append((digest, f"{len(models):,}", *map(str, whole(models)), *lines))
    names = columns("mechanism", "models", "right on all", "program equal", "first line", "last line", numeric=(1,))
    return Text(said), Table(names, tuple(rows), CAPTION)


def lines_came_about(sample: OverTrainingSample) -> tuple[Part, ...]:
    """Each line of each mechanism, folded."""
    folds = []
    for digest in sample.mechanisms:
        models = sample.having(digest)
        rows = tuple((part.part, str(part)) for part in by_line(models))
        table = Table(columns("line", "realised since epoch"), rows, CAPTION)
        folds.append(Fold(f"{digest}: {len(models):,} models, line by line", (table,)))
    return tuple(folds)
