"""Texts from files never control a terminal: what would is shown, or written as JSON's escapes."""

from __future__ import annotations

import io
import json

import pytest
from rich.panel import Panel
from rich.text import Text

from openwork.claims import Accuracy, Outcome, Verdict
from openwork.cli.output import emit, table
from openwork.errors import CheckpointError, Reason, visible
from openwork.interop import ImportedModel
from openwork.jobs.console import SafeConsole
from openwork.jobs.open_model import OpenModel
from openwork.models import initial_stack, model_spec

HOSTILE = {
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",
    "clear": "\x1b[2J\x1b[H",
    "C1": "\x9b31m\x90q\x9c",
    "bidi": "safe\u202egnp.exe\u2066\u200f",
    "line": "one\rtwo\u2028three\x7f",
}
FORBIDDEN = set("\x07\x1b\r\x7f\x90\x9b\x9c\u202e\u2066\u200f\u2028")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_reaches_a_terminal(text: str):
    out = io.StringIO()
    console = SafeConsole(file=out, force_terminal=False, width=80)
    for shown in (text, Text(text), Panel(Text(text), title=Text(text)), table(("a", "b"), [(text, text)])):
        console.print(shown, markup=False)
    console.rule(text)
    assert not FORBIDDEN & set(out.getvalue()) and len(out.getvalue()) > 100


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_python_prints_is_as_safe(text: str):
    stack = initial_stack(model_spec(n_layers=1, d_model=2, n_heads=1, d_head=2, d_mlp=2, d_vocab=2, n_ctx=2), range(1))
    model = OpenModel(text, ImportedModel(stack, text, (), None, (text,)), {"d_model": (text, text)})
    for printed in (
        model,
        Accuracy(says=text),
        Verdict(Accuracy().text(), Outcome.REFUTED, text, (), "", None, (), 0, ""),
    ):
        assert not FORBIDDEN & set(str(printed))


def test_richs_own_colours_stay():
    out = io.StringIO()
    SafeConsole(file=out, force_terminal=True, width=80, color_system="standard").print(Text("a\x1b[2Jb", "red"))
    assert out.getvalue() == "\x1b[31ma\u241b[2Jb\x1b[0m\n"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_errors_and_json(text: str, capsys: pytest.CaptureFixture[str]):
    error = CheckpointError(text, Reason(text, text, text))
    assert not FORBIDDEN & set(str(error)) and visible("tab\tline\n") == "tab\tline\n"
    emit({"says": text})
    printed = capsys.readouterr().out
    assert not FORBIDDEN & set(printed) and json.loads(printed) == {"says": text}
