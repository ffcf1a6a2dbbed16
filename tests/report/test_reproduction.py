from __future__ import annotations

import dataclasses

import pytest

from openwork import analyses
from openwork.errors import RecipeError
from openwork.report import (
    ReproducedSeed,
    Reproduction,
    comparisons,
    html_page,
    original_named,
    reproduction_document,
    reproduction_screen,
)
from openwork.report.reproduction import Compared, comparison_table
from openwork.report.terminal.lowering import terminal

ORIGINAL = original_named("notebook")


@pytest.fixture(scope="module")
def seed(subject, measures) -> ReproducedSeed:
    return ReproducedSeed(
        0,
        measures.results[0],
        tuple(analyses.ablate(subject, zeroed.site, "zero") for zeroed in ORIGINAL.zeroed),
        analyses.readout(subject, "blocks.1.hook_resid_post", "W_E"),
        analyses.attention(subject, 0),
        analyses.component_outputs(subject, "blocks.0.mlp", (0,)),
    )


@pytest.fixture(scope="module")
def one(seed, measures) -> Reproduction:
    return Reproduction(ORIGINAL, measures.overview.source, (seed,), 0, measures.verdicts)


@pytest.fixture(scope="module")
def three(one, seed) -> Reproduction:
    never = analyses.learning_curve(seed.curve.rows[:1])
    once = analyses.learning_curve([*seed.curve.rows[:2], dataclasses.replace(seed.curve.rows[0], epoch=3)])
    others = (dataclasses.replace(seed, seed=1, curve=never), dataclasses.replace(seed, seed=2, curve=once))
    return dataclasses.replace(one, seeds=(seed, *others))


def test_what_the_notebook_reports_is_what_it_printed():
    assert (ORIGINAL.accuracy_at_end, ORIGINAL.first_solved, ORIGINAL.solved_for_good) == (1.0, 19, 23)
    assert {zeroed.site: zeroed.accuracy for zeroed in ORIGINAL.zeroed} == {
        "blocks.0.mlp.hook_post": 0.2097,
        "blocks.1.mlp.hook_post": 0.2411,
        "blocks.0.attn.hook_z": 0.3880,
    }
    assert ORIGINAL.attention == {"y[1]": 0.91}
    assert "kutay25/toy_mechinterp_explainer" in ORIGINAL.source


def test_an_unknown_publication_names_the_known_one():
    with pytest.raises(RecipeError, match="notebook"):
        original_named("notebok")


def test_every_reported_number_stands_beside_ours(one):
    rows = {row.what: row.cells() for row in comparisons(one)}
    assert rows["accuracy held out, end"][1:] == ("100 %", "100 %")
    assert rows["first epoch, all right"][1:] == ("19", "2")
    assert rows["all right for good, from epoch"][1:] == ("about 23", "2")
    assert rows["layer-0 MLP W_out zeroed, held out"][1] == "20.97 %"
    assert rows["layer-0 attention, y[1] on x[1]"][1] == "about 0.91"
    assert rows["layer-0 attention, y[0] on x[2]"][1] == "elsewhere"
    assert all(len(cells) == 3 for cells in rows.values())


def test_many_seeds_are_told_by_median_and_range(three):
    rows = {row.what: row.cells() for row in comparisons(three)}
    assert rows["accuracy in training, end"][2:] == ("33.33 %", "33.33 % to 100 %")
    assert rows["first epoch, all right"][2:] == ("2", "2 to 2; never in 1")
    assert [column.name for column in comparison_table(three).columns] == ["", "reported", "median of 3", "range"]


def test_a_number_that_no_seed_has_is_never():
    assert Compared("w", "r", (None,), "epoch").cells() == ("w", "r", "never")
    assert Compared("w", "r", (None, None), "epoch").cells()[2] == "never"


def test_a_rate_has_its_exact_interval(three):
    assert (three.reached, three.solved_at_end) == ((0, 2), (0,))
    assert "2 of 3 seeds (95 % interval 9.4 to 99.2 %)" in three.success_line
    assert "1 of 3 seeds (95 % interval 0.8 to 90.6 %)" in three.success_line


@pytest.mark.parametrize("which", ["one", "three"])
def test_it_can_be_read_as_a_page_and_on_a_terminal(which, request):
    reproduction = request.getfixturevalue(which)
    page = html_page(reproduction_document(reproduction))
    for said in ("Number by number", "20.97", "kutay25", "mirror-attention"):
        assert said in page
    assert page.index('id="numbers"') < page.index('id="verdicts"')
    assert terminal(reproduction_screen(reproduction)).renderables
