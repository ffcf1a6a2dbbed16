"""The tasks that docs/languages.md shows are tasks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openwork.jobs.given_task import given_task

PAGE = Path(__file__).parents[2] / "docs" / "languages.md"
SHOWN = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("number", range(len(SHOWN)))
def test_what_the_page_shows_is_a_task(number, tmp_path):
    path = tmp_path / f"shown_{number}.py"
    path.write_text(SHOWN[number], encoding="utf-8")
    assert len(SHOWN) >= 4 and given_task(str(path)).summary
