"""Looks into one model of a census: its program, found now where the store has none, and whether it is proved."""

from __future__ import annotations

from openwork.analyses import Subject
from openwork.data import USUAL_INPUTS
from openwork.engines import choose_engine
from openwork.engines.choose import available_threads
from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.setting import Setting
from openwork.models import Stack, initial_stack
from openwork.programs import Decompilation, decompile_kept, known_decompilation
from openwork.proofs import known_proof, prove_kept
from openwork.runs import KeptResults, Run


def look_into(asked: CensusAsked, run: Run, setting: Setting) -> tuple[Decompilation, bool | None]:
    """The program of one solved run, found now where the store has none; and whether it is proved, if that is asked."""
    subject, kept = subject_of(asked, setting.store.stack(run), setting), KeptResults(setting.store.home, run)
    program = _program(asked, subject, kept, setting)
    proved = None
    if asked.proves and subject.whole:
        proved = prove_kept(subject, kept, 0.0, setting.threads or available_threads(), setting.watch).whole
    return program, proved


def look_into_untrained(
    asked: CensusAsked, seed: int, kept: KeptResults | None, setting: Setting
) -> tuple[Subject, Decompilation]:
    """The same of the model of this seed as it is before training."""
    subject = _untrained(asked, seed, setting)
    return subject, _program(asked, subject, kept, setting)


def is_looked_into(asked: CensusAsked, run: Run, setting: Setting) -> bool:
    """Whether the store has all that `look_into` would find of a run."""
    subject, kept = subject_of(asked, setting.store.stack(run), setting), KeptResults(setting.store.home, run)
    proof = known_proof(subject, kept) if asked.proves and subject.whole else None
    proved = not (asked.proves and subject.whole) or (proof is not None and proof.looked_at == proof.inputs)
    return proved and known_program(asked, run, setting) is not None


def is_looked_into_untrained(asked: CensusAsked, run: Run, setting: Setting) -> bool:
    """Whether the store has all that `look_into_untrained` would find of the model of a run's seed."""
    found = known_decompilation(_untrained(asked, run.seed, setting), KeptResults(setting.store.home, run))
    return found is not None and not found.interrupted


def known_program(asked: CensusAsked, run: Run, setting: Setting) -> Decompilation | None:
    """What was found of a run before, and was not interrupted. Runs nothing."""
    subject = subject_of(asked, setting.store.stack(run), setting)
    found = known_decompilation(subject, KeptResults(setting.store.home, run))
    return None if found is None or found.interrupted else found


def subject_of(asked: CensusAsked, stack: Stack, setting: Setting) -> Subject:
    """A model on its task's inputs, as `openwork decompile` takes it: what either finds the other knows."""
    engine = choose_engine(asked.experiment.spec, setting.engine, setting.threads).engine
    return Subject.of(engine, stack, asked.experiment.task, USUAL_INPUTS)


def _untrained(asked: CensusAsked, seed: int, setting: Setting) -> Subject:
    experiment = asked.experiment
    return subject_of(asked, initial_stack(experiment.spec, [seed], experiment.recipe.initializer_range), setting)


def _program(asked: CensusAsked, subject: Subject, kept: KeptResults | None, setting: Setting) -> Decompilation:
    """What is known of it, or what is found now; a search that was interrupted is made again.

    Raises:
        KeyboardInterrupt: it is interrupted now; half a program is of no use here, so that nothing is judged any more.
    """
    known = known_decompilation(subject, kept)
    if known is not None and not known.interrupted:
        return known
    found = decompile_kept(subject, kept, asked.seconds, setting.watch, after_ctrl_c=0.0)
    if found.interrupted:
        raise KeyboardInterrupt
    return found
