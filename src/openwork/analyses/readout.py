"""Whether an answer can be read off the residual stream by comparing it with the rows of the embedding or the columns
of the unembedding.

At every graded position of every input, the value of a site is compared with one direction for each *candidate*: the
symbols that the answers take over the inputs. The share is that of graded positions where the right answer's number is
larger than every other candidate's (a tie is wrong).

- `basis="W_E"`: rows of the embedding; `basis="W_U"`: columns of the unembedding.
- `after_norm`: the model's final norm, with its weights, is applied to the value first, as if the stream ended there.
- `measure="cosine"`: the cosine; `measure="logit"`: the dot product, for `W_U` plus `b_U`. So the last residual stream
  after the norm by `W_U` logits gives the model's own answer among the candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from openwork.analyses.result import Record, Result, percent
from openwork.analyses.subject import Subject
from openwork.analyses.unembedding import final_norm, residual_streams
from openwork.errors import PlanError, Reason, suggestion
from openwork.models import site_named

Floats = NDArray[np.float64]
Basis = Literal["W_E", "W_U"]
Measure = Literal["cosine", "logit"]


@dataclass(frozen=True)
class Way:
    """One way to read: which directions, on which side of the final norm, compared how."""

    basis: Basis
    after_norm: bool
    measure: Measure

    def __str__(self) -> str:
        return f"{self.measure} with {self.basis}{' after the final norm' if self.after_norm else ''}"


WAYS = tuple(Way(b, n, m) for b, n, m in product(get_args(Basis), (False, True), get_args(Measure)))


@dataclass(frozen=True)
class Readout(Result):
    """How often the right answer can be read at one site in one way.

    Attributes:
        candidates: symbols that were compared, the answers that occur.
        outputs: the name of what each graded position predicts.
        share: of graded positions read right.
        per_position: share of inputs, for each graded position.
    """

    site: str
    way: Way
    candidates: tuple[str, ...]
    outputs: tuple[str, ...]
    share: float
    per_position: tuple[float, ...]
    inputs: int
    forward_rows: int

    @property
    def chance(self) -> float:
        """Share that blind guessing among the candidates would get."""
        return 1 / len(self.candidates)

    @property
    def title(self) -> str:
        return f"Readout of {self.site}, {self.way}"

    @property
    def summary(self) -> str:
        said = f"{percent(self.share)} of graded positions (guessing: {percent(self.chance)})"
        return f"The largest {self.way} at {self.site} is the right answer at {said}."

    def records(self) -> list[Record]:
        rows: list[Record] = [
            {
                "site": self.site,
                "basis": self.way.basis,
                "after_norm": self.way.after_norm,
                "measure": self.way.measure,
                "output": output,
                "share": share,
            }
            for output, share in zip(self.outputs, self.per_position, strict=True)
        ]
        return [*rows, rows[0] | {"output": "all", "share": self.share}]


@dataclass(frozen=True)
class ReadoutTable(Result):
    """Every residual stream read in every way, from one pass."""

    rows: tuple[Readout, ...]
    inputs: int
    forward_rows: int

    @property
    def title(self) -> str:
        return f"Readouts on {self.inputs:,} inputs"

    @property
    def summary(self) -> str:
        best = max(self.rows, key=lambda r: r.share)
        return f"Best read at {best.site} by {best.way}: {percent(best.share)} of graded positions."

    def records(self) -> list[Record]:
        return [row.records()[-1] for row in self.rows]


def readout(
    subject: Subject, site: str, basis: Basis = "W_U", after_norm: bool = False, measure: Measure = "cosine"
) -> Readout:
    """One site read in one way over all of the subject's inputs; costs one forward row per input.

    Raises:
        PlanError: the site is unknown or not a stream of `d_model` numbers, already normalised where `after_norm` is
            asked for, or a basis, measure or answer symbol is unknown; with every reason.
    """
    return _read(subject, (site,), (Way(basis, after_norm, measure),))[0]


def readout_table(subject: Subject, sites: Sequence[str] | None = None) -> ReadoutTable:
    """These sites, by default every residual stream, each in every way; costs one forward row per input.

    Without the embedding as a basis where answers are symbols that the model never sees.

    Raises:
        PlanError: as `readout`.
    """
    embedded = set(subject.task.answer_vocabulary.symbols) <= set(subject.task.vocabulary.symbols)
    ways = WAYS if embedded else tuple(way for way in WAYS if way.basis == "W_U")
    rows = _read(subject, residual_streams(subject) if sites is None else tuple(sites), ways)
    return ReadoutTable(rows, len(subject.inputs), len(subject.inputs))


def _read(subject: Subject, names: tuple[str, ...], ways: tuple[Way, ...]) -> tuple[Readout, ...]:
    sites = _checked(subject, names, ways)
    candidates = np.unique(subject.inputs.symbols)
    readers = {way: _Reader.of(subject, way, candidates) for way in ways}
    right = {(site, way): np.zeros(len(subject.inputs.graded)) for site in sites for way in ways}
    for trace in subject.blocks(*sites):
        answers = np.searchsorted(candidates, subject.inputs.symbols[trace.start : trace.start + trace.logits.shape[1]])
        for site in sites:
            values = trace.captures[site][0][:, list(subject.inputs.graded)].astype(np.float64)
            normed = final_norm(subject, values)
            for way in ways:
                right[site, way] += readers[way].right(normed if way.after_norm else values, answers)
    n, outputs = len(subject.inputs), subject.task.outputs
    symbols = tuple(subject.task.answer_vocabulary.symbols[c] for c in candidates)
    return tuple(
        Readout(
            site=site,
            way=way,
            candidates=symbols,
            outputs=outputs,
            share=float(hits.mean()) / n,
            per_position=tuple(float(h) / n for h in hits),
            inputs=n,
            forward_rows=n,
        )
        for (site, way), hits in right.items()
    )


@dataclass(frozen=True, eq=False)
class _Reader:
    """Directions `[candidate, d_model]` and offsets `[candidate]` to compare with."""

    directions: Floats
    offsets: Floats

    @classmethod
    def of(cls, subject: Subject, way: Way, candidates: NDArray[np.int32]) -> _Reader:
        named = {name: array[0].astype(np.float64) for name, array in subject.stack.named().items()}
        if way.basis == "W_U":
            directions, offsets = named["unembed.W_U"].T[candidates], named["unembed.b_U"][candidates]
        else:
            seen = subject.task.vocabulary.symbols
            tokens = [seen.index(subject.task.answer_vocabulary.symbols[c]) for c in candidates]
            directions, offsets = named["embed.W_E"][tokens], np.zeros(len(candidates))
        if way.measure == "logit":
            return cls(directions, offsets)
        # The value's own length is the same for every candidate, so dividing by it would not change which is largest.
        lengths = np.linalg.norm(directions, axis=1, keepdims=True)
        return cls(directions / np.where(lengths > 0, lengths, 1), np.zeros(len(candidates)))

    def right(self, values: Floats, answers: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many inputs are read right at each graded position; `values` is `[input, graded, d_model]`."""
        numbers = values @ self.directions.T + self.offsets
        own = np.take_along_axis(numbers, answers[..., None], axis=-1)
        right: NDArray[np.int64] = ((numbers >= own).sum(axis=-1) == 1).sum(axis=0)
        return right


