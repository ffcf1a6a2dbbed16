"""Conditions on runs: what each takes, and every mistake in one at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from openwork.errors import StoreError
from openwork.runs import condition
from openwork.runs.columns import EXPERIMENT, RUN, SUMMARIES

RUNS = [
    ("a", 1, "sort", '{"length": 3}', 2, "causal", 0.01),
    ("b", 0, "sort", '{"length": 4}', 1, None, 0.0),
    ("c", 1, "majority", "{}", None, "causal", None),
]
"""run, solved, task, params, layers, attention, weight decay"""

TAKES = {
    "solved": "ac",
    "not solved": "b",
    "solved = false": "b",
    "solved and layers = 2": "a",
    "solved or layers == 1 and task = majority": "ac",
    "(solved or layers = 1) and task = 'sort'": "ab",
    "layers != 2": "b",
    "not layers = 2": "bc",
    "layers = none": "c",
    "layers != none and weight_decay <= 1e-2": "ab",
    "weight_decay > -1": "ab",
    "task in (majority, 'other')": "c",
    "param.length >= 4": "b",
    'run = "b" or run = c': "bc",
    "NOT (solved AND task = sort)": "bc",
    "created < 2026-12-01 and created >= 2026-11-28T10:00": "abc",
    "run = '1) or (1=1'": "",
    "seed = 9223372036854775807": "a",
    "seed < 9223372036854775807": "bc",
    "seed >= 9223372036854775808": "",
}

WRONG = {
    "layer = 2 and solvd": ["layer: there is no such column", "did you mean 'layers'", "solvd: there is", "'solved'"],
    "layers = 'two' and solved = 3 and task = true": ["layers: 'two' is not", "solved: 3 is not", "task: true is not"],
    "layers and solved": ["layers: holds whole numbers, and stands alone"],
    "layers > none": ["> none says nothing"],
    "layers in (1, none)": ["none: is no value in a list"],
    "solved and": ["it ends where the name of a column should be"],
    "layers =": ["it ends where a value should be"],
    "(solved": ["it ends where ) should be"],
    "solved solved": ["'solved' stands at character 8"],
    "solved; DROP TABLE runs": ["';' stands at character 7"],
    "param.x') = 1": ["stands at character"],
    "": ["it ends where the name of a column should be"],
    "(" * 60 + "solved" + ")" * 60: ["nested more than 50 deep"],
    "solved and " * 100 + "solved": ["longer than 1,000 characters"],
}


@pytest.fixture(scope="module")
def rows():
    made = sqlite3.connect(":memory:")
    for statement in SUMMARIES:
        made.execute(statement)
    for number, (run, solved, task, params, layers, attention, decay) in enumerate(RUNS):
        about = {"experiment": run, "task": task, "params": params, "layers": layers, "attention": attention}
        about |= {"weight_decay": decay, "id": number}
        own = {"run": run, "solved": solved, "created": "2026-11-28T12:00:00+00:00", "number": number}
        own["seed"] = 2**63 - 1 - number
        for table, values in (("experiments", about), ("summaries", own)):
            marks = ", ".join("?" for _ in values)
            made.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
    return made


@pytest.mark.parametrize("text", TAKES)
def test_takes_the_runs_that_meet_it(rows, text):
    asked = condition(text)
    query = f"SELECT s.run FROM summaries s JOIN experiments e ON e.id = s.number WHERE {asked.sql} ORDER BY s.run"
    assert "".join(run for (run,) in rows.execute(query, asked.values)) == TAKES[text]


@pytest.mark.parametrize("text", WRONG)
def test_every_mistake_is_told(text):
    with pytest.raises(StoreError) as told:
        condition(text)
    assert all(part in str(told.value) for part in WRONG[text]), str(told.value)


def test_no_two_columns_have_one_name():
    assert len({column.name for column in (*RUN, *EXPERIMENT)}) == len(RUN) + len(EXPERIMENT)


def test_the_page_of_the_store_has_every_column():
    page = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")
    assert [c.name for c in (*RUN, *EXPERIMENT) if f"| `{c.name}` | " not in page or c.says not in page] == []
