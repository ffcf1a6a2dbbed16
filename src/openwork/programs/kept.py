"""Decompiling with a memory: a model that was decompiled before is answered from the store.

So is how its program was over training, checkpoint by checkpoint: what an interrupted look has measured stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from openwork.analyses import Subject
from openwork.analyses.steps import Watch
from openwork.errors import PlanError, Reason
from openwork.programs.decompiling import AFTER_CTRL_C, decompile
from openwork.programs.over_training import POINTS, ProgramOverTraining, over_training
from openwork.programs.plain import program_as_json
from openwork.programs.program import Program
from openwork.programs.verdicts.decompilation import VERSION, Decompilation, decompilation_from_json
from openwork.runs import KeptResults

NAME = "program"
"""under which results are kept"""
OVER_TRAINING = "program over training"


def decompile_kept(
    subject: Subject, kept: KeptResults | None, seconds: float, watch: Watch, after_ctrl_c: float = AFTER_CTRL_C
) -> Decompilation:
    """What `decompile` finds, or what it found before. What a search that ended early has found is kept too, and the
    next time searched for again.

    Raises:
        PlanError: a time that is none.
    """
    if not seconds > 0:
        raise PlanError("no time to decompile", Reason("seconds", f"{seconds:g} is not above 0", "for example 120"))
    before = known_decompilation(subject, kept)
    if before is not None and not before.stopped:
        return before
    found = decompile(subject, seconds, watch=watch, after_ctrl_c=after_ctrl_c)
    if found.program is None and found.stopped and before is not None:
        return replace(before, stopped=found.stopped)
    if kept is not None and (found.program is not None or not found.interrupted):
        kept.keep(NAME, subject.digest, found.as_json())
    return found


def known_decompilation(subject: Subject, kept: KeptResults | None) -> Decompilation | None:
    """What was found before; None where nothing was. Runs nothing."""
    known = None if kept is None else kept.find(NAME, subject.digest)
    return None if known is None else decompilation_from_json(known)


def over_training_kept(
    subject: Subject,
    kept: KeptResults | None,
    run: str,
    subject_at: Callable[[int], Subject | None],
    recorded: Sequence[int],
    program: Program,
    points: int = POINTS,
    *,
    watch: Watch,
) -> ProgramOverTraining:
    """What `over_training` measures, of which checkpoints that were measured before cost nothing.

    Args:
        subject: the model as it is, with its inputs; the others are those of `over_training`.
        kept: where it is kept; None where nothing is.
    """
    said = json.dumps([VERSION, subject.digest, program_as_json(program)], sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    held = None if kept is None else kept.find(OVER_TRAINING, digest)
    known = {} if held is None else {int(epoch): shares for epoch, shares in held.items()}
    before = len(known)
    try:
        return over_training(run, subject_at, recorded, program, points, watch=watch, known=known)
    finally:
        if kept is not None and len(known) > before:
            kept.keep(OVER_TRAINING, digest, {str(epoch): shares for epoch, shares in known.items()})
