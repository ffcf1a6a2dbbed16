from __future__ import annotations

import dataclasses

import pytest

from openwork import analyses
from openwork.analyses import Node, Result, Route, Routes
from openwork.analyses.routes import Hop, RoutePath
from openwork.analyses.routes.route import Tried
from openwork.claims import Outcome, OverTraining, Verdict
from openwork.claims.verdict import ClaimText, Effect, part
from openwork.programs import ComparedPrograms, Decompilation, ProgramOverTraining
from openwork.proofs import Certified, Proof, SetProof
from openwork.report import Overview, explanation_document, overview_parts, parts_of, sections_of, verdict_parts
from openwork.report import parts as p
from openwork.report.sections import CHAPTERS, DESCRIBE
from openwork.report.sections.verdicts import count_line, verdict_number, verdict_row
from openwork.runs.imported import Imported, Origin

KINDS = {kind for name in analyses.__all__ if isinstance(kind := getattr(analyses, name), type)}


def flat(shown):
    for one in shown:
        yield one
        if isinstance(one, p.Section | p.Beside | p.Fold):
            yield from flat(one.parts)


def verdict(outcome=Outcome.REFUTED, effect: Effect | None = None, parts=()) -> Verdict:
    return Verdict(ClaimText("c", "accuracy", "says", {}), outcome, "found", parts, "all", effect, (), 0, "do")


def test_every_kind_of_result_has_a_section_and_a_chapter():
    known = {kind for kind in KINDS if issubclass(kind, Result) and kind is not Result}
    known |= {OverTraining, Decompilation, ComparedPrograms, ProgramOverTraining, Proof, SetProof, Certified}
    assert known == set(DESCRIBE) == {kind for chapter in CHAPTERS for kind in chapter.kinds}


def test_chapters_follow_their_order_and_leave_out_what_was_not_measured(measures):
    assert [section.anchor for section in sections_of(measures.results)] == [c.anchor for c in CHAPTERS]
    assert [s.title for s in sections_of(measures.results[1::-1])] == ["How it learned", "How right it is"]


def test_a_result_of_a_kind_that_no_section_knows_shows_its_summary():
    class Other(Result):
        title, summary, forward_rows = "Other", "Nothing was found.", 0

        def records(self):
            return []

    assert parts_of(Other()) == (p.Text("Nothing was found."),)


def test_numbers_of_a_result_stand_in_its_parts(measures, subject):
    table = next(one for one in flat(parts_of(analyses.accuracy(subject))) if isinstance(one, p.Table))
    assert table.rows[0][1].value == analyses.accuracy(subject).whole.per_position[0]
    heatmap = next(one for one in flat(parts_of(analyses.attention(subject, 0))) if isinstance(one, p.Heatmap))
    assert heatmap.row_labels == ("y[0]", "y[1]", "y[2]")
    assert heatmap.values[1][0] == analyses.attention(subject, 0).mean[0, 1, 0]


def test_a_deciding_token_is_framed(subject):
    [heatmap] = [one for one in flat(parts_of(analyses.attention(subject, 0))) if isinstance(one, p.Heatmap)]
    assert [heatmap.column_labels[c] for _, c in heatmap.outlined] == ["x[2]", "x[1]", "x[0]"]


def test_a_solved_model_folds_what_is_100_per_cent_everywhere(subject):
    found = analyses.accuracy(subject)
    whole = dataclasses.replace(found.whole, sequences=1.0)
    assert isinstance(parts_of(found)[1], p.Table)
    assert isinstance(parts_of(dataclasses.replace(found, whole=whole))[1], p.Fold)


@pytest.mark.parametrize(
    ("outcome", "effect", "said"),
    [
        (Outcome.REFUTED, Effect(0.2139, "share of answers read right"), ("21.39 %", "of answers read right")),
        (Outcome.REFUTED, Effect(0.75, "total-variation distance"), ("0.75", "total-variation distance")),
        (Outcome.MIXED, Effect(0.3, "mean attention"), ("1 of 2", "cases hold")),
        (Outcome.REFUTED, None, ("1 of 2", "cases hold")),
    ],
)
def test_the_number_to_see_first(outcome, effect, said):
    cases = (part("a", 0.1, ">=", 0.5), part("b", 0.9, ">=", 0.5))
    number = verdict_number(verdict(outcome, effect, cases))
    assert (number.value, number.label) == said


def test_a_claim_that_was_not_measured_has_no_number():
    assert verdict_number(verdict(Outcome.UNDECIDED)).value == p.NOTHING


