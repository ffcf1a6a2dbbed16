"""What holds for all tests: examples are the same every time, and what is long comes first."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")

LONG = "/tests/docs/"
"""trains models, runs notebooks, builds the site: no worker is left alone with it at the end"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG not in item.path.as_posix())
