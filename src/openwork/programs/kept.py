"""Decompiling with a memory: a model that was decompiled before is answered from the store."""

from __future__ import annotations

from dataclasses import replace

from openwork.analyses import Subject
from openwork.analyses.steps import Watch
from openwork.errors import PlanError, Reason
from openwork.programs.decompiling import decompile
from openwork.programs.verdicts.decompilation import Decompilation, decompilation_from_json
from openwork.runs import KeptResults

NAME = "program"
"""under which results are kept"""


def decompile_kept(subject: Subject, kept: KeptResults | None, seconds: float, watch: Watch) -> Decompilation:
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
    found = decompile(subject, seconds, watch=watch)
    if found.program is None and found.stopped and before is not None:
        return replace(before, stopped=found.stopped)
    if kept is not None and (found.program is not None or not found.interrupted):
        kept.keep(NAME, subject.digest, found.as_json())
    return found


def known_decompilation(subject: Subject, kept: KeptResults | None) -> Decompilation | None:
    """What was found before; None where nothing was. Runs nothing."""
    known = None if kept is None else kept.find(NAME, subject.digest)
    return None if known is None else decompilation_from_json(known)
