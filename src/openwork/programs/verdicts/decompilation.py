"""What decompiling a model came to: the program and its verdicts, apart, and one word for them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from openwork.analyses.result import Record, Result, percent
from openwork.data.interval import CONFIDENCE, clopper_pearson
from openwork.programs.canonical import canonical
from openwork.programs.decompile.pairs import Rate
from openwork.programs.language import READABLE
from openwork.programs.plain import program_as_json, program_from_json
from openwork.programs.program import Program
from openwork.programs.verdicts.equal import Equal
from openwork.programs.verdicts.otherwise import OtherContent, Otherwise
from openwork.programs.verdicts.realised import REALISED, LineScore
from openwork.programs.verdicts.short import SHORT, Short
from openwork.programs.verdicts.waves import Waves
from openwork.programs.verdicts.whole import UNEXPLAINED, Whole

VERSION = 17
"""of the method and of the JSON: what another version found is found again"""
INTERRUPTED = "interrupted"
"""how it is said that Ctrl-C ended it early"""
NAMED = 6
"""lines that a sentence names at most"""
Word = Literal["decompiled", "partly", "not decompiled"]


@dataclass(frozen=True)
class Decompilation(Result):
    """A model's program with its verdicts.

    Attributes:
        program: what was found; None where nothing was before the time was over, or some answer follows from nothing
            that has a label.
        equal: the program's answers against the model's.
        lines: every variable's scores.
        whole: what no line explains.
        short: how much there is to read.
        coverage: which inputs, in words.
        exhaustive: whether they are all there are.
        unlabelled: places that carry weight and hold what no label says.
        stopped: why the search ended early; empty where it did not.
        seconds: of processor time.
        fresh_seed: that the inputs of the verdicts were drawn with, where `coverage` is a sample that the search
            looked at; None where the verdicts are measured on the inputs of `coverage`.
        otherwise: what else its lines could say; None where the program is not equal, realised and whole itself.
        waves: of a program by waves, what each frequency explains, and whether they are multiplied or added.
    """

    program: Program | None
    equal: Equal | None
    lines: tuple[LineScore, ...]
    whole: Whole | None
    short: Short | None
    coverage: str
    exhaustive: bool
    unlabelled: tuple[str, ...]
    stopped: str
    seconds: float
    forward_rows: int = 0
    fresh_seed: int | None = None
    waves: Waves | None = None
    otherwise: Otherwise | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps it from being decompiled, each in words; empty where nothing does."""
        if self.program is None:
            return (self.stopped or "no program was found: some answer follows from nothing that has a label",)
        found = []
        if self.program.is_answer_table:
            found.append(f"nothing but a table of answers, {self.program.entries:,} entries")
        if not self.exhaustive:
            found.append(self._sampled)
        if self.equal is not None and self.equal.share < 1 and self.fresh_seed is None:
            found.append(f"its answers are the model's on {percent(self.equal.share)} of inputs only")
        least = self.least("together")
        if least is not None and least < REALISED:
            names = [s.variable for s in self.lines if s.together.share < REALISED]
            found.append(f"{some(names, NAMED)}: interchange below {percent(REALISED)}, at least {percent(least)}")
        mixed = [s for s in self.lines if s.together.share >= REALISED > s.at_its_place.share]
        if mixed:
            names, at_least = [s.variable for s in mixed], percent(min(s.at_its_place.share for s in mixed))
            found.append(
                f"{some(names, NAMED)}: followed only where all that an answer is made from is another input's; at the "
                f"place that is named at least {at_least}"
            )
        if self.waves is not None and self.waves.followed < REALISED:
            found.append(f"one frequency alone another input's: followed in {percent(self.waves.followed)} of pairs")
        if self.whole is not None and self.whole.share > UNEXPLAINED:
            found.append(f"{percent(self.whole.share)} of inputs are lost with what no line explains")
        if self.short is not None and self.short.share > SHORT:
            found.append(f"{percent(self.short.share)} of the answer table's bits, above {percent(SHORT)}")
        if self.program.entries > READABLE:
            found.append(f"tables of {self.program.entries:,} entries in all, which nobody understands")
        return tuple([*found, *([self.stopped] if self.stopped else [])])

    @property
    def passes(self) -> bool:
        """Whether every line is realised at its place, nothing else is lost, and every answer is the same."""
        lines = all(min(s.together.share, s.at_its_place.share) >= REALISED for s in self.lines)
        equal, whole = self.equal, self.whole
        return lines and equal is not None and equal.share == 1 and whole is not None and whole.share <= UNEXPLAINED

    @property
    def word(self) -> Word:
        """`decompiled` only where nothing is missing, `not decompiled` also for a table or what is equal nowhere."""
        nowhere = self.equal is not None and self.equal.same == 0
        if self.program is None or self.program.is_answer_table or nowhere:
            return "not decompiled"
        return "partly" if self.missing else "decompiled"

    @property
    def _sampled(self) -> str:
        equal = self.equal
        if self.fresh_seed is None or equal is None:
            return "not every input was measured"
        return (
            f"a sample: equal on {equal.same:,} of {equal.inputs:,} drawn anew, {self.of_all(equal.same, equal.inputs)}"
        )

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it early."""
        return self.stopped.startswith(INTERRUPTED)

    def of_all(self, count: int, total: int) -> str:
        """Between which shares of all inputs what was counted on fresh ones lies, in words; empty where all were
        measured."""
        if self.fresh_seed is None:
            return ""
        low, high = clopper_pearson(count, total)
        if count == total:
            said = f"at least {percent(low)}"
        else:
            said = f"{percent(low)} to {percent(high)}" if count else f"at most {percent(high)}"
        return f"{said} of all with {100 * CONFIDENCE:.0f} % confidence"

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Of the shares of all inputs on which it is equal, and which are lost; empty where all were measured."""
        if self.fresh_seed is None:
            return {}
        found = {}
        if self.equal is not None:
            found["equal"] = clopper_pearson(self.equal.same, self.equal.inputs)
        if self.whole is not None:
            found["lost"] = clopper_pearson(self.whole.lost, self.whole.inputs)
        return found

    def least(self, which: Literal["alone", "together"]) -> float | None:
        """The smallest rate of any variable; None where there is no variable."""
        return min((getattr(s, which).share for s in self.lines), default=None)

    def mean(self, which: Literal["alone", "together"]) -> float | None:
        """The mean rate; None where there is no variable."""
        shares = [getattr(s, which).share for s in self.lines]
        return sum(shares) / len(shares) if shares else None

    @property
    def digest(self) -> str | None:
        """The same for models that compute the same in the same way: see `canonical`; None without a program."""
        return None if self.program is None else canonical(self.program).digest

    @property
    def title(self) -> str:
        return "The program inside"

    @property
    def summary(self) -> str:
        said = self.word.capitalize()
        if self.missing:
            said += f": {'; '.join(self.missing)}"
        return f"{said} ({self.coverage})."

    def records(self) -> list[Record]:
        """One row for every variable."""
        return [
            {
                "variable": s.variable,
                "site": s.site,
                "alone": s.alone.share,
                "alike": s.alike.share,
                "together": s.together.share,
                "together_changing": -1.0 if s.together.of_changing is None else s.together.of_changing,
                "values": s.values,
                "effective": -1 if s.effective is None else s.effective,
                "explained": s.explained,
                "explained_effective": s.explained_effective,
                "decides": s.decides,
            }
            for s in self.lines
        ]

    def as_json(self) -> dict[str, Any]:
        """In plain values; `decompilation_from_json` reads them."""
        own = {name: getattr(self, name) for name in PLAIN}
        parts = {name: None if getattr(self, name) is None else asdict(getattr(self, name)) for name in PARTS}
        program = None if self.program is None else program_as_json(self.program)
        lines = [asdict(score) for score in self.lines]
        return (
            {"version": VERSION, "program": program, "digest": self.digest, "lines": lines, "word": self.word}
            | {"intervals_95": self.intervals}
            | own
            | parts
        )


