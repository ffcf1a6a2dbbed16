"""The results for people: plain text of 80 columns, and Markdown for pages. Both read the `--json` document."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 80
NAME, NUMBER = 31, 9
SIGNIFICANT = ((1000, ",.0f"), (100, ".0f"), (10, ".1f"), (1, ".2f"), (0, ".3f"))
GROWTH_HEAD = "how cost grows (native, one thread)"
VERB = {"train": "training", "score": "scoring"}

Document = Mapping[str, Any]


def number(value: float) -> str:
    """Three digits or so."""
    return next(format(value, form) for least, form in SIGNIFICANT if abs(value) >= least)


def spread(value: Mapping[str, float]) -> str:
    """The median, and the range where there is one."""
    if value["rounds"] == 1:
        return number(value["median"])
    return f"{number(value['median'])} ({number(value['low'])} to {number(value['high'])})"


def compared(row: Mapping[str, Any], short: bool) -> str:
    """How many times what, in words."""
    if row["times"] is None:
        return ""
    middle = number(row["times"]["median"]) if short else spread(row["times"])
    return f"{middle} x" if row["base"] == "openwork" else f"{middle} x {row['base']}"


def text(document: Document) -> str:
    """The table for a terminal: rows that are wider than a line are folded."""
    head = f"{'':<{NAME}}{'median':>{NUMBER}}{'least':>{NUMBER}}{'most':>{NUMBER}}  openwork is"
    lines = [*textwrap.wrap(about(document), WIDTH), "", head]
    for first, row in heads(document["rows"]):
        if first:
            lines.append(f"{row['name']}, {row['unit']}")
        value = row["value"]
        numbers = "".join(f"{number(value[k]):>{NUMBER}}" for k in ("median", "low", "high"))
        lines.append(f"{'  ' + row['side']:<{NAME}}{numbers}  {compared(row, short=True)}".rstrip())
    lines += ["", f"{GROWTH_HEAD:<{NAME + 4}}{'exponent':>{NUMBER}}{'least':>{NUMBER}}{'most':>{NUMBER}}  sizes"]
    for item in document["growth"]:
        fit = item["exponent"]
        numbers = "".join(f"{fit[k]:>{NUMBER}.2f}" for k in ("median", "low", "high"))
        lines.append(f"{'  ' + grows(item):<{NAME + 4}}{numbers}  {sizes(item)}")
    notes = [item["remark"] for item in document["growth"] if item["remark"]] + list(document["notes"])
    for note in notes:
        lines += textwrap.wrap(note, WIDTH, subsequent_indent="  ", initial_indent="- ")
    return "\n".join(lines)


def markdown(document: Document) -> str:
    """The same as a page's Markdown."""
    lines = [about(document), "", "| | | median (least to most) | openwork is |", "|---|---|---|---|"]
    for first, row in heads(document["rows"]):
        name = f"{row['name']}" if first else ""
        value = f"{spread(row['value'])} {row['unit']}"
        lines.append(f"| {name} | {row['side']} | {value} | {compared(row, short=False)} |")
    lines += ["", "| how cost grows (native, one thread) | sizes | exponent |", "|---|---|---|"]
    for item in document["growth"]:
        fit = item["exponent"]
        value = f"{fit['median']:.2f} ({fit['low']:.2f} to {fit['high']:.2f})"
        lines.append(f"| {grows(item)} | {sizes(item)} | {value} |")
    notes = [item["remark"] for item in document["growth"] if item["remark"]] + list(document["notes"])
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)]).rstrip()


def about(document: Document) -> str:
    """Machine, versions, command and date."""
    return (
        f"Measured with `{document['command']}` on {document['date']}: {document['machine']}. "
        f"{'; '.join(document['versions'])}. "
        f"Medians of {document['rounds']} rounds at most; one thread unless said otherwise."
    )


def heads(rows: Sequence[Mapping[str, Any]]) -> list[tuple[bool, Mapping[str, Any]]]:
    """The rows, each with whether it is the first of its figure."""
    names = [None, *(row["name"] for row in rows)]
    return [(row["name"] != before, row) for before, row in zip(names, rows, strict=False)]


def grows(item: Mapping[str, Any]) -> str:
    """What grows with what."""
    return f"{VERB[item['figure']]} with {item['axis']}"


def sizes(item: Mapping[str, Any]) -> str:
    """From the smallest to the largest."""
    return f"{item['sizes'][0]:,} to {item['sizes'][-1]:,}"
