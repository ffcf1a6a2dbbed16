"""What tasks on texts of small letters need to be told of their parameters."""

from __future__ import annotations

from string import ascii_lowercase

from openwork.errors import Reason

LONGEST = 1000


def unfit_letters(letters: int, length: int) -> list[Reason]:
    """Why there are no texts of this length of so many letters."""
    reasons = []
    if not 2 <= letters <= len(ascii_lowercase):
        reasons.append(Reason("letters", f"{letters} is not between 2 and {len(ascii_lowercase)}"))
    if not 1 <= length <= LONGEST:
        reasons.append(Reason("length", f"{length} is not between 1 and {LONGEST}"))
    return reasons
