"""The model works as a program found in one does, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field, field_validator

from openwork.analyses import exact_percent, percent
from openwork.analyses.component import component_named
from openwork.claims.claim import Claim, Finding, Several, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.evidence.decompiled import DecompiledScores
from openwork.claims.programs.answers import outputs_misfits
from openwork.claims.verdict import Case, Effect, Relation, part
from openwork.claims.wording import MEASURE_MORE, advice
from openwork.data.interval import clopper_pearson
from openwork.errors import PlanError, Reason, suggestion
from openwork.models import ModelSpec
from openwork.programs import Program, program_as_json, program_from_json, program_text
from openwork.programs.verdicts.realised import LineScore
from openwork.tasks import Task


class Decompiles(Claim):
    """A program that was found in a model answers as this one does, and each of its lines is followed where it stands.

    The program is what `openwork decompile RUN --json` gives as `program`, or in Python `run.decompile().program`; its
    variables name places. Three sorts of parts, as decompiling judges them (docs/decompile.md): on how many inputs the
    program's answers are the model's, right or wrong; for each line in how many pairs interchange at its places does to
    the model what it does to the program, of all pairs or of those that change the program's answers, where it does so
    least; and on how many inputs an answer changes with everything that no line says resampled. Of several waves that
    an answer reads, each is changed alone too, for all together follow whatever form they have. With `lines` only these
    lines are judged: each is an assertion of its own. Where a line's places are all that an answer is made from,
    interchange there follows by itself, and the first component alone has to follow. Vacuous is a line that no answer
    follows from, and on a whole domain a program of large tables that is no shorter than the table of all answers.

    Evidence: the program's answers beside the model's, and the patched model's answers on pairs of inputs.

    Cost: for each line four forward rows for each of 4,096 pairs, and two for each of 4,096 inputs and place.

    Refuted by: other answers, and pairs in which the model does not follow the program.

    Example::

        [[claim]]
        id = "first-symbol"
        kind = "decompiles"
        program = '''{
            "version": 1,
            "symbols": [["x[0]", 1]],
            "variables": [{"name": "head0[3]", "items": [{"kind": "name", "name": "x[0]"}],
                           "sites": [["blocks.0.attn", 3]]}],
            "outputs": [
                {"name": "y[0]", "position": 8, "expression": {"kind": "name", "name": "head0[3]"}},
                {"name": "y[1]", "position": 9, "expression": {"kind": "name", "name": "head0[3]"}},
                {"name": "y[2]", "position": 10, "expression": {"kind": "name", "name": "head0[3]"}},
                {"name": "y[3]", "position": 11, "expression": {"kind": "name", "name": "head0[3]"}},
                {"name": "y[4]", "position": 12, "expression": {"kind": "name", "name": "head0[3]"}},
                {"name": "y[5]", "position": 13, "expression": {"kind": "name", "name": "head0[3]"}},
                {"name": "y[6]", "position": 14, "expression": {"kind": "name", "name": "head0[3]"}},
                {"name": "y[7]", "position": 15, "expression": {"kind": "name", "name": "head0[3]"}}]}'''
        at_least = 0.99
    """

    kind: ClassVar[str] = "decompiles"
    about_mechanism: ClassVar[bool] = False
    handles_sets: ClassVar[bool] = True

    program: str
    """as JSON; in Python a `Program` too"""
    lines: Several = ()
    """variables, for example `head0[3]`; all of them, and the program as a whole, unless given"""
    at_least: Share = 0.99
    """share of pairs, for each line"""
    unexplained: Share = 0.01
    """share of inputs that may be lost with what no line says"""
    seed: int = Field(default=0, ge=0)
    """of the pairs"""

    def __init__(self, **fields: Any) -> None:
        if isinstance(fields.get("program"), Program):
            fields["program"] = json.dumps(program_as_json(fields["program"]))
        super().__init__(**fields)

    @field_validator("program")
    @classmethod
    def _is_one(cls, text: str) -> str:
        try:
            program_from_json(json.loads(text))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ValueError(f"is not a program as `openwork decompile RUN --json` gives it: {error}") from error
        return text

    @property
    def value(self) -> Program:
        """The program itself."""
        return program_from_json(json.loads(self.program))

    def words(self) -> str:
        """From the fields."""
        if self.lines:
            return f"the lines {', '.join(self.lines)} of a program are followed where they stand"
        lines = len(program_text(self.value).splitlines())
        return f"the model computes what a program of {lines} lines does, line by line where these stand"

    def details(self) -> Iterable[str]:
        """The thresholds."""
        yield f"each in at least {exact_percent(self.at_least)} of pairs"
        if not self.lines:
            yield f"at most {exact_percent(self.unexplained)} of inputs lost with what no line says"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Symbols and places that are not there, other outputs than the task's, and lines that the program lacks."""
        program = self.value
        names = [variable.name for variable in program.variables]
        for line in self.lines:
            if line not in names:
                yield Reason("lines", f"the program has no line {line}", suggestion(line, names))
        if spec is None:
            return
        yield from dict.fromkeys(self._places(program, spec))
        yield from outputs_misfits(program, task)

    def _places(self, program: Program, spec: ModelSpec) -> Iterator[Reason]:
        sites = [site for variable in program.variables for site in variable.sites]
        for position in {*(s.position for s in sites), *(s.position for s in program.symbols)}:
            if not 0 <= position < spec.n_ctx:
                yield Reason("program", f"there is no position {position}", f"positions are 0 to {spec.n_ctx - 1}")
        for component in dict.fromkeys(site.component for site in sites):
            try:
                component_named(spec, component)
            except PlanError as error:
                yield from (Reason(f"program, {component}", r.what, r.mend) for r in error.reasons)

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The program's scores."""
        return (DecompiledScores(self.program, self.lines, self.seed),)

    def find(self, context: Context) -> Finding:
        """Shares, and inputs that the program answers otherwise."""
        found = context.evidence(DecompiledScores(self.program, self.lines, self.seed))
        exact = context.whole
        table = TABLE if exact and found.tables_answers else ""
        parts = [judged_line(line, self.at_least, exact, table) for line in found.lines]
        said = f"{sum(p.holds is True for p in parts)} of {len(parts)} lines are followed where they stand"
        said += _told_apart(found.lines)
        if found.equal is not None and found.whole is not None:
            equal, whole = found.equal, found.whole
            parts.insert(0, _part("equal", equal.same, equal.inputs, ">=", 1.0, exact, table))
            parts += [
                _part(f"{name}, one wave at a time", followed, pairs, ">=", self.at_least, exact, table)
                for name, followed, pairs in found.waves
                if pairs
            ]
            parts.append(_part("unexplained", whole.lost, whole.inputs, "<=", self.unexplained, exact, table))
            said = (
                f"The program answers as the model does on {percent(equal.share)} of inputs; {said}; "
                f"{percent(whole.share)} of inputs are lost with what no line says"
            )
        share = parts[0].value if parts else 0.0
        unit = "share of inputs answered alike" if found.equal is not None else "share of pairs of the first line"
        return Finding(tuple(parts), f"{said}.", Effect(share, unit), (), ADVICE)


