"""What claims export under an old name works for one version, and says so."""

from __future__ import annotations

import pytest

from openwork import claims


def test_an_old_name_works_and_says_so():
    with pytest.warns(DeprecationWarning, match=r"openwork.claims.Program is called openwork.claims.GivenProgram now"):
        assert claims.Program is claims.GivenProgram


def test_a_name_that_never_was_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'Programme'"):
        _ = claims.Programme
