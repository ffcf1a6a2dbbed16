"""What `Task.deciding_variable` was called before, `carrier`: it works for one version more, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openwork.errors import warn_renamed

Decides = Callable[[Any, str], str | None]


class OnceCarrier:
    """A task may still say `carrier`, and one that says `deciding_variable` may still be asked for it."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        own = vars(cls)
        if "carrier" in own:
            warn_renamed(f"{cls.__name__}.carrier", "deciding_variable", stacklevel=4)
            type.__setattr__(cls, "deciding_variable", own["carrier"])
        elif "deciding_variable" in own:
            type.__setattr__(cls, "carrier", _carrier(own["deciding_variable"]))


def _carrier(deciding_variable: Decides) -> Decides:
    def carrier(self: Any, output: str) -> str | None:
        warn_renamed("carrier", "deciding_variable")
        return deciding_variable(self, output)

    return carrier
