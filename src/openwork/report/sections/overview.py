"""What was trained, how well it does, and what it took: the top of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openwork.analyses import all_asked, percent
from openwork.claims import Publication
from openwork.data import MOST_ENUMERATED, dataset_of, draw, unhandled
from openwork.data.interval import CONFIDENCE, clopper_pearson
from openwork.errors import Reason
from openwork.models import n_params
from openwork.report.parts import NOTHING, Figure, Figures, Fold, Part, Share, Table, Text, columns
from openwork.runs import Imported, Origin
from openwork.tasks import format_count
from openwork.training import Experiment, Measured, Progress

MOST_LISTED = 12
"""seeds that are named one by one"""
EXAMPLE = 0.618
"""how far into the domain the question shown as an example lies"""


@dataclass(frozen=True)
class Overview:
    """Where the explained model comes from.

    Attributes:
        source: task, model, recipe and split; or task, model and where it was imported from.
        run: the run's name.
        seed: of the explained model.
        right: inputs that it answers right at every graded position.
        inputs: inputs that it was asked.
        seeds: the last epoch of every seed that was tried, the explained one included.
        engine: what ran it.
        seconds: how long training took.
        coverage: which inputs were asked, in words; empty where that is every question.
        go_on: the command that trains on what stopped unfinished; empty where there is none.
        publication: whose claims were judged; None where nobody's.
        damage: what is damaged in the store beside this run, by name; a seed among it is not counted.
        proof: what is proved of it over the real numbers, as half a sentence; empty where nothing is.
    """

    source: Experiment | Imported
    run: str
    seed: int
    right: int
    inputs: int
    seeds: tuple[Progress, ...]
    engine: str
    seconds: float
    coverage: str = ""
    go_on: str = ""
    publication: Publication | None = None
    damage: tuple[Reason, ...] = ()
    proof: str = ""

    @property
    def all_asked(self) -> str:
        """All that it was asked, in words: `every input`, or `all 10,000 drawn questions`."""
        return all_asked(self.inputs, drawn=bool(self.coverage))

    @property
    def all_trained(self) -> str:
        """All that a seed was asked in training and on what was held out, in words."""
        last, source = self.seeds[0], self.source
        asked = last.train.inputs + (0 if last.held_out is None else last.held_out.inputs)
        return all_asked(asked, drawn=isinstance(source, Experiment) and source.split.inputs is not None)

    @property
    def unsolved(self) -> str:
        """That it does not solve its task, in a sentence; empty where it does."""
        if self.right == self.inputs:
            return ""
        sampled = f": {self.interval_line}" if self.coverage else ""
        return f"This model does not solve the task: it is right on {self.right:,} of {self.inputs_line}{sampled}."

    @property
    def unhandled(self) -> str:
        """What is not looked for, in a sentence, where answers are sets or come in several lengths; else empty."""
        task = self.source.task
        if task.one_symbol_each:
            return ""
        what, instead = unhandled(task.answer_kind == "set")
        return f"Answers {what}. Routes and most claims are refused for such a task so far: {instead}."

    @property
    def opening(self) -> str:
        """How a report begins: the model, how right it is, and what can be said of it."""
        task = self.source.task
        how = "trained on" if isinstance(self.source, Experiment) else "imported and asked for"
        model = f"A transformer, {how} {task.name} ({task.summary})"
        if self.unsolved and self.unhandled:
            return f"{model}. {self.unsolved} {self.unhandled}"
        if self.unsolved:
            return (
                f"{model}. {self.unsolved} How it works cannot be asked of it; what was measured is shown all the same."
            )
        asked = self.all_asked if self.coverage else f"all {self.inputs_line}"
        sampled = f" ({self.interval_line})" if self.coverage else ""
        proof = f", {self.proof}" if self.proof else ""
        if self.unhandled:
            return f"{model}, is right on {asked}{sampled}{proof}. {self.unhandled}"
        return f"{model}, is right on {asked}{sampled}{proof}. Here is what holds of it, tested by intervention."

    @property
    def claims_line(self) -> str:
        """Whose claims were judged, and where these can be read; empty where they are nobody's."""
        return "" if self.publication is None else f"those of {self.publication}"

    @property
    def task_line(self) -> str:
        """The task in a sentence."""
        task = self.source.task
        return f"{task}: {task.summary}; {format_count(task.domain_size)} questions"

    @property
    def next_line(self) -> str:
        """How to get a program out of the model; empty where it does not solve its task."""
        return (
            "" if self.unsolved or self.unhandled else f"`openwork decompile {self.run}` looks for the program inside."
        )

    @property
    def example_line(self) -> str:
        """One question with its answer, from the middle of the domain, where digits differ; else the first drawn."""
        task, size = self.source.task, self.source.task.domain_size
        drawn = size is None or size > MOST_ENUMERATED
        shown = draw(task, 1) if size is None or drawn else dataset_of(task, np.array([int(EXAMPLE * size)]))
        asked = task.question_symbols(task.questions(shown.index)[0])
        answers = filter(None, map(task.answer_text, shown.answers[0].tolist()))
        return f"{' '.join(asked)} → {' '.join(answers)}"

    @property
    def model_line(self) -> str:
        """The model in a line."""
        return f"{self.source.spec}; {n_params(self.source.spec):,} parameters"

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
        said = [f"{len(self.seeds)} tried", f"{len(self.solved)} solved"]
        if self.failed or not self.unfinished:
            said.append(f"{len(self.failed)} failed")
        if self.unfinished:
            said.append(f"{len(self.unfinished)} stopped unfinished")
        return ", ".join(said)

    @property
    def unfinished_line(self) -> str:
        """That seeds can be gone on with, and how; empty where all have ended."""
        if not self.unfinished:
            return ""
        how = f": `{self.go_on}` goes on" if self.go_on else ", and training can go on"
        return f"{_listed(self.unfinished)} not trained to the end{how}."

    @property
    def damage_line(self) -> str:
        """That seeds may be missing from the count, and why; empty where the store is whole."""
        told = "; ".join(f"{reason.where.rpartition(', ')[2]}: {reason.what}" for reason in self.damage)
        return f"Seeds whose runs are damaged in the store are not counted: {told}." if told else ""

    @property
    def right_line(self) -> str:
        """On how many inputs the model is right."""
        return f"{self.right:,} of {self.inputs:,}"

    @property
    def inputs_line(self) -> str:
        """Which inputs it was asked."""
        return self.coverage or f"{self.inputs:,} inputs"

    @property
    def interval_line(self) -> str:
        """What a sample says of the share of all inputs; empty where all were asked."""
        if not self.coverage:
            return ""
        low, high = (percent(end) for end in clopper_pearson(self.right, self.inputs))
        return f"{low} to {high} of all, with {100 * CONFIDENCE:.0f} % confidence"


