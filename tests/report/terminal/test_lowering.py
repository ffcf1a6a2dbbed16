from __future__ import annotations

import io

import pytest
from rich.console import Console

from openwork.report import verdict_parts, verdict_screen
from openwork.report.parts import Curve, Heatmap, Series, Table, Text, columns
from openwork.report.terminal.lowering import sparkline, terminal
from openwork.report.terminal.paragraph import Paragraph


def printed(shown, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    console.print(shown)
    return console.file.getvalue()


def test_every_part_fits_80_columns(every_part, measures):
    for text in (printed(terminal(every_part)), printed(terminal(measures.document.parts))):
        assert max(map(len, text.splitlines())) <= 80
        assert "training" in text
        assert "REFUTED" in text


def test_the_verdict_screen_is_one_screen(measures):
    lines = printed(verdict_screen(measures.overview, measures.verdicts)).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert lines[0].split(maxsplit=2)[2] == "8 of 8 inputs"


def test_the_screen_has_each_outcome_its_number_and_its_name_in_one_line(measures):
    lines = printed(verdict_screen(measures.overview, measures.verdicts)).splitlines()
    for verdict in measures.verdicts:
        [line] = [line for line in lines if line.endswith(f" {verdict.claim.id}")]
        assert verdict.outcome in line
    assert any("25.00 % of seeds" in line for line in lines)


def test_a_full_list_has_all_evidence(measures):
    text = " ".join(printed(terminal(verdict_parts(measures.verdicts))).split())
    for verdict in measures.verdicts:
        for said in (verdict.sentence, verdict.advice, verdict.coverage):
            assert " ".join(said.split()) in text


def test_nothing_is_read_as_markup(every_part, poisoned, hostile):
    text = printed(terminal([poisoned(Text("x")), *poisoned(every_part)]), width=400)
    assert hostile.replace("`", "") in text.replace("\n", "").replace("`", "")


def test_a_paragraph_breaks_between_words_and_keeps_per_cent():
    text = printed(Paragraph("of all the answers some 50.00 % are right", indent=2), width=26)
    assert text.splitlines() == ["  of all the answers some", "  50.00 % are right"]


def test_a_paragraph_that_is_cut_says_so():
    lines = printed(Paragraph("one two three four five six", lead="say", indent=5, most=2), width=15).splitlines()
    assert lines == ["say  one two", "     three …"]


def test_a_word_longer_than_the_line_is_folded_and_not_lost():
    assert printed(Paragraph("x" * 25), width=10).split() == ["x" * 10, "x" * 10, "x" * 5]


@pytest.mark.parametrize(
    ("values", "line"), [((0, 1), "▁█"), ((1, 1), "▁▁"), ((0, float("nan"), 1), "▁ █"), ((float("inf"),), ""), ((), "")]
)
def test_a_sparkline_runs_from_its_smallest_to_its_largest(values, line):
    assert sparkline(values) == line


def test_a_long_sparkline_ends_where_its_values_end():
    line = sparkline((*(0.0 for _ in range(99)), 1.0))
    assert len(line) <= 36
    assert line.endswith("█")


def test_a_wide_table_repeats_its_first_column():
    names = [f"column {i}" for i in range(12)]
    text = printed(terminal([Table(columns(*names), (tuple("abcdefghijkl"),))]))
    assert text.count("column 0") > 1
    assert "column 11" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_wide_heatmap_repeats_its_row_labels():
    wide = Heatmap("Wide", ((0.5,) * 40,), ("row",), tuple(f"x[{i}]" for i in range(40)), outlined=((0, 39),))
    text = printed(terminal([wide]))
    assert text.count("row ") > 1
    assert "[50]" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(("high", "cell"), [(1.0, "31"), (0.7, "0.31"), (3.0, "0.3")])
def test_only_a_share_is_shown_in_per_cent(high, cell):
    text = printed(terminal([Heatmap("H", ((0.31,),), ("row",), ("c",), high=high)]))
    assert f"row {cell}" in text
    assert ("in %" in text) == (high == 1)


def test_a_curve_tells_where_it_starts_and_ends():
    line = Series("training", (1, 2), (0.25, 1.0))
    assert "0.25 → 1" in printed(terminal([Curve("Accuracy", (line,), "epoch", "share")]))