def judged_line(line: LineScore, at_least: float, exact: bool, table: str) -> Case:
    """Judged by all pairs, or by those alone that change the program's answers: where it is followed less. Pairs that
    change nothing praise a place that does nothing."""
    rate = line.at_its_place
    counts = [(rate.followed, rate.pairs)]
    if rate.changing:
        counts.append((rate.followed_changing, rate.changing))
    least = min(counts, key=lambda count: count[0] / count[1])
    return _part(line.variable, *least, ">=", at_least, exact, UNREAD if line.effective == 1 else table)


def _told_apart(lines: Iterable[LineScore]) -> str:
    """Of which lines the answers tell fewer values apart than they have, as half a sentence."""
    fewer = [line for line in lines if line.effective is not None and line.effective < line.values]
    told = (f"{line.effective} of {line.values} of {line.variable}" for line in fewer[:MOST_TOLD])
    more = f" and of {len(fewer) - MOST_TOLD} lines more" if len(fewer) > MOST_TOLD else ""
    return f" (values that its answers tell apart: {', '.join(told)}{more})" if fewer else ""


def _part(label: str, count: int, total: int, relation: Relation, threshold: float, exact: bool, forced: str) -> Case:
    interval = None if exact else clopper_pearson(count, total)
    return replace(part(label, count / total, relation, threshold, interval), forced=forced)


MOST_TOLD = 6
"""lines whose values a sentence tells"""
UNREAD = "no answer of the program follows from its values, so that nothing is asked of the model"
TABLE = "its tables are no shorter than that of all answers, so that any answers can be said in it"
ADVICE = advice(
    confirmed="This model computes what the program says, where it says so.",
    refuted="Decompile this model itself: openwork decompile RUN.",
    mixed="Look at the parts that fail; openwork decompile RUN says what this model computes itself.",
    undecided=MEASURE_MORE,
)
