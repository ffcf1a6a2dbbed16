"""The pages about public models: their claims fit task and model, and a page tells every claim as it was expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openwork.claims import Implements, heading_of, parse_claims, program_from_text
from openwork.models import ModelSpec, spec_for
from openwork.tasks import make_task

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
CLAIMS = sorted(GALLERY.glob("*.toml"))
SIZES = {
    "palindrome": dict(n_layers=2, n_heads=2, d_head=14, d_model=28, attn_only=True),
    "first_unique_char": dict(n_layers=2, n_heads=3, d_head=14, d_model=42, attn_only=True),
    "cumsum_sign": dict(n_layers=1, n_heads=1, d_head=12, d_model=24, d_mlp=8, normalization_type=None),
    "brackets": dict(n_layers=3, n_heads=2, d_head=28, d_model=56, d_mlp=56),
}
"""of the models that the pages are about, whose files are not part of the project"""
pages = pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)


def claims_of(path: Path, spec: ModelSpec | None = None):
    text = path.read_text(encoding="utf-8")
    task = make_task(heading_of(text).task)
    programs = {p.name: program_from_text(p.read_text(encoding="utf-8"), p.name) for p in GALLERY.glob("*.py")}
    return parse_claims(text, task, spec or spec_for(task, **SIZES[path.stem]), path.name, programs)


def test_every_model_has_a_page():
    pages_there = {path.stem for path in GALLERY.glob("*.md")} - {"README"}
    assert {path.stem for path in CLAIMS} == pages_there == set(SIZES)


def test_the_index_names_every_page():
    index = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}.md)" in index for name in SIZES)


@pages
def test_claims_fit_their_task_and_their_model(path: Path):
    claims = claims_of(path)
    assert claims and heading_of(path.read_text(encoding="utf-8")).open
    for claim in claims:
        assert not isinstance(claim, Implements) or not isinstance(claim.program, str), f"{claim.id}: no such program"


@pages
def test_a_page_tells_every_claim_with_the_outcome_that_was_expected(path: Path):
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    told = dict(reversed(found) for found in re.findall(r"^### . ([A-Z]+): ([\w.-]+)$", page, re.M))
    assert told == {claim.id: str(claim.expect or "CONFIRMED") for claim in claims_of(path)}


@pages
def test_a_page_says_how_it_was_made_and_what_is_open(path: Path):
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    assert f"openwork gallery ../shared/cases/{path.stem}.pt docs/gallery/{path.name}" in page
    assert f"-o docs/gallery/{path.stem}.md" in page
    number = len(heading_of(path.read_text(encoding="utf-8")).open)
    assert f"\n{number}. " in page.partition("## What is not understood")[2]
