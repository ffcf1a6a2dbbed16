"""Claims as Python gives them, where no parser has looked at them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from openwork.claims.claim import Claim
from openwork.claims.fitted import FittedClaims
from openwork.errors import ClaimError, Reason

A_LIST = "give a list of claims, for example [ow.Accuracy()]"


def claims_given(given: object) -> tuple[Claim, ...]:
    """The claims that were given.

    Raises:
        ClaimError: a file's name, one claim alone, or anything in it that is no claim; with what fits.
    """
    if isinstance(given, str | PurePath):
        name = str(given)
        raise _refused(f"is the text {name!r}", f"{A_LIST}; of a file: ow.open_run(RUN, claims={name!r}).claims")
    if isinstance(given, Claim):
        raise _refused("is one claim, not several", "give it in a list: [claim]")
    if not isinstance(given, Iterable):
        raise _refused(f"is of type {type(given).__name__}", A_LIST)
    if isinstance(given, FittedClaims):
        return given
    items = tuple(given)
    wrong = [(place, type(item).__name__) for place, item in enumerate(items) if not isinstance(item, Claim)]
    if wrong:
        reasons = (Reason(f"claims[{place}]", f"is of type {name}, not a claim", A_LIST) for place, name in wrong)
        raise ClaimError("these are no claims", reasons)
    return items


def _refused(what: str, mend: str) -> ClaimError:
    return ClaimError("these are no claims", Reason("claims", what, mend))
