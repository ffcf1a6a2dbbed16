from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from openwork.analyses import ANALYSES
from openwork.claims import parse_claims
from openwork.claims.registry import KINDS
from openwork.cli.claim_page import SECTIONS, SHARED, claim_page, example_of, told_of
from openwork.cli.reference import analysis_reference, command_reference
from openwork.cli.registry import COMMANDS
from openwork.cli.task_pages import task_pages
from openwork.tasks import task_types
from openwork.training import named_experiment

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "bench"))

from recipes import experiments  # noqa: E402

DOCS = ROOT / "docs"
MEND = "run scripts/generate_docs.py"
ROWS = {row["experiment"]: row for row in json.loads((DOCS / "recipes.json").read_text(encoding="utf-8"))["rows"]}


def test_the_command_reference_is_up_to_date():
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == command_reference(), MEND


def test_every_task_has_its_page_and_no_other_has_one():
    made = task_pages(ROWS)
    assert set(made) == {"README", *task_types()}
    assert {path.stem for path in (DOCS / "tasks").glob("*.md")} == set(made), MEND
    for name, text in made.items():
        assert (DOCS / "tasks" / f"{name}.md").read_text(encoding="utf-8") == text, MEND


@pytest.mark.parametrize("name", sorted(ROWS))
def test_figures_are_of_recipes_as_they_are(name):
    assert ROWS[name]["key"] == experiments()[name].key, "run bench/recipes.py"


def test_every_recipe_has_its_figures():
    page = (DOCS / "recipes.md").read_text(encoding="utf-8")
    assert set(experiments()) == set(ROWS)
    for name, row in ROWS.items():
        assert re.search(rf"\| `{re.escape(name)}` .* {row['solved']} of {row['seeds']} ", page), "run bench/recipes.py"


def test_the_reference_of_analyses_is_up_to_date():
    assert (DOCS / "analyses.md").read_text(encoding="utf-8") == analysis_reference(), MEND


def test_every_command_and_analysis_has_its_place_there():
    for name in COMMANDS:
        assert f"## openwork {name}\n" in command_reference()
    for name in ANALYSES:
        assert f"## {name}\n" in analysis_reference()


def test_the_page_of_claims_is_up_to_date():
    assert (DOCS / "claims.md").read_text(encoding="utf-8") == claim_page(), MEND


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_claim_says_all_of_itself_and_its_example_fits_a_model(kind):
    told, section = told_of(KINDS[kind]), claim_page().partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    assert all(told[name] for name in SECTIONS)
    rows = dict(re.findall(r"^\| `(\w+)` \| .+ \| .* \| (.*) \|$", section, re.M))
    assert len(rows) == len(set(KINDS[kind].model_fields) - set(SHARED)) and all(rows.values())
    experiment = named_experiment("reverse-increment")
    [claim] = parse_claims(example_of(KINDS[kind]), experiment.task, experiment.spec)
    assert (claim.kind, claim.id in section) == (kind, True)
