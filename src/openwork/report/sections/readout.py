"""Whether the answer can be read off the residual stream, and by which directions."""

from __future__ import annotations

from openwork.analyses import Readout, ReadoutTable, percent
from openwork.report.chapters import describes
from openwork.report.parts import NOTHING, Part, Share, Table, Text, columns

ASKED = "Share of graded positions where the right answer's number is the largest among {}. Guessing gives {}."


@describes(ReadoutTable, chapter="readout")
def readout_table_parts(result: ReadoutTable) -> tuple[Part, ...]:
    """A table for each measure: sites down, directions across."""
    measures = tuple(dict.fromkeys(row.way.measure for row in result.rows))
    last = measures[-1:]
    return Text(result.summary), *(_table(result, measure, captioned=measure in last) for measure in measures)


@describes(Readout, chapter="readout")
def readout_parts(result: Readout) -> tuple[Part, ...]:
    """One site read in one way, output by output."""
    rows = tuple((o, Share(s)) for o, s in zip(result.outputs, result.per_position, strict=True))
    rows = (*rows, ("all", Share(result.share)))
    return Text(result.summary), Table(columns("output", "read right", numeric=(1,)), rows, _caption(result))


def _table(result: ReadoutTable, measure: str, captioned: bool) -> Table:
    chosen = [row for row in result.rows if row.way.measure == measure]
    sites = tuple(dict.fromkeys(row.site for row in chosen))
    ways = tuple(dict.fromkeys((row.way.basis, row.way.after_norm) for row in chosen))
    by_way = {(row.site, row.way.basis, row.way.after_norm): row for row in chosen}
    rows = tuple((site, *(_share(by_way.get((site, *way))) for way in ways)) for site in sites)
    heads = (f"{basis}, final norm" if normed else f"{basis}" for basis, normed in ways)
    names = columns(f"by {measure} with", *heads, numeric=range(1, 1 + len(ways)))
    return Table(names, rows, _caption(chosen[0]) if captioned else "")


def _share(row: Readout | None) -> Share | str:
    return NOTHING if row is None else Share(row.share)


def _caption(row: Readout) -> str:
    return ASKED.format(", ".join(row.candidates), percent(row.chance)) + f" Over {row.inputs:,} inputs."
