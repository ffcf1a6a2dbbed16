"""The program inside a model: its text, what is missing, and how each line did."""

from __future__ import annotations

from openwork.analyses import percent
from openwork.programs import Decompilation, program_text
from openwork.programs.verdicts.realised import LineScore
from openwork.report.parts import Cell, Part, Share, Table, Text, columns

COLUMNS = ("line", "alone", "together", "changing", "values", "effective", "variance")
CAPTION = (
    "Interchange in the whole model: share of fresh pairs in which all answers become the program's; at the first site "
    "alone, at all sites together, and of these pairs those that should change something. Effective: values that some "
    "context tells apart, of which alone the line can be sure. Variance: share of what the sites hold that lies "
    "between the values, and between the effective ones."
)
DECIDES = (
    "*: its sites are all that an answer is made from, so that interchange follows whatever they hold; only the values "
    "and the variance say what that is."
)
MOST_PLACES = 8


def program_parts(result: Decompilation) -> tuple[Part, ...]:
    """The program, then its verdicts one by one."""
    found: list[Part] = [Text(result.summary)]
    if result.program is None:
        return (*found, *_unlabelled(result))
    found.append(Text(program_text(result.program).rstrip("\n"), "command"))
    found += [Text(line) for line in _verdicts(result)]
    if result.lines:
        rows = tuple(_row(score) for score in result.lines)
        starred = f" {DECIDES}" if any(score.decides for score in result.lines) else ""
        found.append(Table(columns(*COLUMNS, numeric=range(1, 7)), rows, CAPTION + starred))
    return (*found, *_unlabelled(result))


def _verdicts(result: Decompilation) -> list[str]:
    said = []
    if result.equal is not None:
        right = percent(result.equal.right / result.equal.inputs)
        said.append(
            f"Equal: {result.equal.same:,} of {result.equal.inputs:,} inputs answered as the model does, right or "
            f"wrong (the model is right on {right})."
        )
        for question, program, model in result.equal.counterexamples:
            said.append(f"  {question}: the program says {program}, the model {model}")
    alone, together = result.least("alone"), result.least("together")
    if alone is not None and together is not None:
        said.append(
            f"Realised: together at least {percent(together)}, on average {percent(result.mean('together') or 0)}; "
            f"alone at least {percent(alone)}, on average {percent(result.mean('alone') or 0)}."
        )
    if result.whole is not None:
        carrying = [f"{place} {percent(n / result.whole.inputs)}" for place, n in result.whole.alone[:MOST_PLACES]]
        named = f" Alone: {', '.join(carrying)}." if carrying else ""
        said.append(f"Whole: {percent(result.whole.share)} of inputs are lost with what no line says.{named}")
    if result.short is not None:
        said.append(
            f"Short: {result.short.lines} lines, {result.short.entries} table entries, {percent(result.short.share)} "
            f"of the answer table's bits."
        )
    return said


def _row(score: LineScore) -> tuple[Cell, ...]:
    changing = score.together.of_changing
    return (
        score.variable + ("*" if score.decides else ""),
        Share(score.alone.share),
        Share(score.together.share),
        "none" if changing is None else percent(changing),
        str(score.values),
        "?" if score.effective is None else str(score.effective),
        f"{100 * score.explained:.0f} / {100 * score.explained_effective:.0f} %",
    )


def _unlabelled(result: Decompilation) -> tuple[Part, ...]:
    if not result.unlabelled:
        return ()
    return (Text(f"No label was found for what these hold: {', '.join(result.unlabelled)}.", "note"),)
