"""Claims about a recipe, which a report shows apart: they say nothing of the model that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from openwork.claims import Claim, Publication
from openwork.claims.verdict import Verdict
from openwork.report.parts import Part, Section, Text, VerdictList
from openwork.report.sections.verdicts import count_line, verdict_row


@dataclass(frozen=True)
class RecipeClaims:
    """What is claimed of a recipe beside what is claimed of the model.

    Attributes:
        verdicts: of those that were judged.
        left: those that were not, because nobody asked for it.
        publication: whose claims they are; None where nobody's.
    """

    verdicts: tuple[Verdict, ...] = ()
    left: tuple[Claim, ...] = ()
    publication: Publication | None = None

    title: ClassVar[str] = "About a recipe, not about this model"

    @property
    def whose(self) -> str:
        """What those that were judged speak of: the experiments and the publication."""
        return self._whose(_experiments([verdict.claim.fields for verdict in self.verdicts]))

    @property
    def about(self) -> str:
        """The same in a sentence."""
        return f"These speak of {self.whose}. They say nothing of the model that this report is about."

    @property
    def line(self) -> str:
        """Which were not judged, whose they are and how to judge them; empty where none is left."""
        if not self.left:
            return ""
        names = ", ".join(claim.id for claim in self.left)
        them = _experiments([claim.text().fields for claim in self.left])
        commands = [f"`openwork reproduce {name}`" for name in them]
        how = " or ".join([*commands, "`openwork explain --recipe-claims`"])
        return f"Not judged here: {names}, which speak of {self._whose(them)} and not of this model. {how} judges them."

    @property
    def sections(self) -> tuple[Section, ...]:
        """The part of their own; nothing where there are none."""
        shown: list[Part] = []
        if self.verdicts:
            shown = [
                Text(self.about),
                Text(count_line(self.verdicts)),
                VerdictList(tuple(map(verdict_row, self.verdicts))),
            ]
        if self.line:
            shown.append(Text(self.line, "note"))
        return (Section(self.title, "recipe", tuple(shown)),) if shown else ()

    def _whose(self, experiments: Sequence[str]) -> str:
        """The experiments and the publication: `the experiment notebook, the recipe of “...” by ..., https://...`."""
        named = ", ".join(f"`{name}`" for name in experiments)
        what = f"the experiment{'s' if len(experiments) > 1 else ''} {named}" if named else "how a model was trained"
        return what if self.publication is None else f"{what}, the recipe of {self.publication}"


NOTHING_ASKED = RecipeClaims()


def _experiments(fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """The experiments that claims name, each once."""
    names = (str(each.get("experiment", "")) for each in fields)
    return list(dict.fromkeys(filter(None, names)))
