"""`openwork check --over-training`: the table at 80 columns, its cost, its page, and what cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from openwork.analyses import Step
from openwork.claims.kinds.attends import Attends
from openwork.claims.over_training.judging import EACH
from openwork.cli import over_training
from openwork.jobs.progress import ProgressDisplay

SOLVED = Path(__file__).parents[1] / "known_circuits" / "solved" / "model_A.safetensors"
CLAIMS = """
format = 1
{top}
[[claim]]
id = "right-at-all"
kind = "accuracy"
at_least = 0.0

[[claim]]
id = "a-claim-with-a-name-that-is-long"
kind = "attends"
head = "blocks.0.attn.0"
query = "predicts y[i]"
key = "x[n-1-i]"
for = {{ i = "outputs" }}

[[claim]]
id = "fair"
kind = "split"
"""


@pytest.fixture
def trained(openwork, small):
    Path("mine.toml").write_text(CLAIMS.format(top=""), encoding="utf-8")
    return openwork("train", "reverse-increment", *small, "--json").value[0]["name"]


@pytest.fixture
def check(openwork, trained):
    return lambda *words, run=trained: openwork("check", "mine.toml", run, "--over-training", *words)


def test_it_is_told_in_80_columns(check):
    done = check()
    assert done.code == 0, done.err
    assert max(map(cell_len, done.out.splitlines())) <= 80
    assert re.search(r"right-at-all +[·○∅]{4}", done.out) and re.search(r"right-at-all .*VACUOUS", done.out)
    assert re.search(r"a-claim-with-a-name-that-is-long +[·○]{4}", done.out)
    assert "fair does not depend on the weights" in " ".join(done.out.split())


def test_machines_get_every_judgement(check, trained):
    value = check("--json").value
    assert (value["run"], value["epochs"], value["recorded"]) == (trained, [0, 1, 2, 3], 4)
    first = value["claims"][0]
    assert first["for_good"] is None and first["spells"] == []
    assert [judged["outcome"] for judged in first["judged"]] == ["VACUOUS"] * 4
    assert [epoch["epoch"] for epoch in value["learned"]] == [1, 2, 3]
    assert [aside["id"] for aside in value["aside"]] == ["fair"]


def test_asked_again_nothing_is_judged(check, monkeypatch):
    first = check("--json")
    assert check("--plan", "--json").value["forward_rows"] == 0
    monkeypatch.setattr(Attends, "find", None)
    assert check("--json").value == first.value


def test_the_plan_judges_nothing_and_comes_true(check):
    plan = check("--plan", "--json").value
    assert plan["epochs"] == [0, 1, 2, 3]
    assert [claim["checkpoints_left"] for claim in plan["claims"]] == [4, 4]
    assert plan["seconds"] == pytest.approx((plan["forward_rows"] + 8 * EACH) / plan["rows_per_second"])
    assert "4 of 4 checkpoints" in check("--plan").out
    assert check("--json").value["forward_rows"] == plan["forward_rows"] > 0
    assert "all known" in check("--plan").out


@pytest.mark.parametrize(("points", "epochs"), [("2", [0, 3]), ("0,1,3", [0, 1, 3]), ("99", [0, 1, 2, 3])])
def test_points_are_a_number_or_epochs(check, points, epochs):
    assert check("--points", points, "--json").value["epochs"] == epochs


@pytest.mark.parametrize(
    ("points", "said"),
    [("1", "1 is below 2"), ("0,7,9", "epoch 7 is not stored"), ("many", "'many' is neither"), ("", "is neither")],
)
def test_points_that_cannot_be(check, points, said):
    done = check("--points", points)
    assert (done.code, done.out) == (2, "") and said in done.err


def test_the_page_holds_the_figure_and_the_report_what_is_known(check, openwork, trained):
    done = check("-o", "since.html")
    page = Path("since.html").read_text(encoding="utf-8")
    assert done.code == 0 and "Page: since.html" in done.out
    assert page.count("ow-moment-open") >= 4 and "<script" not in page
    assert openwork("report", trained, "--static", "-o", "report.html").code == 0
    assert "When each claim became true" in Path("report.html").read_text(encoding="utf-8")


def test_a_report_judges_over_training_where_that_is_cheap_or_asked_for(openwork, trained, monkeypatch):
    def written(*words: str) -> str:
        assert openwork("report", trained, "--static", "-o", "report.html", *words).code == 0
        return Path("report.html").read_text(encoding="utf-8")

    with monkeypatch.context() as patched:
        patched.setattr("openwork.claims.over_training.judging.CHEAP", 0)
        assert "When each claim became true" not in written()
        assert "mlps-necessary" in written("--over-training").partition("When each claim became true")[2]
        assert "When each claim became true" in written()  # it is known by now


def test_its_options_go_with_it_alone(openwork, trained):
    done = openwork("check", "mine.toml", trained, "--points", "3", "-o", "page.html")
    assert done.code == 2 and "--points" in done.err and "--output" in done.err
    assert not Path("page.html").exists()


def test_a_page_that_cannot_be_written_is_told_first(check):
    done = check("-o", "nowhere/page.html")
    assert done.code == 2 and "nowhere" in done.err.replace("\n", "")


def test_claims_about_another_task(check):
    Path("mine.toml").write_text(CLAIMS.format(top='task = "palindrome"'), encoding="utf-8")
    done = check()
    assert done.code == 2 and "these claims are about 'palindrome'" in done.err


def test_an_imported_run_has_no_training(openwork, check):
    name = openwork("import", str(SOLVED), "--task", "reverse-increment", "--json").value["name"]
    done = check(run=name)
    assert done.code == 2 and "was imported" in done.err


def test_an_interruption_says_that_what_was_judged_is_kept(check, monkeypatch):
    class Interrupts(ProgressDisplay):
        told = 0

        def __call__(self, event):
            self.told += isinstance(event, Step)
            if self.told > 3:
                raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(over_training, "ProgressDisplay", Interrupts)
        done = check()
    assert done.code == 130 and "What was judged is kept." in done.err and "mine.toml" in done.err
    assert sum(claim["checkpoints_left"] for claim in check("--plan", "--json").value["claims"]) == 5
    assert check().code == 0
