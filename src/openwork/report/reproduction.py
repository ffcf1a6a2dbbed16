"""An article beside ours: every number that it reports, and the same number of one seed or of many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from openwork.analyses import Ablation, Attention, ComponentOutputs, LearningCurve, Readout, percent
from openwork.claims import Verdict, clopper_pearson
from openwork.report.document import Document
from openwork.report.original import Original
from openwork.report.parts import NOTHING, Cell, Curve, Fold, Part, Section, Series, Share, Table, Text, columns
from openwork.report.recipe_claims import NOTHING_ASKED, RecipeClaims
from openwork.report.sections import parts_of, verdict_parts
from openwork.training import Experiment

NOT_TOLD = "not told"


@dataclass(frozen=True, eq=False)
class ReproducedSeed:
    """What one seed gave.

    Attributes:
        seed: of the model.
        curve: every epoch.
        zeroed: the ablations of the original, in its order, on the held-out inputs.
        readout: the last residual stream by cosine with the embedding.
        attention: layer 0.
        outputs: what the layer-0 MLP writes.
    """

    seed: int
    curve: LearningCurve
    zeroed: tuple[Ablation, ...]
    readout: Readout
    attention: Attention
    outputs: ComponentOutputs


@dataclass(frozen=True, eq=False)
class Reproduction:
    """An experiment repeated.

    Attributes:
        original: what was reported.
        experiment: what we ran.
        seeds: what each seed gave, in order; at least one.
        judged: the seed that the claims were judged on.
        verdicts: the article's claims about its model, judged on that seed.
        recipe: its claims about its recipe.
    """

    original: Original
    experiment: Experiment
    seeds: tuple[ReproducedSeed, ...]
    judged: int
    verdicts: tuple[Verdict, ...] = ()
    recipe: RecipeClaims = NOTHING_ASKED

    @property
    def reached(self) -> tuple[int, ...]:
        """Seeds that were right on every input after some epoch."""
        return tuple(s.seed for s in self.seeds if s.curve.first_solved is not None)

    @property
    def solved_at_end(self) -> tuple[int, ...]:
        """Seeds that were right on every input after the last epoch."""
        return tuple(s.seed for s in self.seeds if s.curve.solved_for_good is not None)

    @property
    def success_line(self) -> str:
        """How often the recipe succeeded, with the exact 95 % binomial intervals."""
        total = len(self.seeds)
        return (
            f"{_rate(len(self.reached), total)} were right on every input after some epoch, "
            f"{_rate(len(self.solved_at_end), total)} at the end."
        )


@dataclass(frozen=True)
class Compared:
    """One number: what was reported, and ours for every seed that has it (None where a seed has none)."""

    what: str
    reported: str
    ours: tuple[float | None, ...]
    form: str = "share"
    """`share`, `epoch` or `weight`"""

    def shown(self, value: float) -> str:
        """A value of this kind as text."""
        if self.form == "share":
            return percent(value)
        return f"{value:g}" if self.form == "epoch" else f"{value:.2f}"

    def cells(self) -> tuple[Cell, ...]:
        """What, reported, and ours: the number of a single seed, or median and range of many."""
        known = sorted(v for v in self.ours if v is not None and not math.isnan(v))
        if len(self.ours) == 1:
            return self.what, self.reported, self.shown(known[0]) if known else "never"
        missing = len(self.ours) - len(known)
        if not known:
            return self.what, self.reported, "never", NOTHING
        never = f"; never in {missing}" if missing else ""
        spread = f"{self.shown(known[0])} to {self.shown(known[-1])}{never}"
        return self.what, self.reported, self.shown(median(known)), spread


def comparisons(reproduction: Reproduction) -> tuple[Compared, ...]:
    """Every number of the original beside ours, in the order of the original."""
    original, seeds = reproduction.original, reproduction.seeds
    at_end = percent(original.accuracy_at_end)
    last = [s.curve.rows[-1] for s in seeds]
    held_out = tuple(None if row.held_out is None else row.held_out.accuracy for row in last)
    compared = [
        Compared("accuracy in training, end", at_end, tuple(row.train.accuracy for row in last)),
        Compared("accuracy held out, end", at_end, held_out),
        Compared(
            "first epoch, all right",
            f"{original.first_solved}",
            tuple(s.curve.first_solved for s in seeds),
            "epoch",
        ),
        Compared(
            "all right for good, from epoch",
            f"about {original.solved_for_good}",
            tuple(s.curve.solved_for_good for s in seeds),
            "epoch",
        ),
    ]
    for index, zeroed in enumerate(original.zeroed):
        ours = tuple(s.zeroed[index].accuracy for s in seeds)
        compared.append(Compared(f"{zeroed.says}, held out", percent(zeroed.accuracy), ours))
    read = tuple(s.readout.share for s in seeds)
    compared.append(Compared("nearest embedding is right, by cosine", "two strings", read))
    return (*compared, *_attention(reproduction))


def reproduction_document(reproduction: Reproduction) -> Document:
    """The article beside ours, how often its recipe works, its claims judged, and the curves behind the numbers."""
    original, many = reproduction.original, len(reproduction.seeds) > 1
    first = reproduction.seeds[0]
    sections = [Section("Number by number", "numbers", (comparison_table(reproduction), _source(original)))]
    if reproduction.verdicts:
        sections.append(
            Section(
                f"Its claims, judged on seed {reproduction.judged}", "verdicts", verdict_parts(reproduction.verdicts)
            )
        )
    sections += _about_recipe(reproduction)
    sections.append(Section("Does the recipe work?", "seeds", (Text(reproduction.success_line), _seeds(reproduction))))
    sections.append(Section("Accuracy at every epoch", "epochs", _epochs(reproduction)))
    about = f", seed {first.seed}" if many else ""
    sections.append(Section(f"Layer-0 attention{about}", "attention", parts_of(first.attention)))
    sections.append(Section(f"Layer-0 MLP{about}", "mlp", parts_of(first.outputs)))
    subtitle = f"What “{original.title}” reports, beside what its recipe gives here. {reproduction.success_line}"
    return Document("The article beside ours", tuple(sections), subtitle, f"openwork · reproduce {original.experiment}")


def reproduction_screen(reproduction: Reproduction) -> tuple[Part, ...]:
    """The same numbers for a terminal: nothing folded away, and nothing that is drawn."""
    original, first = reproduction.original, reproduction.seeds[0]
    seeds = (_seeds(reproduction),) if len(reproduction.seeds) > 1 else ()
    return (
        Section("Accuracy at every epoch", "epochs", (_epoch_table(reproduction),)),
        Section(f"What the layer-0 MLP writes, seed {first.seed}", "mlp", parts_of(first.outputs)),
        Section(f"Its claims, judged on seed {reproduction.judged}", "verdicts", verdict_parts(reproduction.verdicts)),
        *_about_recipe(reproduction),
        Section("Number by number", "numbers", (comparison_table(reproduction), _source(original))),
        Section("Does the recipe work?", "seeds", (*seeds, Text(reproduction.success_line))),
    )


def _about_recipe(reproduction: Reproduction) -> tuple[Section, ...]:
    """Its claims about its recipe, which are about no seed of ours."""
    if not reproduction.recipe.verdicts:
        return ()
    about = Text(f"These speak of {reproduction.recipe.whose}: whatever the seed.")
    return (Section("Its claims about its recipe", "recipe", (about, *verdict_parts(reproduction.recipe.verdicts))),)


def comparison_table(reproduction: Reproduction) -> Table:
    """Reported and ours, one row for each number."""
    many = len(reproduction.seeds) > 1
    ours = (f"median of {len(reproduction.seeds)}", "range") if many else (f"ours, seed {reproduction.seeds[0].seed}",)
    heads = columns("", "reported", *ours, numeric=range(1, 2 + len(ours)))
    return Table(heads, tuple(row.cells() for row in comparisons(reproduction)))


def _attention(reproduction: Reproduction) -> tuple[Compared, ...]:
    original, first = reproduction.original, reproduction.seeds[0].attention
    compared = []
    for g, query in enumerate(first.queries):
        place, output = first.deciding_positions[g], query.removeprefix("predicts ")
        if place is None:
            continue
        reported = original.attention.get(output)
        told = original.attention_elsewhere if reported is None else f"about {reported:g}"
        ours = tuple(float(s.attention.on_deciding[:, g].max()) for s in reproduction.seeds)
        what = f"layer-0 attention, {output} on {first.keys[place]}"
        compared.append(Compared(what, told, ours, "weight"))
    return tuple(compared)


def _source(original: Original) -> Part:
    return Text(
        f"Reported numbers: {original.source}. Accuracy is the share of graded positions; attention is the mean over "
        "all our inputs, where the original shows a few.",
        "note",
    )


def _seeds(reproduction: Reproduction) -> Part:
    rows = []
    for seed in reproduction.seeds:
        last, curve = seed.curve.rows[-1], seed.curve
        held_out: Cell = NOTHING if last.held_out is None else Share(last.held_out.accuracy)
        epochs = (str(curve.first_solved or "never"), str(curve.solved_for_good or "never"))
        rows.append((str(seed.seed), *epochs, Share(last.train.accuracy), held_out))
    heads = columns("seed", "all right first", "for good from", "in training", "held out", numeric=range(5))
    return Table(heads, tuple(rows), "Epochs, and accuracy after the last one.")


def _epochs(reproduction: Reproduction) -> tuple[Part, ...]:
    lines = []
    for seed in reproduction.seeds:
        rows = [row for row in seed.curve.rows if row.held_out is not None] or list(seed.curve.rows)
        y = tuple(row.train.accuracy if row.held_out is None else row.held_out.accuracy for row in rows)
        lines.append(
            Series(f"seed {seed.seed}", tuple(float(row.epoch) for row in rows), y, len(reproduction.seeds) > 6)
        )
    curve = Curve("Accuracy held out", tuple(lines), "epoch", "share of graded positions", y_range=(0, 1))
    return curve, Fold("Every epoch in numbers", (_epoch_table(reproduction),))


def _epoch_table(reproduction: Reproduction) -> Table:
    original = reproduction.original
    epochs = sorted({row.epoch for s in reproduction.seeds for row in s.curve.rows})
    rows = []
    for epoch in epochs:
        here = [row for s in reproduction.seeds for row in s.curve.rows if row.epoch == epoch]
        train = [row.train.accuracy for row in here]
        held_out = [row.held_out.accuracy for row in here if row.held_out is not None]
        known = epoch == original.first_solved or epoch >= original.solved_for_good
        rows.append((str(epoch), percent(1.0) if known else NOT_TOLD, *_median_range(train), *_median_range(held_out)))
    heads = ("epoch", "reported", "in training", "range", "held out", "range")
    caption = "Median and range over seeds. The original tells when it was first right, and from when on for good."
    return Table(columns(*heads, numeric=range(6)), tuple(rows), caption)


def _median_range(values: Sequence[float]) -> tuple[str, str]:
    if not values:
        return NOTHING, NOTHING
    spread = f"{100 * min(values):.2f} to {100 * max(values):.2f}" if len(values) > 1 else NOTHING
    return percent(median(values)), spread


def _rate(count: int, total: int) -> str:
    low, high = clopper_pearson(count, total)
    return f"{count} of {total} seeds (95 % interval {100 * low:.1f} to {100 * high:.1f} %)"
