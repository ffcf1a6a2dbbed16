"""What a live page says of a kind of claims."""

from __future__ import annotations

import pytest

from openwork.claims import Necessary
from openwork.claims.registry import KINDS
from openwork.page.claims import definition


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_described_up_to_its_example(kind):
    said = definition(kind)
    assert "Evidence:" in said and "Refuted by:" in said and said.endswith(".")
    assert "Example" not in said and "[[claim]]" not in said and "`" not in said


def test_names_of_fields_stay_names():
    assert "at_most" in definition(Necessary)
