"""The census: every seed of an experiment trained, and the program of each solved one found, compared and proved.

What is in the store is not done again, so a census that was stopped at any moment goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from openwork.analyses import Line, Subject, stages_of
from openwork.data import USUAL_INPUTS
from openwork.engines import choose_engine
from openwork.engines.choose import available_threads
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting, part_of
from openwork.models import Stack, initial_stack
from openwork.programs import Decompilation, canonical, decompile_kept, known_decompilation, program_text
from openwork.proofs import known_proof, prove_kept
from openwork.report import Census, CensusModel, ModelSays, Null, SweptCensus
from openwork.runs import Keep, KeptResults, Run
from openwork.tasks.shuffled import shuffled
from openwork.training import Experiment

BATCH = 32
"""seeds that are trained side by side"""
TRAIN, PROGRAMS, NULL = "training seeds", "looking for programs", "asking untrained models"
SHUFFLED = "training and asking models of shuffled answers"
COUNTED = ("decompiled", "partly")
"""words for a program whose mechanism is counted, where it answers as the model on every input measured"""


@dataclass(frozen=True)
class CensusAsked:
    """What a census is of.

    Attributes:
        experiment: what to train.
        seeds: with which.
        seconds: how long to look for the program of one model.
        proves: prove solved models too.
        null: how many models of random weights to ask the same.
        shuffled: how many seeds to train on shuffled answers and ask the same.
    """

    experiment: Experiment
    seeds: Sequence[int]
    seconds: float
    proves: bool = False
    null: int = 0
    shuffled: int = 0

    @property
    def of_shuffled(self) -> CensusAsked:
        """The same of the first seeds on shuffled answers.

        Raises:
            TaskError: the answers cannot be shuffled.
        """
        experiment = replace(self.experiment, task=shuffled(self.experiment.task))
        return CensusAsked(experiment, list(self.seeds)[: self.shuffled], self.seconds)


@dataclass(frozen=True)
class CensusCost:
    """What is left to do of a census, before it begins.

    Attributes:
        trained, seeds: how many seeds have been trained to their end, and how many there are.
        train_seconds: of wall time that training one takes, by those that are stored; None where none are.
        programs: how many solved models a program has not been looked for in, of those that are trained.
        seconds: how long to look in each at most.
        null: models of random weights, and of shuffled answers, to be asked, at most.
    """

    trained: int
    seeds: int
    train_seconds: float | None
    programs: int
    seconds: float
    null: int

    @property
    def left(self) -> int:
        """Seeds to train."""
        return self.seeds - self.trained

    @property
    def most_seconds(self) -> float:
        """What looking for programs takes at most, if every seed that is left is solved; in wall time, of one step too
        long at the end of each aside."""
        return (self.left + self.programs + self.null) * self.seconds

    def __add__(self, other: CensusCost) -> CensusCost:
        """Of both censuses, one after the other."""
        known = [cost.train_seconds for cost in (self, other) if cost.train_seconds is not None]
        return CensusCost(
            self.trained + other.trained,
            self.seeds + other.seeds,
            sum(known) / len(known) if known else None,
            self.programs + other.programs,
            self.seconds,
            self.null + other.null,
        )


def cost_of(asked: CensusAsked, setting: Setting) -> CensusCost:
    """What is left to do. Runs no model."""
    runs = _stored(asked, setting)
    ended = [run for run in runs if run.ended]
    each = sum(run.seconds for run in ended) / len(ended) / min(BATCH, len(ended)) if ended else None
    known = [run for run in ended if run.solved and _known(asked, run, setting) is None]
    null = min(asked.null, len(asked.seeds))
    cost = CensusCost(len(ended), len(asked.seeds), each, len(known), asked.seconds, null)
    if not asked.shuffled:
        return cost
    other = cost_of(asked.of_shuffled, setting)
    return cost + replace(other, programs=0, null=other.trained)  # those that are left to train are counted as such


def require_possible(asked: CensusAsked) -> None:
    """Nothing where answers need not be shuffled, or can be.

    Raises:
        TaskError: they cannot.
    """
    if asked.shuffled:
        shuffled(asked.experiment.task)


def census(asked: CensusAsked, setting: Setting, command: str, aside: Mapping[str, str] | None = None) -> Census:
    """Trains every seed, and looks for the program of each that is solved.

    Args:
        asked: of what.
        setting: store, engine, and who watches.
        command: what the user typed, for the page.
        aside: by name of a run, why it was set aside: nothing more is done for these.

    Raises:
        TaskError: answers are to be shuffled, of a task whose answers cannot be.
        OpenworkError: anything else that does not fit, before training starts.
        KeyboardInterrupt: somebody ended it; the same census goes on from there.
    """
    require_possible(asked)
    nulls = (*((NULL,) if asked.null else ()), *((SHUFFLED,) if asked.shuffled else ()))
    stage = stages_of(setting.watch, (TRAIN, PROGRAMS, *nulls))
    stage(TRAIN)
    left = _left(asked, aside or {})
    ended = {run.seed for run in _stored(asked, setting) if run.ended} if left else set()
    seeds = [seed for seed in asked.seeds if seed not in left or seed in ended]
    runs = _trained(asked.experiment, seeds, setting)
    stage(PROGRAMS)
    found = dict(_looked_into(asked, [run for run in runs if run.solved and run.seed not in left], setting))
    models = tuple(_model(run, found, left.get(run.seed, "")) for run in runs)
    about = (asked.seconds, asked.proves, command)
    made = Census(asked.experiment, models, _texts(models, found), *about, aside=left)
    if asked.null:
        stage(NULL)
        made = replace(
            made, null=_null(asked, [run for run in runs if run.seed not in left][: asked.null], made, setting)
        )
    if asked.shuffled:
        stage(SHUFFLED)
        made = replace(made, shuffled=_null_of_shuffled(asked.of_shuffled, aside or {}, made, setting))
    return made


def _left(asked: CensusAsked, aside: Mapping[str, str]) -> dict[int, str]:
    """By seed, why it was set aside."""
    names = {asked.experiment.run_name(seed): seed for seed in asked.seeds} if aside else {}
    return {seed: aside[name] for name, seed in names.items() if name in aside}


def _trained(experiment: Experiment, seeds: Sequence[int], setting: Setting) -> list[Run]:
    """These seeds, a batch after the other; by seed."""
    batches = [seeds[first : first + BATCH] for first in range(0, len(seeds), BATCH)]
    return sorted((run for batch in batches for run in train_seeds(experiment, batch, setting)), key=lambda r: r.seed)


def swept_census(
    cells: Sequence[tuple[Mapping[str, Any], CensusAsked]],
    setting: Setting,
    command: str,
    aside: Mapping[str, str] | None = None,
) -> SweptCensus:
    """The census of each of these experiments, one after the other, beside the choices that it stands for; `aside` as
    of `census`.

    Raises: as `census`.
    """
    made = []
    for number, (choices, asked) in enumerate(cells):
        said = ", ".join(f"{name} {value}" for name, value in choices.items())
        setting.watch(Line(f"experiment {number + 1:,} of {len(cells):,}: {said}"))
        made.append((choices, census(asked, setting, command, aside)))
    return SweptCensus(tuple(made), command)


def _looked_into(
    asked: CensusAsked, runs: Sequence[Run], setting: Setting
) -> Iterator[tuple[str, tuple[Decompilation, bool | None]]]:
    """By name of the run: its program with its verdicts, and whether it is proved."""
    for number, run in enumerate(runs):
        watched = replace(setting, watch=part_of(setting.watch, number, len(runs)))
        setting.watch(Line(f"model {number + 1:,} of {len(runs):,}: seed {run.seed}"))
        yield run.name, look_into(asked, run, watched)


def look_into(asked: CensusAsked, run: Run, setting: Setting) -> tuple[Decompilation, bool | None]:
    """The program of one solved run, found now where the store has none; and whether it is proved, if that is asked."""
    subject, kept = _subject(asked, setting.store.stack(run), setting), KeptResults(setting.store.home, run)
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
    subject, kept = _subject(asked, setting.store.stack(run), setting), KeptResults(setting.store.home, run)
    proof = known_proof(subject, kept) if asked.proves and subject.whole else None
    proved = not (asked.proves and subject.whole) or (proof is not None and proof.looked_at == proof.inputs)
    return proved and _known(asked, run, setting) is not None


def is_looked_into_untrained(asked: CensusAsked, run: Run, setting: Setting) -> bool:
    """Whether the store has all that `look_into_untrained` would find of the model of a run's seed."""
    found = known_decompilation(_untrained(asked, run.seed, setting), KeptResults(setting.store.home, run))
    return found is not None and not found.interrupted


