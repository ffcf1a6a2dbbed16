"""What was trained, how well it does, and what it took: the top of a report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openwork.analyses import percent
from openwork.models import n_params
from openwork.report.parts import NOTHING, Figure, Figures, Fold, Part, Share, Table, Text, columns
from openwork.training import Experiment, Measured, Progress

EXAMPLE = 0.618
"""how far into the domain the question shown as an example lies"""


@dataclass(frozen=True)
class Overview:
    """Where the explained model comes from.

    Attributes:
        experiment: task, model, recipe and split.
        run: the run's name.
        seed: of the explained model.
        right: inputs that it answers right at every graded position.
        inputs: inputs that it was asked.
        seeds: the last epoch of every seed that was tried, the explained one included.
        engine: what ran it.
        seconds: how long training took.
    """

    experiment: Experiment
    run: str
    seed: int
    right: int
    inputs: int
    seeds: tuple[Progress, ...]
    engine: str
    seconds: float

    @property
    def task_line(self) -> str:
        """The task in a sentence."""
        task = self.experiment.task
        return f"{task}: {task.summary}; {task.domain_size:,} questions"

    @property
    def example_line(self) -> str:
        """One question with its answer, from the middle of the domain, where digits differ."""
        task = self.experiment.task
        question = task.questions(np.array([int(EXAMPLE * task.domain_size)]))
        asked = task.tokens(question)[0, [v.position for v in task.variables]]
        return f"{task.vocabulary.text(asked)} → {task.answer_vocabulary.text(task.answers(question)[0])}"

    @property
    def model_line(self) -> str:
        """The model in a line."""
        return f"{self.experiment.spec}; {n_params(self.experiment.spec):,} parameters"

    @property
    def solved(self) -> tuple[int, ...]:
        """Seeds that ended right on every input."""
        return tuple(p.seed for p in self.seeds if all_right(p))

    @property
    def failed(self) -> tuple[int, ...]:
        """Seeds that ran to their end, or diverged, without."""
        return tuple(p.seed for p in self.seeds if not all_right(p) and p.status != "training")

    @property
    def unfinished(self) -> tuple[int, ...]:
        """Seeds still in training when another was solved."""
        return tuple(p.seed for p in self.seeds if not all_right(p) and p.status == "training")

    @property
    def seeds_line(self) -> str:
        """How many seeds were tried, and how they ended."""
        said = [f"{len(self.seeds)} tried", f"{len(self.solved)} solved", f"{len(self.failed)} failed"]
        if self.unfinished:
            said.append(f"{len(self.unfinished)} stopped unfinished")
        return ", ".join(said)

    @property
    def right_line(self) -> str:
        """On how many inputs the model is right."""
        return f"{self.right:,} of {self.inputs:,}"


def all_right(progress: Progress) -> bool:
    """Whether this epoch ended with every input right, trained on or held out."""
    measured = [progress.train] if progress.held_out is None else [progress.train, progress.held_out]
    return all(part.sequences == part.inputs for part in measured)


def overview_parts(overview: Overview) -> tuple[Part, ...]:
    """A few numbers, the experiment in words, and how every seed ended."""
    split = overview.experiment.split
    figures = Figures(
        (
            Figure(percent(overview.right / overview.inputs), f"right on {overview.right_line} inputs"),
            Figure(f"{n_params(overview.experiment.spec):,}", "parameters"),
            Figure(str(len(overview.seeds)), "seeds tried", f"{_after_tried(overview)}; this is seed {overview.seed}"),
            Figure(f"{overview.seconds:.1f} s", "of training", _beside(overview)),
        )
    )
    held_out = f"{split.kind} split, {percent(split.held_out)} held out"
    recipe = overview.experiment.recipe
    how = (
        f"{recipe.epochs} epochs at most, batches of {recipe.batch_size}, AdamW at {recipe.lr:g}, {recipe.schedule}; "
        f"{held_out}."
    )
    facts = Table(
        columns("", ""),
        (
            ("Task", overview.task_line),
            ("Example", overview.example_line),
            ("Model", overview.model_line),
            ("Training", how),
        ),
    )
    return figures, facts, _seeds(overview)


def _beside(overview: Overview) -> str:
    engine = overview.engine.partition(":")[0]
    return f"{engine} engine, all seeds side by side" if len(overview.seeds) > 1 else f"{engine} engine"


def _after_tried(overview: Overview) -> str:
    return overview.seeds_line.split(", ", 1)[1]


def _seeds(overview: Overview) -> Part:
    rows = tuple(
        (str(p.seed), "solved" if all_right(p) else _ended(p), str(p.epoch), *_accuracies(p.train, p.held_out))
        for p in sorted(overview.seeds, key=lambda p: p.seed)
    )
    names = columns("seed", "outcome", "epochs", "in training", "held out", numeric=(0, 2, 3, 4))
    caption = "Accuracy over graded positions at the end of the last epoch of each seed."
    note = Text("A solved model is the exception or the rule: count before you explain one.", "note")
    return Fold(f"Every seed: {overview.seeds_line}", (Table(names, rows, caption), note))


def _ended(progress: Progress) -> str:
    if progress.status == "diverged":
        return f"diverged at step {progress.step:,}"
    return "failed" if progress.status != "training" else "unfinished"


def _accuracies(train: Measured, held_out: Measured | None) -> tuple[Share, Share | str]:
    return Share(train.accuracy), NOTHING if held_out is None else Share(held_out.accuracy)
