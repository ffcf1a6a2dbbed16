"""Trains every seed, looks into each that is solved, and puts together what all of them say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from openwork.analyses import Line, stages_of
from openwork.jobs.census.asked import CensusAsked, require_possible
from openwork.jobs.census.looking import look_into, look_into_untrained
from openwork.jobs.census.over_training import over_training_of
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting, part_of
from openwork.programs import Decompilation, canonical, program_text
from openwork.report import Census, CensusModel, ModelSays, Null, SweptCensus
from openwork.runs import Keep, KeptResults, Run
from openwork.training import Experiment

BATCH = 32
"""seeds that are trained side by side"""
TRAIN, PROGRAMS, NULL = "training seeds", "looking for programs", "asking untrained models"
SHUFFLED = "training and asking models of shuffled answers"
OVER_TRAINING = "asking models over their training"
COUNTED = ("decompiled", "partly")
"""words for a program whose mechanism is counted, where it answers as the model on every input measured"""


def census(asked: CensusAsked, setting: Setting, command: str, aside: Mapping[str, str] | None = None) -> Census:
    """Trains every seed, and looks for the program of each that is solved.

    Args:
        asked: of what.
        setting: store, engine, and who watches.
        command: what the user typed, for the page.
        aside: by name of a run, why it was set aside: nothing more is done for these.

    Raises:
        TaskError: what is asked for of a task cannot be had: see `require_possible`.
        OpenworkError: anything else that does not fit, before training starts.
        KeyboardInterrupt: somebody ended it; the same census goes on from there.
    """
    require_possible(asked, setting.keep)
    also = {OVER_TRAINING: asked.over_training, NULL: asked.null, SHUFFLED: asked.shuffled}
    stage = stages_of(setting.watch, (TRAIN, PROGRAMS, *(name for name, models in also.items() if models)))
    stage(TRAIN)
    left = _left(asked, aside or {})
    seeds = [seed for seed in asked.seeds if seed not in left or _ended(asked.experiment, seed, setting)]
    runs = _trained(asked.experiment, seeds, setting)
    stage(PROGRAMS)
    found = dict(_looked_into(asked, [run for run in runs if run.solved and run.seed not in left], setting))
    models = tuple(_model(run, found, left.get(run.seed, "")) for run in runs)
    about = (asked.seconds, asked.proves, command)
    made = Census(asked.experiment, models, _texts(models, found), *about, aside=left)
    if asked.over_training:
        stage(OVER_TRAINING)
        counted = {model.run for model in made.counted}
        programs = [(run, found[run.name][0]) for run in runs if run.name in counted]
        made = replace(made, over_training=over_training_of(asked, programs, setting))
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


def _ended(experiment: Experiment, seed: int, setting: Setting) -> bool:
    run = setting.store.run(experiment, seed)
    return run is not None and run.ended