PLAIN = ("coverage", "exhaustive", "unlabelled", "stopped", "seconds", "forward_rows", "fresh_seed")
PARTS = {"equal": Equal, "whole": Whole, "short": Short, "waves": Waves, "otherwise": Otherwise}


def decompilation_from_json(kept: Mapping[str, Any]) -> Decompilation | None:
    """What `Decompilation.as_json` gave, after its way through JSON; None where it is another version's."""
    if kept.get("version") != VERSION:
        return None
    program = None if kept["program"] is None else program_from_json(kept["program"])
    lines = tuple(
        LineScore(**line | {rate: Rate(**line[rate]) for rate in ("alone", "alike", "together")})
        for line in kept["lines"]
    )
    plain = {name: _tuples(kept[name]) for name in PLAIN}
    parts = {name: _part(kind, kept[name]) for name, kind in PARTS.items()}
    if parts["otherwise"] is not None:
        parts["otherwise"] = replace(
            parts["otherwise"], found=tuple(OtherContent(**other) for other in parts["otherwise"].found)
        )
    return Decompilation(program=program, lines=lines, **plain, **parts)


def some(names: Sequence[str], most: int) -> str:
    """The first so many of these, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def _part(kind: type[Any], held: Mapping[str, Any] | None) -> Any:
    return None if held is None else kind(**{name: _tuples(value) for name, value in held.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
