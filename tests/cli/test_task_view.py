from __future__ import annotations

import pytest

from openwork.cli.task_view import in_short


@pytest.mark.parametrize(
    ("symbols", "said"),
    [
        ("0 1 2 3 BOS", "0 1 2 3 BOS"),
        (" ".join(map(str, range(31))) + " =", "0..30 ="),
        (" ".join("abcdefghijklmno"), "a b c d e f ... n o"),
        ("+ 1 01 2", "+ 1 01 2"),
    ],
)
def test_symbols_in_short(symbols, said):
    assert " ".join(in_short(symbols.split())) == said


def test_answers_are_not_told_twice(openwork):
    said = openwork("tasks", "modular-addition").out
    assert "3 tokens of 0..30 =\n" in said and "at the end: 0..30\n" in said
