"""The program inside a model: its text, what is missing, and how each line did."""

from __future__ import annotations

from openwork.analyses import percent
from openwork.programs import Decompilation, Program, program_text
from openwork.programs.language import READABLE
from openwork.programs.verdicts.decompilation import some
from openwork.programs.verdicts.realised import LineScore
from openwork.programs.verdicts.waves import Waves
from openwork.report.chapters import describes
from openwork.report.parts import Cell, Part, Share, Table, Text, columns

COLUMNS = ("line", "alone", "alike", "together", "changing", "values", "effective", "variance")
CAPTION = (
    "Interchange in the whole model: share of fresh pairs in which all answers become the program's; at the first site "
    "alone; there with inputs that agree in what it holds besides; at all sites together; and of these pairs those "
    "that should change something. Effective: values that some context tells apart, of which alone the line can be "
    "sure. Variance: share of what the sites hold that lies between the values, and between the effective ones."
)
DECIDES = (
    "*: its sites are all that an answer is made from, so that interchange there follows whatever they hold; what "
    "speaks for the place that is named is the column alike, and the values and the variance say what it holds."
)
WAVES = ("frequency", "embedding", "attention", "stream", "logits")
WAVES_CAPTION = (
    "Share of the variance that the waves of a frequency explain: of the first number in its embedding, of both "
    "numbers in what the last attention writes, of their sum in the last stream and in the logits."
)
MOST_PLACES = 8
MOST_LINES = 120
"""of a program that are shown; the rest is in a file"""
MOST_ROWS = 24
"""scores that are shown, of the lines that are realised least"""
MOST_COUNTEREXAMPLES = 2
MOST_SIGNS = 48
"""of a question or of answers in a counterexample"""
WHOLE = "whole with --output FILE or --json"


@describes(Decompilation, chapter="program")
def program_parts(result: Decompilation) -> tuple[Part, ...]:
    """The program, then its verdicts one by one."""
    parts: list[Part] = [Text(result.summary)]
    if result.program is None:
        return (*parts, *_unlabelled(result))
    parts += _text(result.program)
    parts += [Text(line) for line in _verdicts(result)]
    if result.lines:
        least = sorted(result.lines, key=lambda score: score.together.share)[:MOST_ROWS]
        rows = tuple(_row(score) for score in result.lines if score in least)
        left = len(result.lines) - len(rows)
        cut = f" {left:,} more lines, realised better, are left out: all with --json." if left else ""
        starred = f" {DECIDES}" if any(score.decides for score in result.lines) else ""
        parts.append(Table(columns(*COLUMNS, numeric=range(1, 8)), rows, CAPTION + starred + cut))
    parts += _waves(result.waves)
    return (*parts, *_unlabelled(result))


def _waves(found: Waves | None) -> list[Part]:
    """What each frequency explains, and how the waves are put together."""
    if found is None:
        return []
    shares = (found.embedding, found.attention, found.stream, found.logits)
    named = [*map(str, found.frequencies), "all"]
    each = zip(named, *((*share, sum(share)) for share in shares), strict=True)
    rows: tuple[tuple[Cell, ...], ...] = tuple((name, *map(Share, some)) for name, *some in each)
    return [Text(found.words), Table(columns(*WAVES, numeric=range(5)), rows, WAVES_CAPTION)]


def _text(program: Program) -> list[Part]:
    """The program, large tables by their size, cut where nobody would read on."""
    text = program_text(program.with_readable_tables())
    lines = text.rstrip("\n").splitlines()
    said: list[Part] = [Text("\n".join(lines[:MOST_LINES]), "command")]
    left = []
    if len(lines) > MOST_LINES:
        left.append(f"{len(lines) - MOST_LINES:,} more lines")
    if text != program_text(program):
        left.append(f"tables above {READABLE} entries")
    return said + ([Text(f"Left out: {' and '.join(left)}; {WHOLE}.", "note")] if left else [])


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SIGNS else f"{text[: MOST_SIGNS - 1]}…"


def _of_all(result: Decompilation, count: int, total: int) -> str:
    said = result.of_all(count, total)
    return f"; {said}" if said else ""


def _verdicts(result: Decompilation) -> list[str]:
    said = []
    if result.equal is not None:
        right = percent(result.equal.right / result.equal.inputs)
        which = "inputs" if result.fresh_seed is None else f"inputs drawn anew with seed {result.fresh_seed}"
        said.append(
            f"Equal: {result.equal.same:,} of {result.equal.inputs:,} {which} answered as the model does, right or "
            f"wrong (the model is right on {right}){_of_all(result, result.equal.same, result.equal.inputs)}."
        )
        for question, program, model in result.equal.counterexamples[:MOST_COUNTEREXAMPLES]:
            said.append(f"  {_cut(question)}: the program says {_cut(program)}, the model {_cut(model)}")
    alone, together = result.least("alone"), result.least("together")
    if alone is not None and together is not None:
        said.append(
            f"Realised: together at least {percent(together)}, on average {percent(result.mean('together') or 0)}; "
            f"alone at least {percent(alone)}, on average {percent(result.mean('alone') or 0)}{_least_of_all(result)}."
        )
    if result.whole is not None:
        carrying = [f"{place} {percent(n / result.whole.inputs)}" for place, n in result.whole.alone[:MOST_PLACES]]
        of_all = _of_all(result, result.whole.lost, result.whole.inputs)
        named = f" Alone: {', '.join(carrying)}." if carrying else ""
        said.append(f"Whole: {percent(result.whole.share)} of inputs are lost with what no line says{of_all}.{named}")
    if result.short is not None:
        measured = "all answers" if result.exhaustive else "the answers measured"
        said.append(
            f"Short: {result.short.lines:,} lines, {result.short.entries:,} table entries, "
            f"{percent(result.short.share)} of the bits that {measured} take as a table."
        )
    if result.otherwise is not None:
        said.append(result.otherwise.words)
    return said


def _least_of_all(result: Decompilation) -> str:
    """The line that is realised least at all its sites, on all pairs there are."""
    rate = min((score.together for score in result.lines), key=lambda rate: rate.share)
    said = result.of_all(rate.followed, rate.pairs)
    return f"; the least together, on {rate.pairs:,} pairs: {said}" if said else ""


def _row(score: LineScore) -> tuple[Cell, ...]:
    changing = score.together.of_changing
    return (
        score.variable + ("*" if score.decides else ""),
        Share(score.alone.share),
        Share(score.alike.share),
        Share(score.together.share),
        "none" if changing is None else percent(changing),
        f"{score.values:,}",
        "?" if score.effective is None else f"{score.effective:,}",
        f"{100 * score.explained:.0f} / {100 * score.explained_effective:.0f} %",
    )


def _unlabelled(result: Decompilation) -> tuple[Part, ...]:
    if not result.unlabelled:
        return ()
    return (Text(f"No label was found for what these hold: {some(result.unlabelled, MOST_PLACES)}.", "note"),)