def _listed(seeds: Sequence[int]) -> str:
    if len(seeds) > MOST_LISTED:
        return f"{len(seeds)} seeds are"
    return f"Seed {seeds[0]} is" if len(seeds) == 1 else f"Seeds {', '.join(map(str, sorted(seeds)))} are"


def unsolved_parts(overview: Overview, routes: bool) -> tuple[Part, ...]:
    """What was left out of the report on a model that does not solve its task, and how to have it.

    `routes` says whether they are shown all the same. Nothing of a model that does solve it.
    """
    if not overview.unsolved:
        return ()
    more = (Text(overview.unfinished_line),) if overview.unfinished else ()
    if not overview.source.task.one_symbol_each:
        return more
    how = f"`openwork routes {overview.run}` does so all the same, and a report written after that shows them."
    left = () if routes else (Text(f"Routes were not looked for. {how}"),)
    return (*more, *left)


def all_right(progress: Progress) -> bool:
    """Whether this epoch ended with every input right, trained on or held out."""
    measured = [progress.train] if progress.held_out is None else [progress.train, progress.held_out]
    return all(part.sequences == part.inputs for part in measured)


def overview_parts(overview: Overview) -> tuple[Part, ...]:
    """A few numbers, the experiment or the origin in words, and how every seed ended."""
    source = overview.source
    figures = (
        Figure(
            percent(overview.right / overview.inputs),
            f"right on {overview.right_line} {'drawn questions' if overview.coverage else 'inputs'}",
            overview.interval_line or overview.proof,
        ),
        Figure(f"{n_params(source.spec):,}", "parameters"),
    )
    asked = (("Inputs", f"{overview.inputs_line}; {source.task.sampling}"),) if overview.coverage else ()
    whose = (("Claims", overview.claims_line),) if overview.claims_line else ()
    facts = (("Task", overview.task_line), *asked, ("Example", overview.example_line), ("Model", overview.model_line))
    facts = (*facts, *whose)
    if isinstance(source, Imported):
        return Figures(figures), Table(columns("", ""), (*facts, *_origin(source.origin)))
    trained = (
        Figure(str(len(overview.seeds)), "seeds tried", f"{_after_tried(overview)}; this is seed {overview.seed}"),
        Figure(f"{overview.seconds:.1f} s", "of training", _beside(overview)),
    )
    table = Table(columns("", ""), (*facts, ("Training", _training(source))))
    return Figures((*figures, *trained)), table, _seeds(overview)


def _training(experiment: Experiment) -> str:
    split, recipe = experiment.split, experiment.recipe
    drawn = (
        "" if split.inputs is None else f" of {split.inputs:,} drawn{', anew in every epoch' if split.fresh else ''}"
    )
    held_out = f"{split.kind} split, {percent(split.held_out)} held out{drawn}"
    return (
        f"{recipe.epochs} epochs at most, batches of {recipe.batch_size}, AdamW at {recipe.lr:g}, {recipe.schedule}; "
        f"{held_out}."
    )


def _origin(origin: Origin) -> tuple[tuple[str, str], ...]:
    """Where it was imported from, and how every setting came to be known that its shapes do not say."""
    file = f"{origin.file} (SHA-256 {origin.digest[:12]}…), with the names of {origin.dialect}"
    facts = [("Imported from", file), ("Settings", "; ".join(origin.said))]
    return (*facts, *(("Note", note) for note in origin.notes))


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
    more = tuple(Text(line, "note") for line in (overview.unfinished_line, overview.damage_line) if line)
    return Fold(f"Seed by seed: {overview.seeds_line}", (Table(names, rows, caption), *more, note))


def _ended(progress: Progress) -> str:
    if progress.status == "diverged":
        return f"diverged at step {progress.step:,}"
    return "failed" if progress.status != "training" else "unfinished"


def _accuracies(train: Measured, held_out: Measured | None) -> tuple[Share, Share | str]:
    return Share(train.accuracy), NOTHING if held_out is None else Share(held_out.accuracy)