def test_outcomes_are_counted():
    assert count_line([]) == "No claim was judged."
    given = [verdict(), verdict(), verdict(Outcome.MIXED)]
    assert count_line(given) == "3 claims judged: 2 refuted, 1 mixed."


def test_every_case_of_a_verdict_is_a_row():
    cases = (part("a", 0.1, ">=", 0.5), part("b", 0.5, "<=", 0.5, (0.4, 0.6)))
    _, shown = verdict_parts([verdict(parts=cases)])
    assert shown.rows[0].parts.rows == (
        ("a", "0.1000", "≥ 0.5", "✗ no"),
        ("b", "0.5000 (0.4000 to 0.6000)", "≤ 0.5", "? open"),
    )


def test_seeds_are_counted_by_how_they_ended(measures):
    overview: Overview = measures.overview
    ended = [dataclasses.replace(overview.seeds[1], seed=2, status=status) for status in ("diverged", "training")]
    counted = dataclasses.replace(overview, seeds=(*overview.seeds, *ended))
    assert (counted.solved, counted.failed, counted.unfinished) == ((0,), (1, 2), (2,))
    assert counted.seeds_line == "4 tried, 1 solved, 2 failed, 1 stopped unfinished"
    assert counted.unfinished_line == "Seed 2 is not trained to the end, and training can go on."
    going = dataclasses.replace(counted, go_on="openwork train it")
    assert going.unfinished_line == "Seed 2 is not trained to the end: `openwork train it` goes on."
    assert overview.unfinished_line == ""


def test_a_report_opens_with_what_is_true_of_its_model(measures):
    solved: Overview = measures.overview
    assert "is right on all 8 inputs" in solved.opening and not solved.unsolved
    assert solved.next_line == f"`openwork decompile {solved.run}` looks for the program inside."
    failed = dataclasses.replace(solved, right=3)
    assert failed.next_line == ""
    assert failed.unsolved == "This model does not solve the task: it is right on 3 of 8 inputs."
    assert failed.unsolved in failed.opening and "tested by intervention" not in failed.opening
    assert solved.opening.startswith("A transformer, trained on ")
    imported = dataclasses.replace(
        solved, source=Imported(solved.source.task, solved.source.spec, Origin("there", "", "", (), ()))
    )
    assert imported.opening.startswith("A transformer, imported and asked for ")
    drawn = dataclasses.replace(solved, coverage="8 inputs drawn with seed 0, of 100")
    assert "is right on all 8 drawn questions (63.06 % to 100 % of all, with 95 % confidence)" in drawn.opening


def test_the_example_is_answered_as_the_task_answers(measures):
    asked, answer = measures.overview.example_line.split(" → ")
    assert answer.split() == [str(1 - int(digit)) for digit in reversed(asked.split())]


def test_the_overview_leads_with_how_right_it_is(measures):
    figures = overview_parts(measures.overview)[0]
    assert figures.items[0] == p.Figure("100 %", "right on 8 of 8 inputs")


def test_of_hundreds_of_routes_some_are_drawn_and_all_are_told():
    path = RoutePath(1, (Hop("blocks.0.attn.head.0", 1, 3),), 0.5, 0.5)
    places = (Tried(Node("hook_embed", 1), 1.0),)
    found = tuple(Route(f"y[{i}]", "x", 1, 3, 8, 1.0, 0.5, "one", (path,), places=places) for i in range(30))
    _, table, tried = parts_of(Routes(found, ("a", "b", "c", "d"), 8, 8, "all", 0.9, 8))
    assert len(table.rows) == 30
    assert len(tried.parts) - 1 == 24
    assert "The first 24 of 30 are drawn; the table has them all." in tried.parts[0].text


def test_an_example_of_what_holds_or_says_nothing_speaks_against_nothing():
    names = {outcome: verdict_row(verdict(outcome)).example for outcome in Outcome}
    assert {outcome for outcome, name in names.items() if name == "Example"} == {Outcome.CONFIRMED, Outcome.VACUOUS}


def test_a_report_says_how_to_get_a_program_where_it_has_none(measures):
    results = [result for result in measures.results if not isinstance(result, Decompilation)]
    without, line = explanation_document(measures.overview, (), results), p.Text(measures.overview.next_line)
    assert line in flat(without.parts) and line not in flat(measures.document.parts)
    failed = dataclasses.replace(measures.overview, right=3)
    assert "openwork decompile" not in str(explanation_document(failed, (), results).parts)
