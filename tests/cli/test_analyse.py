from __future__ import annotations

from pathlib import Path

import pytest

from openwork.analyses import ANALYSES


@pytest.fixture
def run(openwork, small):
    return openwork("train", "reverse-increment", *small, "--json").value[0]["name"]


def test_the_list(openwork):
    listed = openwork("analyse", "--json").value
    assert [one["name"] for one in listed] == list(ANALYSES)
    text = openwork("analyse").out
    assert all(name in text for name in ANALYSES)


def test_numbers_for_machines_and_tables_for_people(openwork, run):
    found = openwork("analyse", run, "activation-patching", "--with", "outputs=y[1]", "--json")
    assert found.code == 0, found.err
    assert found.value["analysis"] == "activation-patching" and found.value["forward_rows"] > 0
    assert {row["output"] for row in found.value["records"]} == {"y[1]"}
    shown = openwork("analyse", run[:8], "logit-lens", "--engine", "torch")
    assert shown.code == 0 and "blocks.1.hook_resid_post" in shown.out
    curve = openwork("analyse", run, "learning-curve", "--json").value
    assert len(curve["records"]) == 3


def test_a_page(openwork, run):
    done = openwork("analyse", run, "ov-qk", "--with", "layer=0", "-o", "circuits.html")
    assert done.code == 0, done.err
    assert "OV and QK circuits of layer 0" in Path("circuits.html").read_text(encoding="utf-8")
    assert "Page: circuits.html" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["logit-lense"], "did you mean 'logit-lens'"),
        (["pruning", "--with", "output=y[1]"], "did you mean 'outputs'"),
        (["ov-qk"], "ov-qk needs layer"),
        (["activation-patching", "--with", "outputs=y[9]"], "the task has no such output"),
        (["logit-lens", "-o", "nowhere/page.html"], "there is no such folder"),
    ],
)
def test_bad_input_ends_with_2_and_writes_nothing(openwork, run, words, said):
    done = openwork("analyse", run, *words)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert not Path("nowhere").exists()
