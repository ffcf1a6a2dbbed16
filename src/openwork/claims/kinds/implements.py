"""The model works as a program does: its places play the parts of the program's variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field, field_serializer

from openwork.analyses import percent
from openwork.claims.alignment import alignment_misfits, patches, variable_misfits
from openwork.claims.claim import Claim, Each, Finding, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample
from openwork.claims.evidence import ProgramPairs
from openwork.claims.examples import MOST, in_turn, question
from openwork.claims.interval import CONFIDENCE
from openwork.claims.places import filled
from openwork.claims.program import Program
from openwork.claims.program_values import MOST_TRIED, decided_by, on_inputs, tried
from openwork.claims.shares import count_part
from openwork.claims.verdict import ClaimText, Effect, Outcome
from openwork.claims.wording import MEASURE_MORE, bound, claimed, told
from openwork.errors import ClaimError, Reason
from openwork.models import ModelSpec
from openwork.tasks import Task


def aligned(value: Any) -> Any:
    """An alignment as it may be written, in the one form that claims keep.

    Raises:
        ValueError: it is not a table of variables with places.
    """
    if isinstance(value, Mapping):
        value = tuple(value.items())
    if not isinstance(value, tuple) or not all(
        isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(s, str) and s.strip() for s in pair)
        for pair in value
    ):
        raise ValueError(
            'give a table of variables with their places: { "digit[i]" = "blocks.0.attn @ predicts y[i]" }'
        )
    return value


Alignment = Annotated[tuple[tuple[str, str], ...], BeforeValidator(aligned), Field(min_length=1)]
"""Each variable of the program with its place."""


class Implements(Claim):
    """Interchange at a variable's place does to the model what it does to the program, in `at_least` so many pairs.

    Interchange intervention accuracy (Geiger et al., 2021, arXiv:2106.02997): for a base and a source input, the place
    takes the value of the run on the source, and the program's variable the value that it has for the source. Each
    aligned variable in each case is a part: of the pairs for which that changes the program's answers, the share where
    all answers of the patched model are the program's. Pairs that change nothing are counted in the effect only, which
    is the accuracy as it is usually defined, for they would praise a place that does nothing.

    Every pair of inputs where there are at most 2**20; else `pairs` of them, drawn by `seed`, with an exact interval.
    With `sources = "near"` a source differs from its base only in what the variable is computed from, so that every
    such pair can be looked at; that asks less, for a place may then hold more than the variable unnoticed.
    The model sees the right outputs of the base, teacher-forced, and in the source's run those of the source. Evidence:
    two forward rows for every pair and part. Refuted where the model goes its own way.

    `program` is the name of a program (see `openwork.claims.program`), or in Python the `Program`. A claims file only
    names it: it is run where the user gives the file (`openwork check CLAIMS RUN --program FILE`), and the claim stays
    UNDECIDED where not.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    kind: ClassVar[str] = "implements"
    about_mechanism: ClassVar[bool] = True

    program: Program | str
    alignment: Alignment
    """a variable of the program, or one element of a list, to its place: a component, optionally `@` a role; several
    joined by `+` are patched at once"""
    each: Each = ()
    at_least: Share = 0.99
    """share of pairs"""
    pairs: int = Field(default=16_384, ge=1, le=2**24)
    """how many are drawn where there are too many for all"""
    seed: int = Field(default=0, ge=0)
    """of that draw"""
    sources: Literal["any", "near"] = "any"
    """inputs that a value is taken from: any, or those that differ in nothing else"""

    @field_serializer("program")
    def _name(self, program: Program | str) -> str:
        return str(program)

    @field_serializer("alignment")
    def _table(self, alignment: Alignment) -> dict[str, str]:
        return dict(alignment)

    def given(self, programs: Mapping[str, Program]) -> Self:
        """With the program that it names, where that is among these; names are file names without their ending."""
        if isinstance(self.program, Program):
            return self
        named = {PurePath(name).stem: program for name, program in programs.items()}
        return self.model_copy(update={"program": named.get(PurePath(self.program).stem, self.program)})

    def text(self) -> ClaimText:
        """As verdicts keep it: with what the program was, so that another of the same name is another claim."""
        text = super().text()
        if isinstance(self.program, str):
            return text
        return ClaimText(text.id, text.kind, text.says, dict(text.fields) | {"program_digest": self.program.digest})

    def words(self) -> str:
        """From the fields."""
        places = ", ".join(f"{variable} at {place}" for variable, place in self.alignment)
        near = "" if self.sources == "any" else ", where inputs differ in nothing else"
        return f"the model works as the program {self.program} does, with {places}{near}"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Places that are not there, an alignment in a circle, a program that fails on any question, or a task whose
        variables are not free of one another where sources are to differ in one only."""
        if self.sources == "near" and not _free(task):
            what = f"{task} has too many questions, or variables that are not free of one another"
            yield Reason("sources", what, 'write sources = "any"')
        reasons = list(alignment_misfits(self.alignment, self.each, task, spec))
        if isinstance(self.program, Program):
            try:
                lengths = tried(self.program, task).lengths
            except ClaimError as error:
                reasons += [Reason(f"program, {r.where}", r.what, r.mend) for r in error.reasons]
            else:
                within = None if reasons else spec
                reasons += variable_misfits(self.alignment, self.each, task, within, self.program, lengths)
                reasons += [] if reasons or self.sources == "any" else self._constants(task)
        yield from dict.fromkeys(reasons)

    def _constants(self, task: Task) -> Iterator[Reason]:
        for names in filled(self.each, task, [variable for variable, _ in self.alignment]) if _free(task) else ():
            for variable in names:
                if not self._decided_by(task, variable):
                    what = "has the same value on every question, so no source differs in it"
                    yield Reason(f"alignment, {variable}", what, 'leave it out, or write sources = "any"')

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The answers to every pair, for every aligned variable."""
        asked = not isinstance(self.program, str) and self._can_ask(context)
        return tuple(part.evidence for part in self._parts(context)) if asked else ()

    def _can_ask(self, context: Context) -> bool:
        """Whether every source is among the inputs."""
        return self.sources == "any" or (context.whole and context.subject.asked is None)

    def _parts(self, context: Context) -> Iterator[_Aligned]:
        templates = [template for pair in self.alignment for template in pair]
        for names in filled(self.each, context.task, templates):
            for variable, places in zip(names[::2], names[1::2], strict=True):
                edits = patches(places, context.task, context.spec)
                changing = () if self.sources == "any" else self._decided_by(context.task, variable)
                yield _Aligned(variable, places, ProgramPairs(edits, self.pairs, self.seed, changing))

    def _decided_by(self, task: Task, variable: str) -> tuple[str, ...]:
        assert isinstance(self.program, Program)
        return decided_by(self.program, task, variable)

    def find(self, context: Context) -> Finding:
        """Shares of pairs, and pairs in which the model goes its own way."""
        if isinstance(self.program, str):
            said = f"The program {self.program} was not given, so it was not run."
            advice = f"Give it, if you trust it: --program {PurePath(self.program).stem}.py"
            return Finding((), said, None, (), lambda _: advice, "nothing was measured")
        if not self._can_ask(context):
            said = (
                "Not every question is among the inputs, so a source that differs in one variable only may be missing."
            )
            advice = 'Ask more inputs (--inputs), or give sources = "any".'
            return Finding((), said, None, (), lambda _: advice, "nothing was measured")
        program = on_inputs(self.program, context.task, context.subject.inputs)
        parts, examples, hits, total, changing = [], [], 0, 0, 0
        for part in self._parts(context):
            found = context.evidence(part.evidence)
            bases, sources = part.evidence.rows_of(context)
            wanted = program.answers_with(part.variable, bases.tolist(), sources.tolist())
            changed = (wanted != program.answers[bases]).any(axis=1)
            right = (found == wanted).all(axis=1)
            exact = context.whole and part.evidence.exhaustive(context)
            parts.append(count_part(str(part), int((changed & right).sum()), int(changed.sum()), self.at_least, exact))
            hits, total, changing = hits + int(right.sum()), total + len(right), changing + int(changed.sum())
            pairs = np.flatnonzero(changed & ~right)[:MOST]
            examples.append([self._example(context, part, (bases[p], sources[p]), wanted[p], found[p]) for p in pairs])
        agreeing = float((program.answers == context.subject.inputs.answers).mean())
        wrong = "" if agreeing == 1 else f"The program is right on {percent(agreeing)} of answers only. "
        followed = sum(p.value for p in parts) / len(parts)
        sentence = (
            f"{wrong}The model does what the program does in {percent(followed)} of the pairs that change its answers "
            f"({claimed(parts, bound('>=', percent(self.at_least)))}), in {percent(hits / total)} of all: "
            f"{told(parts, percent)}."
        )
        effect = Effect(hits / total, "share of pairs, interchange intervention accuracy")
        coverage = self._coverage(context, total // len(parts), changing)
        return Finding(tuple(parts), sentence, effect, in_turn(examples), lambda o: ADVICE[o], coverage)

    def _coverage(self, context: Context, pairs: int, changing: int) -> str:
        near = " that differ only in what the variable is computed from" if self.sources == "near" else ""
        if next(self._parts(context)).evidence.exhaustive(context):
            how = f"all {pairs:,} pairs of {context.coverage}{near}"
        else:
            how = f"{pairs:,} drawn pairs of {context.coverage}{near}, {100 * CONFIDENCE:.0f} % intervals"
        return f"{how}; {changing:,} change the program's answers"

    def _example(
        self,
        context: Context,
        part: _Aligned,
        pair: tuple[np.int64, np.int64],
        wanted: NDArray[np.int16],
        found: NDArray[np.int16],
    ) -> Counterexample:
        base, source = map(int, pair)
        vocabulary, output = context.task.answer_vocabulary, int(np.flatnonzero(wanted != found)[0])
        line = (
            f"{question(context, base)}, with {part.variable} of {question(context, source)}: the program says "
            f"{vocabulary.text(wanted)}, the model {vocabulary.text(found)}"
        )
        return Counterexample(line, part.evidence.replay(context, base, source, context.task.outputs[output]))


@dataclass(frozen=True)
class _Aligned:
    """One variable, its places, and the evidence."""

    variable: str
    places: str
    evidence: ProgramPairs

    def __str__(self) -> str:
        return f"{self.variable} at {self.places}"


def _free(task: Task) -> bool:
    """Whether the program can be run on every question, and every change of a variable leaves a question."""
    size = task.domain_size
    return size is not None and size <= MOST_TRIED and size == prod(v.values for v in task.variables)


ADVICE = {
    Outcome.CONFIRMED: "These places play the parts of these variables; variables without a place are not judged.",
    Outcome.REFUTED: "The model does not work so, or not at these places: look for the variable with openwork routes.",
    Outcome.MIXED: "Keep the variables that hold; align the others elsewhere, or find how the model does without them.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
