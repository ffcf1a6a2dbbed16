"""The tree of errors that openwork raises on purpose.

::

    OpenworkError                what went wrong, and every reason at once
    ├── TaskError                an unknown task, or parameters it cannot have
    ├── SpecError                a model that cannot exist, or not for this task
    ├── RecipeError              a training recipe or split that cannot be run
    ├── PlanError                edits and captures that do not fit the model
    ├── ClaimError               a claim or a claims file that cannot be judged
    ├── EngineError              an engine that is missing or cannot run this model
    ├── CheckpointError          weights that do not fit or cannot be read
    └── StoreError               the folder of runs
        ├── UnknownRun           no such run, or more than one
        ├── StoreNotWritable     read-only, full, or no permission
        └── StoreTooNew          written by a newer openwork

Each is raised with a title and one `Reason` for every single thing that is wrong, so that a user mends them all
in one go. The command line prints them and exits with 2; nothing has been written when one is raised.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""control characters (C0 but tab and line feed, C1), and those that turn the direction of writing about"""


def visible(text: str) -> str:
    """The text as a terminal may be given it, whoever wrote it: what would control it is a picture of itself."""
    return UNSEEN.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\ufffd", text)


@dataclass(frozen=True)
class Reason:
    """One thing that is wrong: where it stands, what it is, and how to mend it."""

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.mend})" if self.mend else ""
        return visible(f"{place}{self.what}{advice}")


class OpenworkError(Exception):
    """The root: `title` says what could not be done, `reasons` say why, one each."""

    def __init__(self, title: str, reasons: Iterable[Reason] | Reason = ()) -> None:
        self.title = title
        self.reasons: tuple[Reason, ...] = (reasons,) if isinstance(reasons, Reason) else tuple(reasons)
        super().__init__(title, self.reasons)

    def __str__(self) -> str:
        return "\n".join([visible(self.title), *(f"  - {reason}" for reason in self.reasons)])


class TaskError(OpenworkError):
    """An unknown task, or parameters that it cannot have."""


class SpecError(OpenworkError):
    """A model that cannot exist, or that does not fit its task."""


class RecipeError(OpenworkError):
    """A training recipe, a split or an experiment that cannot be run."""


class PlanError(OpenworkError):
    """Edits and captures that do not fit the model or the inputs."""


class ClaimError(OpenworkError):
    """A claim, or a file of claims, that cannot be judged."""


class EngineError(OpenworkError):
    """An engine that is not installed, or cannot run this model."""


class CheckpointError(OpenworkError):
    """Weights that do not fit their spec, or a file that cannot be read."""


DAMAGED_BESIDE = "something else in this store is damaged; this run is whole, and nothing here rests on the rest"
"""said with a warning, where a job goes on"""


class StoreError(OpenworkError):
    """The folder of runs cannot be used."""


class UnknownRun(StoreError):
    """No run has this name, or several begin with it."""


class StoreNotWritable(StoreError):
    """The store's folder is read-only, full, or belongs to somebody else."""


class StoreTooNew(StoreError):
    """The store was written by a newer openwork."""


LONGEST_NAME = 100
"""characters that are compared with those of the known ones"""
MOST_NAMES = 24
"""names told where none is near"""


def suggestion(name: str, known: Iterable[str]) -> str:
    """How to mend a misspelt name: the nearest known ones, or all of them."""
    names = sorted(known)
    name = name[:LONGEST_NAME]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return "did you mean " + " or ".join(repr(n) for n in near) + "?"
    if not names:
        return "none is known"
    rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return "known: " + ", ".join(names[:MOST_NAMES]) + rest


def warn_renamed(old: str, new: str, stacklevel: int = 3) -> None:
    """Tells whoever calls the caller that a public name is another now; the old one works for one version more."""
    warnings.warn(f"{old} is called {new} now; the old name goes in the next version", DeprecationWarning, stacklevel)


def renamed(module: str, names: Mapping[str, str], values: Mapping[str, Any]) -> Callable[[str], Any]:
    """A module's `__getattr__`: its old names, each with the new one, whose value is given and a warning said."""

    def old_name(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        warn_renamed(f"{module}.{name}", f"{module}.{names[name]}")
        return values[names[name]]

    return old_name
