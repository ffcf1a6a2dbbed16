"""The model is right on every input over the real numbers; or with components at their mean; or as a program is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, Field, field_serializer, field_validator

from openwork.claims.claim import Claim, Finding, Several
from openwork.claims.context import Context, Evidence
from openwork.claims.counterexample import Counterexample, Replay
from openwork.claims.evidence.enclosed import EnclosedLeads
from openwork.claims.examples import question
from openwork.claims.places import full_names, together, unknown_components
from openwork.claims.programs.answers import answers_of, is_json, program_in
from openwork.claims.programs.program import GivenProgram
from openwork.claims.verdict import ClaimText, Effect, part
from openwork.claims.wording import advice
from openwork.errors import ClaimError, Reason
from openwork.interventions import Mean
from openwork.models import ModelSpec
from openwork.programs import Program, program_as_json
from openwork.proofs import GivenAnswers, Proof, not_followed
from openwork.tasks import Task


class Proved(Claim):
    """On every input of the task, for the exact function that the weights define over the real numbers, every right
    answer has the largest logit, by more than `margin`.

    Nothing here rests on how an engine rounds: every number of the pass is enclosed in a ball that surely holds it
    (docs/proofs.md). That is another statement than `accuracy` makes, which a float32 pass was run for. Where answers
    are sets of symbols, the logits of those that may follow, and no others, are above 0, by more than `margin`.

    With `mean` the same is asked of the model with components set to the mean of what they write, over every input and
    position by position; that mean is enclosed too, for nobody knows it exactly. Each is a part; several joined by `+`
    are replaced at once.

    With `program` what has to lead are the answers of a program, in place of the right ones: that the model answers as
    it does on every input. It is given as JSON, as `openwork decompile RUN --json` gives it under `program`, or names a
    file of Python as for [implements](#implements), which is run where the user gives it (`--program FILE`).

    Evidence: bounds of what the wanted logit leads by, on every input.

    Cost: two forward rows for each input, the enclosed ones ten to forty times as long as a plain one; twice that where
    a mean is taken.

    Refuted by: an input on which some wanted answer surely does not lead by so much.

    Example::

        [[claim]]
        id = "right-for-sure"
        kind = "proved"
        says = "Right on every input, whatever rounding does, and without the second layer's attention too."
        margin = 0.1
        mean = ["blocks.1.attn"]
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    kind: ClassVar[str] = "proved"
    about_mechanism: ClassVar[bool] = False
    handles_sets: ClassVar[bool] = True

    margin: float = Field(default=0.0, ge=0)
    """lead of the right logit over every other one"""
    mean: Several | None = Field(default=None, min_length=1)
    """components set to their mean, each on its own; `blocks.0.mlp + blocks.1.mlp` are replaced at once; the model as
    it is unless given"""
    program: GivenProgram | str | None = None
    """whose answers have to lead: JSON, or the name of a Python file; the task's right ones unless given"""

    def __init__(self, **fields: Any) -> None:
        if isinstance(fields.get("program"), Program):
            fields["program"] = json.dumps(program_as_json(fields["program"]))
        super().__init__(**fields)

    @field_validator("program")
    @classmethod
    def _is_one(cls, program: GivenProgram | str | None) -> GivenProgram | str | None:
        if isinstance(program, str) and is_json(program):
            program_in(program)
        return program

    @field_serializer("program")
    def _name(self, program: GivenProgram | str | None) -> str | None:
        return None if program is None else str(program)

    @property
    def names_program(self) -> str:
        """The file that it names."""
        return "" if self.program is None or is_json(str(self.program)) else str(self.program)

    def given(self, programs: Mapping[str, GivenProgram]) -> Self:
        """With the program that it names, where that is among these; names are file names without their ending."""
        named = {PurePath(name).stem: program for name, program in programs.items()}
        found = named.get(PurePath(self.names_program).stem) if isinstance(self.program, str) else None
        return self if found is None else self.model_copy(update={"program": found})

    def text(self) -> ClaimText:
        """As verdicts keep it: with what the program was, so that another of the same name is another claim."""
        text = super().text()
        if not isinstance(self.program, GivenProgram):
            return text
        return replace(text, fields=dict(text.fields) | {"program_digest": self.program.digest})

    def rests_on(self, context: Context) -> tuple[str, ...]:
        """What a program of Python answers to every input, too: its text may import what has changed."""
        digest = self._answers(context.task).digest if isinstance(self.program, GivenProgram) else ""
        return (*super().rests_on(context), *([digest] if digest else []))

    def words(self) -> str:
        """From the fields."""
        replaced = f"with {', or with '.join(self.mean)} set to its mean, " if self.mean else ""
        whose = "every right answer"
        if self.program is not None:
            whose = f"every answer of the program {self.names_program}".rstrip()
        return f"over the real numbers, {replaced}{whose} leads by more than {self.margin:g} on every input"

    def misfits(self, task: Task, spec: ModelSpec | None) -> Iterable[Reason]:
        """One answer only, which leads nothing; components that are not there; a program that is none for the task."""
        if len(task.answer_vocabulary) < 2 and task.answer_kind == "symbol":
            yield Reason("kind", f"{task} has one answer only, which leads nothing")
        unknown = unknown_components(spec, "mean", self.mean or ())
        yield from unknown
        if spec is not None and not unknown:
            edits = [edit for names in self.mean or () for edit in _edits(spec, names)]
            yield from (Reason(f"mean, {r.where}", r.what, r.mend) for r in not_followed(spec, edits))
        if self.program is not None and not self._waits:
            try:
                self._answers(task)
            except ClaimError as error:
                yield from (
                    Reason(f"program, {r.where}".removesuffix(", program"), r.what, r.mend) for r in error.reasons
                )

    @property
    def _waits(self) -> bool:
        """Whether it names a program that nobody gave."""
        return isinstance(self.program, str) and not is_json(self.program)

    def _answers(self, task: Task) -> GivenAnswers:
        assert self.program is not None
        return answers_of(program_in(self.program) if isinstance(self.program, str) else self.program, task)

    def needs(self, context: Context) -> tuple[Evidence[Any], ...]:
        """The bounds; of a sample nothing is proved."""
        return tuple(leads for _, leads in self._parts(context)) if context.whole and not self._waits else ()

    def _parts(self, context: Context) -> Iterator[tuple[str, EnclosedLeads]]:
        answers = None if self.program is None else self._answers(context.task)
        like = "" if answers is None else answers.digest
        if isinstance(self.program, GivenProgram) and not like:
            like = f"{self.program} {self.program.digest}"
        for names in dict.fromkeys(self.mean or ("",)):
            joined = full_names(context.spec, names)
            label = f"inputs with {names} at its mean" if names else "inputs"
            yield label, EnclosedLeads(self.margin, joined, like, answers)

    def find(self, context: Context) -> Finding:
        """How many inputs are proved, and those that surely are not so."""
        if not context.whole:
            said = f"Nothing is proved: only {context.coverage} are measured, which says nothing of the others."
            return Finding((), said, None, (), ADVICE)
        if self._waits:
            said = f"The program {self.program} was not given, so it was not run."
            mend = f"Give it, if you trust it: --program {PurePath(self.names_program).stem}.py"
            return Finding((), said, None, (), lambda _: mend, "the claim was not tested")
        parts, said_of, examples = [], [], list[Counterexample]()
        for label, leads in self._parts(context):
            proof = context.evidence(leads)
            bounds = proof.proved / proof.inputs, 1 - proof.n_wrong / proof.inputs
            parts.append(part(label, bounds[0], ">=", 1.0, bounds))
            said_of.append(f"{proof.summary} {proof.beside}")
            examples += _against(context, proof, _edits(context.spec, leads.mean))
        least = min(p.value for p in parts)
        effect = Effect(least, "share of inputs proved")
        return Finding(tuple(parts), " ".join(said_of), effect, tuple(examples), ADVICE)


def _edits(spec: ModelSpec, names: str) -> tuple[Mean, ...]:
    """What sets these components to their mean; nothing for an empty text."""
    return tuple(Mean(c.site, None, c.heads) for c in (together(spec, names) if names else ()))


def _against(context: Context, proof: Proof, edits: tuple[Mean, ...]) -> Iterator[Counterexample]:
    rows = {int(number): row for row, number in enumerate(context.subject.inputs.index.tolist())}
    for one in proof.wrong:
        line = f"{question(context, rows[one.question])}: {one.leads}"
        yield Counterexample(line, Replay(one.question, edits))


ADVICE = advice(
    confirmed="`openwork prove RUN --output FILE` writes a certificate that others can check.",
    refuted="Look at the inputs that fail; or ask for a smaller margin.",
    mixed="Look at the inputs that fail.",
    undecided="Install python-flint for more bits, or ask on the whole domain.",
)
