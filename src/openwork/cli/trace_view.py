"""One input that was run again, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from openwork.claims.replay import Answer, Replayed
from openwork.cli.output import table


def trace_view(result: Replayed, line: str = "") -> RenderableType:
    """What the model sees, what was changed, and what it answers."""
    replay = result.replay
    shown: list[RenderableType] = [Text(line), ""] if line else []
    columns = ("position", "role", "token") + (() if replay.other is None else ("other",))
    seen = [(t.position, t.role, t.symbol, *([] if t.other is None else [t.other])) for t in result.tokens]
    other = "" if replay.other is None else f", values from question {replay.other}"
    shown += [Text(f"question {replay.question}{other}"), table(columns, seen, right=("position",)), ""]
    for edit in replay.edits:
        shown.append(Text(f"edit   {edit}"))
    for name, edits in replay.worlds:
        shown += [Text(f"world  {name}: {edit}") for edit in edits]
    shown += [""] if replay.edits else []
    shown += [Text(result.looked), ""] if result.looked else []
    shown.append(_answers(result))
    return Group(*shown)


def _answers(result: Replayed) -> RenderableType:
    columns = ["output", "right", "model says", "with probability"]
    columns += ["with edits", "with probability "] if result.edited is not None else []
    columns += ["other's right"] if result.other_right is not None else []
    rows = []
    for number, output in enumerate(result.outputs):
        row = [output + (" <" if output == result.replay.output else ""), result.right[number]]
        row += _told(result.unedited, number)
        row += _told(result.edited, number) if result.edited is not None else []
        row += [result.other_right[number]] if result.other_right is not None else []
        rows.append(row)
    return table(columns, rows, right=("with probability", "with probability "))


def _told(answers: Sequence[Answer], number: int) -> list[str]:
    answer = answers[number]
    return [answer.symbol, f"{answer.probability:.4f}"]
