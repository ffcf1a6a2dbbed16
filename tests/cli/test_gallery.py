"""A page about somebody else's model, by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from openwork.interop import export_model
from openwork.testing.known_circuits import known_circuits

CIRCUIT = next(circuit for circuit in known_circuits() if circuit.name == "curved-mlp-increments")
PARAMS = ("--param", "base=4", "--param", "length=3")
CLAIMS = """
title = "A curved MLP"
task = "reverse-increment"
open = ["Why it *is* curved."]

[[claim]]
id = "needed"
kind = "necessary"
components = "blocks.0.mlp"

[[claim]]
id = "straight"
kind = "linear"
components = "blocks.0.mlp"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.safetensors"
    export_model(CIRCUIT.stack, "safetensors", path)
    return path


def test_a_page_tells_what_holds_what_does_not_and_what_is_open(openwork, file):
    Path("claims.toml").write_text(CLAIMS)
    done = openwork("gallery", str(file), "claims.toml", *PARAMS, "-o", "page.md", "--json")
    assert {v["claim"]["id"]: v["outcome"] for v in done.value["verdicts"]} == {
        "needed": "CONFIRMED",
        "straight": "REFUTED",
    }
    assert done.code == 1, "straight was expected to be CONFIRMED"
    page = Path("page.md").read_text()
    works, _, rest = page.partition("## How it works")[2].partition("## What does not hold")
    assert "CONFIRMED: needed" in works and "REFUTED: straight" in rest and "straight" not in works
    assert page.startswith("# A curved MLP\n") and r"1. Why it \*is\* curved." in page
    assert "theirs.safetensors" in page


def test_a_claim_that_is_expected_to_fail_is_no_failure(openwork, file):
    Path("claims.toml").write_text(CLAIMS.replace('id = "straight"', 'id = "straight"\nexpect = "REFUTED"'))
    done = openwork("gallery", str(file), "claims.toml", *PARAMS, "-o", "page.html")
    assert done.code == 0, done.err
    assert "Why it" in Path("page.html").read_text()


def test_slips_are_told_before_anything_is_read(openwork, file):
    Path("claims.toml").write_text(CLAIMS)
    done = openwork("gallery", str(file), "claims.toml", *PARAMS, "-o", "page.pdf")
    assert done.code == 2 and "neither in .md nor in .html" in done.err
    Path("claims.toml").write_text(CLAIMS.replace('task = "reverse-increment"\n', ""))
    assert "does not say what it is about" in openwork("gallery", str(file), "claims.toml").err
    Path("claims.toml").write_text(CLAIMS.replace('["Why it *is* curved."]', "[3]").replace('"A curved MLP"', "4"))
    done = openwork("gallery", str(file), "claims.toml")
    assert done.code == 2 and "not a list of sentences" in done.err and "4 is not text" in done.err
    Path("claims.toml").write_text(CLAIMS)
    assert "nowhere.pt" in openwork("gallery", "nowhere.pt", "claims.toml", *PARAMS).err
    assert openwork("runs", "list", "--json").value == []


def test_what_says_nothing_neither_holds_nor_fails(openwork, file):
    says_nothing = '[[claim]]\nid = "empty"\nkind = "accuracy"\nat_least = 0.0\nexpect = "VACUOUS"\n'
    Path("claims.toml").write_text(f'task = "reverse-increment"\n{says_nothing}')
    assert openwork("gallery", str(file), "claims.toml", *PARAMS, "-o", "page.md").code == 0
    page = Path("page.md").read_text()
    works, _, rest = page.partition("## How it works")[2].partition("## What does not hold")
    fails, _, neither = rest.partition("## What was not decided, or says nothing")
    assert works.strip().endswith("None is CONFIRMED.") and "CONFIRMED are" not in page
    assert fails.strip() == "No claim was REFUTED." and "VACUOUS: empty" in neither


def test_a_live_page_holds_the_model(openwork, file):
    Path("claims.toml").write_text(CLAIMS)
    done = openwork("gallery", str(file), "claims.toml", *PARAMS, "--live", "--json")
    page = Path("theirs.html").read_text()
    assert done.value["page"].endswith("theirs.html") and 'id="openwork-data"' in page
    assert '"routes":{' in page, "also of a model that does not solve its task"
    assert 'property="og:title"' in page and "og:image" not in page, "it stands nowhere, so it has no picture"
    done = openwork("gallery", str(file), "claims.toml", *PARAMS, "--live", "-o", "page.md")
    assert done.code == 2 and "does not end in .html" in done.err
