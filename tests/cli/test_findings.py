"""The findings of an experiment, asked for by the command line."""

from __future__ import annotations

from pathlib import Path


def test_slips_are_told_before_anything_is_trained(openwork):
    assert "did you mean 'notebook'" in openwork("findings", "notebok").err
    done = openwork("findings", "notebook", "-o", "page.pdf")
    assert done.code == 2 and "neither in .md nor in .html" in done.err
    done = openwork("findings", "notebook", "--claims", "nowhere.toml")
    assert done.code == 2 and "nowhere.toml" in done.err
    done = openwork("findings", "notebook", "--prove", "--seconds", "0", "-o", "page.pdf")
    assert done.code == 2 and all(word in done.err for word in ("write --programs too", "not above 0", "page.pdf"))
    assert openwork("runs", "list", "--json").value == []


def test_the_page_says_how_many_seeds_solve_the_task(openwork):
    done = openwork("findings", "running-sum-sign", "--seeds", "1", "-o", "page.md", "--json")
    assert done.code == 0, done.err
    page = Path("page.md").read_text()
    assert f"**{len(done.value['solved'])} of 1** seeds solve the task" in page