def _untrained(asked: CensusAsked, seed: int, setting: Setting) -> Subject:
    experiment = asked.experiment
    return _subject(asked, initial_stack(experiment.spec, [seed], experiment.recipe.initializer_range), setting)


def _program(asked: CensusAsked, subject: Subject, kept: KeptResults | None, setting: Setting) -> Decompilation:
    """What is known of it, or what is found now; a search that was interrupted is made again.

    Raises:
        KeyboardInterrupt: it is interrupted now.
    """
    known = known_decompilation(subject, kept)
    if known is not None and not known.interrupted:
        return known
    found = decompile_kept(subject, kept, asked.seconds, setting.watch)
    if found.interrupted:
        raise KeyboardInterrupt
    return found


def _null(asked: CensusAsked, runs: Sequence[Run], made: Census, setting: Setting) -> Null:
    """The same of these runs' models as they were before training."""
    found = []
    for number, run in enumerate(runs):
        watched = replace(setting, watch=part_of(setting.watch, number, len(runs)))
        subject, program = look_into_untrained(asked, run.seed, KeptResults(setting.store.home, run), watched)
        found.append((bool(subject.scores.solved[0]), program))
    return _counted("random weights", found, made)


def _null_of_shuffled(other: CensusAsked, aside: Mapping[str, str], made: Census, setting: Setting) -> Null:
    """The same of models that learn the same questions with other answers, solved or not: there is always a model."""
    kept, left = replace(setting, keep=kept_of_shuffled(setting.keep)), _left(other, aside)
    runs = _trained(other.experiment, [seed for seed in other.seeds if seed not in left], kept)
    found = []
    for number, run in enumerate(runs):
        watched = replace(setting, watch=part_of(setting.watch, number, len(runs)))
        found.append((run.solved, look_into(other, run, watched)[0]))
    return _counted("shuffled answers", found, made)


