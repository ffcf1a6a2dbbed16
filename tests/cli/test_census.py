"""`openwork census`: what it says before, what it writes, and what it refuses."""

from __future__ import annotations

import json

import pyarrow.parquet
import pytest

TINY = ("copy", "--param", "base=2", "--param", "length=2", "--seeds", "2", "--seconds", "5")


def test_it_says_what_it_costs_and_writes_every_format(openwork, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = openwork("census", *TINY, "--plan", "--json").value
    assert (plan["trained"], plan["seeds"], plan["most_seconds"]) == (0, 2, 10.0)
    files = ("-o", "a.json", "-o", "a.parquet", "-o", "a.html", "-o", "a.md")
    made = openwork("census", *TINY, *files)
    assert "2 of 2 seeds are to be trained" in made.err
    assert max(map(len, made.out.splitlines())) <= 80
    said = json.loads((tmp_path / "a.json").read_text())
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert table.to_pylist() == said["models"]
    about = json.loads(table.schema.metadata[b"openwork"])
    assert about["unseen"] == said["unseen"]
    assert said["mechanisms"][0]["program"].startswith("def ")
    openwork("census", *TINY, "-o", "a.json", "--programs", "0")
    assert json.loads((tmp_path / "a.json").read_text())["mechanisms"][0]["program"] is None
    assert "It took" in made.err
    assert "<html" in (tmp_path / "a.html").read_text()
    assert openwork("census", *TINY, "--plan", "--json").value["programs"] == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("-o", "a.csv", "-o", "b", "--seconds", "0"), ["a.csv ends in none", "b ends in none", "0 is not above 0"]),
        (("--seeds", "4..1"), ["is not a list of"]),
        (("--keep", "slved"), ["'slved' is none of all, last, solved, none", "solved"]),
        (("--keep", "lst", "--on", "slurm", "--patience", "0"), ["'last'", "SLURM's jobs", "0 is not above"]),
        (("--keep", "none", "--over-training", "2"), ["--keep none: frees the checkpoints", "--keep solved"]),
        (("--n-layers", "99", "--weight-decay", "-1"), ["--n-layers", "--weight-decay"]),
    ],
)
def test_mistakes_are_told_before_anything_is_done(openwork, given, told):
    refused = openwork("census", *TINY, *given)
    assert refused.code == 2
    assert all(part in refused.err for part in told), refused.err
    assert openwork("runs", "list", "--json").value == []
