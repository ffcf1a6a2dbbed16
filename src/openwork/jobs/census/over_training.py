"""How mechanisms come about: since when the programs of some models of a census hold, and each of their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from openwork.analyses import Line, Subject
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.looking import subject_of
from openwork.jobs.setting import Setting, part_of
from openwork.programs import Decompilation, canonical, over_training_kept
from openwork.programs.over_training import POINTS, Since
from openwork.report import LineSince, ModelSince, OverTrainingSample
from openwork.runs import KeptResults, Run


def over_training_of(
    asked: CensusAsked, counted: Sequence[tuple[Run, Decompilation]], setting: Setting
) -> OverTrainingSample:
    """Of the first models that are counted and whose checkpoints are there, as many as are asked for; kept in the
    store, checkpoint by checkpoint.

    Args:
        asked: how many.
        counted: by seed, each with its program.
        setting: the store, the engine, and who watches.
    """
    there = [(run, found) for run, found in counted if setting.store.has_checkpoints(run)]
    sample = there[: asked.over_training]
    models = []
    for number, (run, found) in enumerate(sample):
        watched = replace(setting, watch=part_of(setting.watch, number, len(sample)))
        setting.watch(Line(f"model {number + 1:,} of {len(sample):,} over its training: seed {run.seed}"))
        models.append(_since(asked, run, found, watched))
    return OverTrainingSample(asked.over_training, len(counted) - len(there), POINTS, tuple(models))


def _since(asked: CensusAsked, run: Run, found: Decompilation, setting: Setting) -> ModelSince:
    store, program = setting.store, found.program
    assert program is not None
    subject = subject_of(asked, store.stack(run), setting)

    def as_it_was(epoch: int) -> Subject | None:
        stack = store.stack_at(run, epoch)
        return replace(subject, stack=stack) if np.isfinite(stack.flat).all() else None

    recorded = (0, *sorted(record.epoch for record in run.history))
    kept = KeptResults(store.home, run)
    over = over_training_kept(subject, kept, run.name, as_it_was, recorded, program, POINTS, watch=setting.watch)
    answers, *_ = over.parts
    form = canonical(program)
    held = {part.name: _epoch(part.since(over.epochs)) for part in over.parts[1:]}
    variables = {column: variable.name for variable in program.variables for column in variable.columns}
    lines = tuple(LineSince(line.digest, line.text, held[variables[line.column]]) for line in form.lines if line.column)
    solved = run.first_solved_epoch
    assert solved is not None
    return ModelSince(run.seed, form.digest, solved, _epoch(answers.since(over.epochs)), lines)


def _epoch(since: Since | None) -> int | None:
    return None if since is None else since.epoch
