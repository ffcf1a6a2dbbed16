"""What a publication reported, read from a data file that names its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from openwork.errors import Reason, RecipeError, suggestion


@dataclass(frozen=True)
class Zeroed:
    """An ablation of the publication: what it says, the site whose zeroing is the same, and the accuracy it reports."""

    says: str
    site: str
    accuracy: float


@dataclass(frozen=True)
class Original:
    """Numbers of a publication.

    Attributes:
        title: of the publication.
        source: where the numbers were read.
        experiment: the named experiment that repeats it.
        accuracy_at_end: on both parts of the split.
        first_solved: the first epoch at whose end everything was right.
        solved_for_good: about the first epoch from which everything stayed right.
        zeroed: held-out accuracy with the output weights of one component set to zero, one component at a time.
        attention: layer-0 weight on the token that decides an output, by output.
        attention_elsewhere: what it says of the outputs that `attention` leaves out.
    """

    title: str
    source: str
    experiment: str
    accuracy_at_end: float
    first_solved: int
    solved_for_good: int
    zeroed: tuple[Zeroed, ...]
    attention: Mapping[str, float]
    attention_elsewhere: str


ORIGINALS: dict[str, str] = {"notebook": "notebook.toml"}
"""The data file of each publication that can be reproduced, by name."""


def original_named(name: str) -> Original:
    """The publication that `openwork reproduce NAME` is held against.

    Raises:
        RecipeError: no publication has this name.
    """
    if name not in ORIGINALS:
        reason = Reason(name, "nothing to reproduce has this name", suggestion(name, ORIGINALS))
        raise RecipeError("unknown publication", reason)
    text = (files("openwork.report") / "originals" / ORIGINALS[name]).read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return Original(
        title=read["title"],
        source=read["source"],
        experiment=read["experiment"],
        **read["training"],
        zeroed=tuple(Zeroed(**row) for row in read["zeroed"]),
        attention={row["output"]: row["weight"] for row in read["attention"]},
        attention_elsewhere=read["attention_elsewhere"]["says"],
    )
