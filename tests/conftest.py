"""The order of all tests: what is long comes first, so that no worker is left alone with it at the end."""

from __future__ import annotations

import pytest

LONG = "/tests/docs/"
"""trains models, runs notebooks, builds the site"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG not in item.path.as_posix())