def kept_of_shuffled(keep: Keep) -> Keep:
    """The rule for models of shuffled answers, whose final weights are looked into where they are not solved too."""
    return "last" if keep == "none" else keep


def _counted(
    of: Literal["random weights", "shuffled answers"], found: Sequence[tuple[bool, Decompilation]], made: Census
) -> Null:
    """Of models that are solved or not, and their programs."""
    known = {mechanism.digest for mechanism in made.mechanisms}
    told = [_told(program, None) for _, program in found]
    solved = sum(right for right, _ in found)
    decompiled = sum(each.word == "decompiled" for each in told)
    return Null(of, len(found), solved, decompiled, sum(each.mechanism in known for each in told))


def _model(run: Run, found: dict[str, tuple[Decompilation, bool | None]], aside: str) -> CensusModel:
    told = _told(*found[run.name]) if run.name in found else ModelSays(missing=aside)
    epoch = run.first_solved_epoch if run.solved else None
    return CensusModel(run.seed, run.name, run.status, run.solved, run.epoch if epoch is None else epoch, told)


def _told(found: Decompilation, proved: bool | None) -> ModelSays:
    said = ModelSays(word=found.word, missing="; ".join(found.missing), proved=proved, seconds=found.seconds)
    equal = found.equal is not None and found.equal.share == 1
    if found.program is None or found.word not in COUNTED or not equal:
        return said
    form = canonical(found.program)
    entries = found.program.entries
    return replace(said, mechanism=form.digest, answers=form.answers_digest, lines=len(form.lines), entries=entries)


def _texts(
    models: Sequence[CensusModel], found: dict[str, tuple[Decompilation, bool | None]]
) -> dict[str, tuple[str, str]]:
    """By mechanism, the run whose program is shown: decompiled and proved where there is one; and that program."""
    texts: dict[str, tuple[str, str]] = {}
    best = sorted(
        models, key=lambda m: (m.told.word != "decompiled", m.told.proved is not True, m.told.entries, m.seed)
    )
    for model in best:
        if model.told.mechanism and model.told.mechanism not in texts:
            program = found[model.run][0].program
            assert program is not None
            texts[model.told.mechanism] = model.run, program_text(program)
    return texts


def _stored(asked: CensusAsked, setting: Setting) -> list[Run]:
    runs = (setting.store.run(asked.experiment, seed) for seed in asked.seeds)
    return [run for run in runs if run is not None]


def _known(asked: CensusAsked, run: Run, setting: Setting) -> Decompilation | None:
    """What was found of a run before, and was not interrupted. Runs nothing."""
    subject = _subject(asked, setting.store.stack(run), setting)
    found = known_decompilation(subject, KeptResults(setting.store.home, run))
    return None if found is None or found.interrupted else found


def _subject(asked: CensusAsked, stack: Stack, setting: Setting) -> Subject:
    """A model on its task's inputs, as `openwork decompile` takes it: what either finds the other knows."""
    engine = choose_engine(asked.experiment.spec, setting.engine, setting.threads).engine
    return Subject.of(engine, stack, asked.experiment.task, USUAL_INPUTS)
