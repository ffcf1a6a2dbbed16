"""A census of a grid of choices: every mistake in a file at once, and what each choice does."""

from __future__ import annotations

import json

import pyarrow.parquet
import pytest

from openwork.cli.sweep import read_sweep
from openwork.report import Census, SweptCensus
from openwork.tasks import make_task

TINY = ("copy", "--param", "base=2", "--param", "length=2", "--seeds", "2", "--seconds", "5")
GRID = "[model]\nn_heads = [1, 2]\nd_head = [4]\n[recipe]\neps = [1e-8]\n[split]\nheld_out = [0.0]\n"
WRONG = {
    "[model]\nn_layer = [1]\nd_model = 16\nn_heads = [1, 1]\n[recipes]\nlr = [1]\n[split]\nkind = [['x']]\n": [
        "model.n_layer: there is no such field",
        "'n_layers'",
        "model.d_model: is no list of choices",
        "model.n_heads: has the same choice twice",
        "recipes: is none of the tables",
        "['x'] is no single value",
    ],
    "[model]\nn_layers = [1, 99]\n[recipe]\nweight_decay = [-1.0, 'a']\n[split]\nkind = ['sorted']\n": [
        "model.n_layers 99",
        "recipe.weight_decay -1.0",
        "recipe.weight_decay 'a'",
        "split.kind 'sorted'",
    ],
    "[model]\nn_layers = [1, 'x']\nlayers = [2]\n[recipe]\nweight_decay = []\n[splits]\n[split]\nkind = ['sorted']\n": [
        "model.n_layers 'x'",
        "model.layers: there is no such field",
        "recipe.weight_decay: has no choice",
        "splits: is none of the tables",
        "split.kind 'sorted'",
    ],
    f"[model]\nn_layers = [99]\n[recipe]\nbatch_size = {list(range(1, 300))}\n": ["n_layers 99", "299 experiments"],
    "[model\n": ["is not TOML"],
    "": ["sweeps nothing"],
    f"[recipe]\nbatch_size = {list(range(1, 300))}\n": ["comes to 299 experiments"],
    "[recipe]\nlr = { from = 1e-4, to = 1e-2 }\n": ["recipe.lr: is a range, which only points are taken from"],
    "points = 1.5\n[model]\nn_heads = { from = 2, to = 1 }\nd_head = { from = 'a', to = 3 }\n[recipe]\n"
    "lr = { from = 0, to = 1, log = true }\nweight_decay = { from = -1.0, to = 0.1 }\neps = { low = 1 }\n": [
        "points: 1.5 is no whole number",
        "n_heads: is from 2 to 1",
        "d_head: is no range of numbers",
        "lr: is from 0 by logarithm",
        "weight_decay -1.0",
        "eps: is no range",
    ],
    "points = 1000\n[model]\nn_layers = [1, 2]\n": ["comes to 1,000 experiments"],
}


@pytest.mark.parametrize("text", WRONG)
def test_every_mistake_in_a_file_is_told_before_anything_is_done(openwork, tmp_path, text):
    (tmp_path / "grid.toml").write_text(text)
    refused = openwork("census", *TINY, "--sweep", "grid.toml")
    assert refused.code == 2
    said = " ".join(refused.err.split())
    assert all(part in said for part in WRONG[text]), refused.err
    assert openwork("runs", "list", "--json").value == []


def test_no_such_file_and_options_beside_one_are_told(openwork, tmp_path):
    assert "No such file" in openwork("census", *TINY, "--sweep", "none.toml").err
    (tmp_path / "grid.toml").write_text(GRID)
    assert "n_layers are given beside it" in openwork("census", *TINY, "--sweep", "grid.toml", "--n-layers", "1").err


def test_each_combination_has_a_census_and_each_choice_is_tested(openwork, tmp_path):
    (tmp_path / "grid.toml").write_text(GRID)
    said = openwork("census", *TINY, "--sweep", "grid.toml", "--json", "-o", "a.parquet", "-o", "a.html").value
    assert [cell["choices"]["n_heads"] for cell in said["swept"]] == [1, 2]
    assert all(cell["census"]["solved"]["of"] == 2 for cell in said["swept"])
    assert [(effect["choice"], effect["on"]) for effect in said["effects"]] == [
        ("n_heads", "solved"),
        ("n_heads", "mechanism"),
    ]
    rows = pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert [row["choice.n_heads"] for row in rows] == [1, 1, 2, 2]
    assert "n_heads 2" in (tmp_path / "a.html").read_text()
    assert json.loads(openwork("census", *TINY, "--sweep", "grid.toml", "--plan", "--json").out)["programs"] == 0


def test_points_of_ranges_are_spread_and_their_choices_tested(openwork, tmp_path):
    points = (
        "points = 8\n[model]\nn_heads = [1, 2]\nd_mlp = { from = 4, to = 11 }\n"
        "[recipe]\nweight_decay = { from = 1e-3, to = 1.0, log = true }\n"
    )
    (tmp_path / "points.toml").write_text(points)
    plan = openwork("census", *TINY, "--sweep", "points.toml", "--plan", "--json").value
    assert plan["seeds"] == 16
    found = read_sweep(tmp_path / "points.toml", make_task("copy", {"base": 2, "length": 2}), None)
    chosen = [each.choices for each in found]
    assert sorted(choices["d_mlp"] for choices in chosen) == list(range(4, 12))
    assert sum(choices["n_heads"] == 1 for choices in chosen) == 4
    assert sum(choices["weight_decay"] < 10**-1.5 for choices in chosen) == 4
    empty = [(each.choices, Census(each.experiment, (), {}, 1.0, False, "")) for each in found]
    assert SweptCensus(tuple(empty), "").is_of_points and not SweptCensus(tuple(empty[:1]), "").is_of_points
    assert [effect.chance for effect in SweptCensus(tuple(empty), "").effects] == [1.0] * 6
