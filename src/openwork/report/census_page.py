"""The page of a census: pictures first, then the program of each mechanism, then every seed."""

from __future__ import annotations

from openwork.analyses import percent
from openwork.data.interval import clopper_pearson
from openwork.report.census import Census, Mechanism
from openwork.report.census_over_training_parts import came_about, lines_came_about
from openwork.report.document import Document
from openwork.report.parts import (
    NOTHING,
    Curve,
    Figure,
    Figures,
    Fold,
    Part,
    Section,
    Series,
    Share,
    Table,
    Text,
    columns,
)

SHOWN = 30
"""mechanisms whose programs are shown"""
MOST_TOLD = 10
"""mechanisms that a terminal shows"""
TOLD = 12
"""seeds that are told in a row"""


def census_document(census: Census) -> Document:
    """The page."""
    experiment = census.experiment
    subtitle = f"{len(census.models):,} seeds of {experiment.task}: {experiment.spec}."
    sections = [
        Section("How many mechanisms there are", "census", (*_pictures(census), *_said(census))),
        Section("Mechanisms", "mechanisms", (_table(census), *map(_fold, census.mechanisms[:SHOWN]))),
        Section("What is not counted", "uncounted", _uncounted(census)),
        Section("Every seed", "seeds", (Fold(f"{len(census.models):,} seeds", (_seeds(census),)),)),
    ]
    if not census.mechanisms:
        del sections[1]
    if census.over_training is not None:
        over = (*came_about(census.over_training), *lines_came_about(census.over_training))
        sections.insert(-2, Section("How they come about", "over-training", over))
    return Document(f"Census: {experiment.task}", tuple(sections), subtitle)


def census_screen(census: Census) -> tuple[Part, ...]:
    """What a terminal shows of it."""
    table = (_table(census, MOST_TOLD),) if census.mechanisms else ()
    over = () if census.over_training is None else came_about(census.over_training)
    return (_figures(census), *_said(census), *table, *over)


def census_within(census: Census) -> tuple[Part, ...]:
    """What another page of the same models says of it: what was counted, and the program of each mechanism."""
    parts = [part for part in (*_pictures(census), *_said(census)) if part != Text(census.command, "command")]
    if census.mechanisms:
        parts += (_table(census), *map(_fold, census.mechanisms[:SHOWN]))
    return tuple(parts)


def _figures(census: Census) -> Figures:
    solved = _share(len(census.solved), len(census.models)) if census.models else "every seed was set aside"
    items = [Figure(f"{len(census.solved):,} of {len(census.models):,}", "seeds solve the task", solved)]
    if census.solved:
        items += mechanisms_counted(census)
        items.append(Figure(f"{census.algorithms:,}", "algorithms", "wherever in the model each step is"))
    if census.unseen is not None:
        low, high = census.unseen_interval
        between = f"95 % interval {percent(low)} to {percent(high)}"
        items.append(Figure(percent(census.unseen), "chance that the next is another", between))
    if census.proves and census.solved:
        proved = sum(model.told.proved is True for model in census.solved)
        items.append(Figure(f"{proved:,} of {len(census.solved):,}", "are proved", "right on every input"))
    return Figures(tuple(items))


def mechanisms_counted(census: Census) -> tuple[Figure, ...]:
    """How many there are, of how many models."""
    known = f"of {len(census.counted):,} models whose program is known"
    return (Figure(f"{len(census.mechanisms):,}", "mechanisms", known),)


def _pictures(census: Census) -> tuple[Part, ...]:
    if not census.counted:
        return (_figures(census),)
    seen = census.seen_after
    models = tuple(float(n) for n in range(1, len(seen) + 1))
    growing = Curve(
        "Mechanisms seen after so many models",
        (
            Series("mechanisms", models, tuple(map(float, seen))),
            Series("if each had its own", models, models, quiet=True),
        ),
        "solved models whose program is known, by seed",
        "different mechanisms",
        caption="Where the line goes flat, most of them have been seen; where it goes on rising, more seeds find more.",
    )
    counts = [len(found.models) for found in census.mechanisms]
    ranks = Curve(
        "How often each occurs",
        (Series("models", tuple(float(n) for n in range(1, len(counts) + 1)), tuple(map(float, counts))),),
        "mechanisms, the most frequent first",
        "models",
        y_range=(0.0, float(max(counts))),
    )
    return (_figures(census), growing, *((ranks,) if len(counts) > 1 else ()))


