"""Pages whose examples are run: what they say that openwork prints is what it prints."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from openwork import errors

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RUN = [
    ROOT / "README.md",
    DOCS / "tutorial.md",
    *sorted((DOCS / "exercises").glob("*.md")),
    *sorted((DOCS / "errors").glob("*.md")),
]
TRAINS = re.compile(r"^\$ openwork (train|explain)\b|^>>> .*\bow\.(train|explain)\(", re.M)
PAGES = [
    # an error comes before anything is trained
    pytest.param(
        page, marks=[pytest.mark.trains] * bool(page.parent.name != "errors" and TRAINS.search(page.read_text()))
    )
    for page in RUN
]
ERRORS = [
    name
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == errors.__name__
]


def examples(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "examples.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_prints_what_it_says(page):
    done = examples(page)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_has_a_page_that_provokes_it(name):
    text = (DOCS / "errors" / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    assert f" [{name}]\n" in text or f"\n{name}: " in text
    assert f"({name}.md)" in (DOCS / "errors" / "README.md").read_text(encoding="utf-8")


def test_every_page_of_an_error_has_its_error():
    assert {page.stem for page in (DOCS / "errors").glob("*.md")} == {*ERRORS, "README"}


WRONG = {
    "another output": '```console\n$ echo "one two"\none three\n```\n',
    "a failing command": "```console\n$ false\n```\n",
    "another exit code": "```console\n$ false\n$ echo $?\n2\n```\n",
    "another value": "```python\n>>> 1 + 1\n3\n```\n",
    "no error": "```python\n>>> int('3')\nValueError: ...\n```\n",
}


@pytest.mark.parametrize("what", WRONG)
def test_a_page_that_says_something_else_is_caught_and_renewed(what, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(WRONG[what], encoding="utf-8")
    assert examples(page).returncode == 1
    examples("--write", page)
    assert examples(page).returncode == (1 if what == "no error" else 0)


def test_a_page_has_files_a_session_and_words_for_anything(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        '```toml title="a.toml"\nx = 1\n```\n```python\n>>> y = open("a.toml").read()\n```\n'
        "```python\n>>> y\n'x = ...\n```\n```console\n$ cat a.toml; exit 3\nx = 1\n$ echo $?\n3\n```\n",
        encoding="utf-8",
    )
    assert examples(page).returncode == 0