def _checked(subject: Subject, names: tuple[str, ...], ways: tuple[Way, ...]) -> tuple[str, ...]:
    reasons: list[Reason] = []
    sites: list[str] = []
    for name in names:
        try:
            site = site_named(subject.spec, name)
        except PlanError as error:
            reasons += error.reasons
            continue
        sites.append(site.name)
        if site.axes != ("pos", "d_model"):
            reasons.append(Reason(name, f"has axes {site.axes}", "give a site of d_model numbers at each position"))
        elif site.name.endswith("hook_normalized") and any(way.after_norm for way in ways):
            reasons.append(Reason(name, "is normalised already", "leave after_norm out"))
    for what, known, given in (
        ("basis", get_args(Basis), {way.basis for way in ways}),
        ("measure", get_args(Measure), {way.measure for way in ways}),
    ):
        reasons += [Reason(what, f"unknown: {g!r}", suggestion(str(g), known)) for g in given if g not in known]
    if any(way.basis == "W_E" for way in ways):
        seen = subject.task.vocabulary.symbols
        occur = [subject.task.answer_vocabulary.symbols[c] for c in np.unique(subject.inputs.symbols)]
        missing = [symbol for symbol in occur if symbol not in seen]
        if missing:
            reasons.append(Reason("basis", f"answers {missing} have no embedding", "use W_U"))
    if reasons:
        raise PlanError("cannot read there", reasons)
    return tuple(dict.fromkeys(sites))