def _said(census: Census) -> tuple[Part, ...]:
    said = []
    if not census.solved:
        said.append("No seed solved the task, so there is no mechanism to count: train more, or otherwise.")
    elif not census.counted:
        said.append("No program was found that answers as its model, so there is no mechanism to count.")
    else:
        first = census.mechanisms[0]
        share = _share(len(first.models), len(census.counted))
        said.append(
            f"The most frequent mechanism is that of {len(first.models):,} of {len(census.counted):,}: {share}."
        )
    if census.aside:
        told = "; ".join(f"seed {seed}: {why}" for seed, why in list(sorted(census.aside.items()))[:MOST_TOLD])
        said.append(f"{len(census.aside):,} seeds were set aside, untrained or without a program: {told}.")
    for null, asked in ((census.null, "models with random weights"), (census.shuffled, "models of shuffled answers")):
        if null is not None:
            said.append(
                f"The same asked of {null.models:,} {asked}: {null.solved:,} solve what they are asked, "
                f"{null.decompiled:,} have a program, {null.shared:,} have one of these mechanisms."
            )
    return (*(Text(text) for text in said), Text(census.command, "command"))


def _table(census: Census, most: int | None = None) -> Table:
    """Each mechanism, or the most frequent; on a page with its seeds."""
    counted = len(census.counted)
    rows = tuple(
        (
            found.digest,
            Share(len(found.models) / counted, f"{len(found.models):,}"),
            _interval(len(found.models), counted),
            f"{sum(model.told.word == 'decompiled' for model in found.models):,}",
            found.example.run,
            *(() if most else (_few([model.seed for model in found.models]),)),
        )
        for found in census.mechanisms[:most]
    )
    caption = "Equal up to which heads do it, the order of lines and redundant routes. Intervals are exact, 95 %."
    left = 0 if most is None else len(census.mechanisms) - most
    caption += f" {left:,} more are on the page." if left > 0 else ""
    names = ("mechanism", "models", "share", "decompiled", "example", *(() if most else ("seeds",)))
    return Table(columns(*names, numeric=(3,)), rows, caption)


def _fold(found: Mechanism) -> Fold:
    summary = f"{found.digest}: {len(found.models):,} models; run {found.example.run}, {found.example.told.lines} lines"
    note = f"{found.example.told.word}{': ' if found.example.told.missing else ''}{found.example.told.missing}"
    return Fold(summary, (Text(note, "note"), Text(found.text, "command")))


def _uncounted(census: Census) -> tuple[Part, ...]:
    left = [model for model in census.solved if not model.told.mechanism]
    said = Text(
        f"{len(left):,} of {len(census.solved):,} solved models have no program that answers as they do on every input "
        f"measured, or nothing but a table of answers. A program was looked for {census.seconds:g} s in each: a faster "
        "machine may find more. Intervals hold of seeds drawn like these, and of models that are counted."
    )
    reasons: dict[str, list[int]] = {}
    for model in left:
        reasons.setdefault(model.told.missing, []).append(model.seed)
    ordered = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = tuple((reason, f"{len(seeds):,}", _few(seeds)) for reason, seeds in ordered)
    return (said, *((Table(columns("why", "models", "seeds", numeric=(1,)), rows),) if rows else ()))


def _seeds(census: Census) -> Table:
    rows = tuple(
        (
            str(model.seed),
            model.run,
            "solved" if model.solved else model.status,
            str(model.epoch),
            model.told.word or NOTHING,
            model.told.mechanism or NOTHING,
        )
        for model in census.models
    )
    return Table(columns("seed", "run", "status", "epoch", "program", "mechanism", numeric=(0, 3)), rows)


def _share(count: int, of: int) -> str:
    return f"{percent(count / of)}, 95 % interval {_interval(count, of)}"


def _interval(count: int, of: int) -> str:
    low, high = clopper_pearson(count, of)
    return f"{percent(low)} to {percent(high)}"


def _few(seeds: list[int]) -> str:
    more = f" and {len(seeds) - TOLD:,} more" if len(seeds) > TOLD else ""
    return f"{', '.join(map(str, seeds[:TOLD]))}{more}"
