"""The model works as a program does: its places play the parts of the program's variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import isnan, prod
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field, field_serializer

from openwork.analyses import exact_percent, percent
from openwork.claims.circuits.passage import passage
from openwork.claims.claim import Claim, Each, Finding, Share
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample
from openwork.claims.evidence import ProgramPairs, ProvedPairs, Represented
from openwork.claims.examples import MOST, in_turn, question, symbol
from openwork.claims.places import filled
from openwork.claims.programs.alignment import alignment_misfits, patches, variable_misfits
from openwork.claims.programs.program import GivenProgram
from openwork.claims.programs.told_apart import (
    Held,
    VariableOnInputs,
    variable_of,
    what_is_held,
    what_was_tested,
    within,
)
from openwork.claims.programs.values import MOST_TRIED, decided_by, on_inputs, tried
from openwork.claims.shares import count_part, most_frequent
from openwork.claims.verdict import Case, ClaimText, Effect, Outcome, part
from openwork.claims.wording import MEASURE_MORE, bound, claimed, told
from openwork.data.interval import CONFIDENCE
from openwork.errors import ClaimError, Reason
from openwork.models import ModelSpec
from openwork.proofs import NEVER, SURELY, not_followed
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

    Every pair of inputs where there are at most 2**20 of a whole domain; else `pairs` of them, drawn by `seed` and
    independent of one another, with an exact interval. In a sample no input is in two pairs, so that there are at most
    half as many pairs as inputs.
    With `sources = "near"` a source differs from its base only in what the variable is computed from, so that every
    such pair can be looked at; that asks less, for a place may then hold more than the variable unnoticed.
    The model sees the right outputs of the base, teacher-forced, and in the source's run those of the source.

    A claims file only names its program: it is run where the user gives the file (`openwork check CLAIMS RUN --program
    FILE`), and the claim stays UNDECIDED where not. `openwork.claims.programs.program` says how one is written.

    Whatever decides the answer passes at a place that decides it, so what was tested is told with the outcome: how many
    values of a variable the program's answers tell apart (a claim about more is confirmed for so many only); whether
    the variable is the question or the answer in another form; and which share of the variance at its place its values
    explain, beside shuffled ones and the answer alone. `represents` makes the last a part of the claim. Vacuous where
    the wiring lets the answer pass there only, so that every program that is right is met.

    With `proved = true` a pair counts only where the patched model's answers are sure over the real numbers, whatever
    rounding does: the place takes a ball that surely holds the source's value (docs/proofs.md). Pairs in which that
    stays open may count or not, and decide nothing.

    Evidence: the patched model's answers to every pair, beside the program's.

    Cost: two forward rows for every pair and part, and two on balls where it is to be proved; the program itself runs
    once on every question.

    Refuted by: answers of the patched model that are not the program's.

    Example::

        [[claim]]
        id = "reverse-then-add"
        kind = "implements"
        says = "The first layer's head fetches the mirrored digit; what comes after adds one."
        program = "reverse.py"
        alignment = { "digit[i]" = "blocks.0.attn.0 @ predicts y[i]" }
        for = { i = "1..n-1" }
        sources = "near"
        at_least = 0.9
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    kind: ClassVar[str] = "implements"
    about_mechanism: ClassVar[bool] = True

    program: GivenProgram | str
    """the name of its file; in Python a `GivenProgram` too"""
    alignment: Alignment
    """a variable of the program, or one element of a list, to its place: a component, optionally `@` a role; several
    joined by `+` are patched at once"""
    each: Each = ()
    at_least: Share = 0.99
    """share of pairs"""
    pairs: int = Field(default=16_384, ge=1, le=2**24)
    """how many are drawn, at most, where there are too many for all"""
    seed: int = Field(default=0, ge=0)
    """of that draw"""
    sources: Literal["any", "near"] = "any"
    """inputs that a value is taken from: any, or those that differ in nothing else"""
    represents: Share | None = None
    """share of the variance at its place that each variable's values must explain, on the whole domain; not claimed
    unless given"""
    proved: bool | None = None
    """whether the answers to every pair are to be proved over the real numbers, and not only run; not unless given"""

    @field_serializer("program")
    def _name(self, program: GivenProgram | str) -> str:
        return str(program)

    @field_serializer("alignment")
    def _table(self, alignment: Alignment) -> dict[str, str]:
        return dict(alignment)

    @property
    def names_program(self) -> str:
        """The file that it names."""
        return str(self.program)

    def given(self, programs: Mapping[str, GivenProgram]) -> Self:
        """With the program that it names, where that is among these; names are file names without their ending."""
        if isinstance(self.program, GivenProgram):
            return self
        named = {PurePath(name).stem: program for name, program in programs.items()}
        return self.model_copy(update={"program": named.get(PurePath(self.program).stem, self.program)})

    def text(self) -> ClaimText:
        """As verdicts keep it: with what the program was, so that another of the same name is another claim."""
        text = super().text()
        if isinstance(self.program, str):
            return text
        return replace(text, fields=dict(text.fields) | {"program_digest": self.program.digest})

    def words(self) -> str:
        """From the fields."""
        places = ", ".join(f"{variable} at {place}" for variable, place in self.alignment)
        near = "" if self.sources == "any" else ", where inputs differ in nothing else"
        least = "" if self.represents is None else exact_percent(self.represents)
        holds = f"; and explains at least {least} of the variance there" if least else ""
        sure = ", over the real numbers" if self.proved else ""
        return (
            f"taken from another run, {places} changes the answers as it changes those of the program {self.program}, "
            f"in at least {exact_percent(self.at_least)} of the pairs that change them{near}{sure}{holds}"
        )

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """Places that are not there, an alignment in a circle, a program that fails on any question, or a task whose
        variables are not free of one another where sources are to differ in one only."""
        if self.sources == "near" and not _free(task):
            what = f"{task} has too many questions, or variables that are not free of one another"
            yield Reason("sources", what, 'write sources = "any"')
        reasons = list(alignment_misfits(self.alignment, self.each, task, spec))
        if self.proved and spec is not None and not reasons:
            names = filled(self.each, task, [places for _, places in self.alignment])
            edits = [edit for places in {*chain(*names)} for edit in patches(places, task, spec)]
            reasons += [Reason(f"alignment, {r.where}", r.what, r.mend) for r in not_followed(spec, edits)]
        if isinstance(self.program, GivenProgram):
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

    def rests_on(self, context: Context) -> tuple[str, ...]:
        """What the program computes for every input, too: its text may import what has changed."""
        if isinstance(self.program, str):
            return super().rests_on(context)
        return (*super().rests_on(context), on_inputs(self.program, context.task, context.subject.inputs).digest)

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The answers to every pair, for every aligned variable; and what is at their places."""
        if isinstance(self.program, str) or not self._can_ask(context) or not self._pairs(context):
            return ()
        parts = list(self._parts(context))
        proved = [self._proved(context, aligned) for aligned in parts if self.proved]
        return (*(aligned.evidence for aligned in parts), *proved, self._represented(context)[1])

    def _proved(self, context: Context, aligned: _Aligned) -> ProvedPairs:
        """In which pairs its answers are sure."""
        assert isinstance(self.program, GivenProgram)
        program = on_inputs(self.program, context.task, context.subject.inputs)

        def wanted(bases: NDArray[np.int64], sources: NDArray[np.int64]) -> NDArray[np.integer[Any]]:
            return program.answers_with(aligned.variable, bases.tolist(), sources.tolist())

        return ProvedPairs(aligned.evidence, f"{program.digest} {aligned.variable}", wanted)

    def _represented(self, context: Context) -> tuple[list[VariableOnInputs], Represented]:
        """Every aligned variable, and the evidence of what its place holds."""
        assert isinstance(self.program, GivenProgram)
        program = on_inputs(self.program, context.task, context.subject.inputs)
        parts = list(self._parts(context))
        variables = [variable_of(aligned.variable, program) for aligned in parts]
        names = tuple(f"{self.program.digest} {aligned.variable}" for aligned in parts)
        return variables, Represented(tuple(aligned.evidence.edits for aligned in parts), names, tuple(variables))

    def _can_ask(self, context: Context) -> bool:
        """Whether every source is among the inputs."""
        return self.sources == "any" or (context.whole and context.subject.asked is None)

    def _pairs(self, context: Context) -> int:
        """How many pairs there are for each variable."""
        return next(self._parts(context)).evidence.count(context)

    def _parts(self, context: Context) -> Iterator[_Aligned]:
        templates = [template for pair in self.alignment for template in pair]
        for names in filled(self.each, context.task, templates):
            for variable, places in zip(names[::2], names[1::2], strict=True):
                edits = patches(places, context.task, context.spec)
                changing = () if self.sources == "any" else self._decided_by(context.task, variable)
                yield _Aligned(variable, places, ProgramPairs(edits, self.pairs, self.seed, changing))

    def _decided_by(self, task: Task, variable: str) -> tuple[str, ...]:
        assert isinstance(self.program, GivenProgram)
        return decided_by(self.program, task, variable)

    def find(self, context: Context) -> Finding:
        """Shares of pairs, and pairs in which the model goes its own way."""
        if isinstance(self.program, str):
            said = f"The program {self.program} was not given, so it was not run."
            advice = f"Give it, if you trust it: --program {PurePath(self.program).stem}.py"
            return Finding((), said, None, (), lambda _: advice, NOT_TESTED)
        if not self._can_ask(context):
            said = (
                "Not every question is among the inputs, so a source that differs in one variable only may be missing."
            )
            advice = 'Ask more inputs (--inputs), or give sources = "any".'
            return Finding((), said, None, (), lambda _: advice, NOT_TESTED)
        if not self._pairs(context):
            said = "There are too few inputs to pair any."
            return Finding((), said, None, (), lambda _: MEASURE_MORE, NOT_TESTED)
        program = on_inputs(self.program, context.task, context.subject.inputs)
        variables, represented = self._represented(context)
        parts, examples, hits, total, changing, unsure = [], [], 0, 0, 0, 0
        for aligned in self._parts(context):
            interchanged = context.evidence(aligned.evidence)
            bases, sources = aligned.evidence.rows_of(context)
            wanted = program.answers_with(aligned.variable, bases.tolist(), sources.tolist())
            changed = (wanted != program.answers[bases]).any(axis=1)
            right = (interchanged == wanted).all(axis=1)
            sure = context.evidence(self._proved(context, aligned)) if self.proved else None
            unsure += 0 if sure is None else int((sure == 0).sum())
            right = right if sure is None else sure == SURELY
            exact, guess = aligned.evidence.exhaustive(context), most_frequent(wanted[changed])
            followed = int((changed & right).sum())
            most = followed if sure is None else int((changed & (sure != NEVER)).sum())
            judged = count_part(str(aligned), followed, int(changed.sum()), self.at_least, exact, guess, most)
            parts.append(replace(judged, forced=self._forced(context, aligned)))
            hits, total, changing = hits + int(right.sum()), total + len(right), changing + int(changed.sum())
            pairs = np.flatnonzero(changed & ~right & (interchanged != wanted).any(axis=1))[:MOST]
            examples.append(
                [self._example(context, aligned, (bases[p], sources[p]), wanted[p], interchanged[p]) for p in pairs]
            )
        agreeing = float((program.answers == context.subject.inputs.answers).mean())
        wrong = "" if agreeing == 1 else f"The program is right on {percent(agreeing)} of answers only. "
        share = sum(p.value for p in parts) / len(parts)
        surely = "surely, over the real numbers, " if self.proved else ""
        wrong += f"Of {unsure:,} pairs it is not known what the model answers over the real numbers. " if unsure else ""
        sentence = (
            f"{wrong}The model {surely}does what the program does in {percent(share)} of the pairs that change its "
            f"answers ({claimed(parts, bound('>=', exact_percent(self.at_least)))}), in {percent(hits / total)} of "
            f"all: {told(parts, percent)}."
        )
        shares = context.evidence(represented)
        held = [Held(v, *found) for v, found in zip(variables, shares, strict=True)]
        sentence = " ".join(filter(None, (sentence, *what_was_tested(variables), what_is_held(held))))
        so_far = "interchange intervention accuracy" if not within(variables) else "for the values told apart"
        effect = Effect(hits / total, f"share of pairs, {so_far}")
        coverage = self._coverage(context, total // len(parts), changing)
        parts += self._held_parts(context, held)
        tested = within(variables)
        says = self._advice(context, bool(tested))
        return Finding(tuple(parts), sentence, effect, in_turn(examples), says, coverage, tested)

    def _held_parts(self, context: Context, held: Sequence[Held]) -> Iterator[Case]:
        """Whether each place holds its variable, where that is claimed. Of a sample no interval is known."""
        for h in held if self.represents is not None else ():
            value = 0.0 if isnan(h.by_values) else h.by_values
            interval = None if context.whole else (0.0, 1.0)
            label = f"variance explained by {h.variable.name}"
            yield replace(part(label, value, ">=", self.represents or 0.0, interval), guess=h.variable.shuffled)

    def _forced(self, context: Context, aligned: _Aligned) -> str:
        """Why the wiring alone decides this variable, whatever the weights; empty where it does not."""
        task = context.task
        places = {v.name: v.position for v in task.variables}
        shown = {task.roles[o] for o in task.outputs if o in task.roles}
        differing = {places[name] for name in aligned.evidence.changing or places} | shown
        after = passage(context.spec, task.n_pos, aligned.evidence.edits, differing)
        graded = context.subject.inputs.graded
        return ONLY_WAY if all(after.is_others(g) or after.is_base(g) for g in graded) else ""

    def _advice(self, context: Context, only_so_far: bool) -> Callable[[Outcome], str]:
        drawn = not next(self._parts(context)).evidence.exhaustive(context)
        more = f"Draw more pairs: pairs = {16 * self.pairs}." if drawn and context.whole else MEASURE_MORE
        confirmed = ONLY_SO_FAR if only_so_far and self.represents is None else ADVICE[Outcome.CONFIRMED]
        return lambda outcome: (ADVICE | {Outcome.UNDECIDED: more, Outcome.CONFIRMED: confirmed})[outcome]

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
        aligned: _Aligned,
        pair: tuple[np.int64, np.int64],
        wanted: NDArray[np.int16],
        found: NDArray[np.int16],
    ) -> Counterexample:
        base, source = map(int, pair)
        output = int(np.flatnonzero(wanted != found)[0])
        line = (
            f"{question(context, base)}, with {aligned.variable} of {question(context, source)}: the program says "
            f"{' '.join(symbol(context, a) for a in wanted)}, the model {' '.join(symbol(context, a) for a in found)}"
        )
        return Counterexample(line, aligned.evidence.replay(context, base, source, context.task.outputs[output]))


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


NOT_TESTED = "the claim was not tested"
ONLY_WAY = "the wiring lets the answer pass there only, so every program that is right is met by every model that is"
ONLY_SO_FAR = (
    "These places decide the answers as far as answers tell the values apart; whether they hold the variables "
    "themselves, the share of the variance says: claim that with represents."
)
ADVICE = {
    Outcome.CONFIRMED: "These places play the parts of these variables; variables without a place are not judged.",
    Outcome.REFUTED: "The model does not work so, or not at these places: look for the variable with openwork routes.",
    Outcome.MIXED: "Keep the variables that hold; align the others elsewhere, or find how the model does without them.",
    Outcome.UNDECIDED: MEASURE_MORE,
}
