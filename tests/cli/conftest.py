from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from openwork.cli.app import run


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def openwork(capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch) -> Callable[..., Outcome]:
    """Runs one command line in this process, in an empty folder with an empty store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENWORK_HOME", str(tmp_path / "kept runs"))
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words: str) -> Outcome:
        code = run(words)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return call


@pytest.fixture
def small() -> Sequence[str]:
    """Options of a training that takes a moment."""
    return ("--param", "base=2", "--param", "length=3", "--batch-size", "4", "--epochs", "3", "--engine", "torch")
