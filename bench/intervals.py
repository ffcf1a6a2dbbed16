"""How often every interval that is printed holds the truth: claims judged on drawn inputs of models whose truth is
known from all of them. Writes docs/intervals.md.

    python bench/intervals.py              1,000 draws of 100 inputs of each model
    python bench/intervals.py --draws 100  fewer, and only to the screen
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from machine import machine
from openwork.analyses import Subject
from openwork.claims import (
    Accuracy,
    Attends,
    Carries,
    Claim,
    Context,
    GivenProgram,
    Implements,
    Linear,
    Necessary,
    ReadsOut,
    Sufficient,
)
from openwork.claims.counterexample import OTHER
from openwork.claims.evidence import Predictions, answers_in
from openwork.data.sample import draw
from openwork.engines import choose_engine
from openwork.interventions import Plan
from openwork.models import initial_stack, spec_for
from openwork.tasks import Majority, ReverseIncrement
from openwork.testing.known_circuits import Bench

PAGE = Path(__file__).resolve().parent.parent / "docs" / "intervals.md"
INPUTS = 100
SEED = 2
WANTED = 0.95
ATTENTION, MLP = "blocks.0.attn", "blocks.0.mlp"
HEAD = """# Intervals

Where a task has too many questions for all, inputs are drawn, and every share has a 95 % interval: exact
(Clopper and Pearson) where each input or pair is one yes or no; Chernoff's bound where an input gives a mean;
Chernoff's bound for half as many inputs where each is paired with another of the same draw. Here each is drawn again
and again for models whose shares are known from all inputs, so that one can count how often it holds the truth.

Written by `python bench/intervals.py`"""


@dataclass(frozen=True)
class Row:
    """One claim about one model."""

    claim: str
    model: str
    parts: int
    truth: tuple[float, float]
    covered: float
    width: float


def majority_claims() -> Iterator[Claim]:
    """Of every kind that has intervals."""
    at = "predicts majority"
    bits = (("i", "variables"),)
    yield Accuracy()
    yield Attends(head="blocks.0.attn.0", query="=", key="x[i]", each=bits)
    yield Carries(component=ATTENTION, at=("=",), variable="x[i]", output="majority", each=bits)
    yield ReadsOut(site="blocks.0.hook_resid_post")
    yield Necessary(components=(ATTENTION, MLP), by=("zero",))
    yield Necessary(components=(ATTENTION, MLP), by=("mean",))
    yield Necessary(components=(ATTENTION, MLP), by=("resample",))
    yield Sufficient(nodes=(ATTENTION,))
    yield Linear(components=(MLP,))
    yield Implements(program=_early(), alignment=(("early", f"{ATTENTION} @ {at}"),), pairs=10**6)


def digits_claims() -> Iterator[Claim]:
    """Where an input has several answers, or a variable several other values."""
    outputs = (("i", "outputs"),)
    yield Accuracy()
    yield Carries(component=ATTENTION, at=("predicts y[i]",), variable="x[n-1-i]", output="y[i]", each=outputs)
    yield Necessary(components=(ATTENTION,), by=("resample",))
    yield Sufficient(nodes=(ATTENTION,))


def _early() -> GivenProgram:
    def early(x: list[int]) -> int:
        return int(sum(x[:7]) > 3)

    def majority(early: int) -> int:
        return early

    return GivenProgram.of(early, majority, name="early")


def rows(draws: int) -> Iterator[Row]:
    """Every claim about every model."""
    for task, claims in ((Majority(9), majority_claims), (ReverseIncrement(3, 4), digits_claims)):
        spec = spec_for(task, n_layers=1, d_model=8, n_heads=2, d_head=4, d_mlp=16)
        engine = choose_engine(spec, "native", 1).engine
        # Of random weights, whose shares are neither all nor none: where the interval has something to do.
        subject = Subject.of(engine, initial_stack(spec, [SEED]), task)
        yield from _of_model(subject, tuple(claims()), draws, f"{task}, random weights")


def _of_model(subject: Subject, claims: tuple[Claim, ...], draws: int, model: str) -> Iterator[Row]:
    truths = [_truth(claim, subject) for claim in claims]
    held = [np.zeros(len(truth)) for truth in truths]
    widths = [np.zeros(len(truth)) for truth in truths]
    for number in range(draws):
        inputs = draw(subject.task, INPUTS, number)
        context = Context(Subject(subject.engine, subject.stack, subject.task, inputs), controls=None)
        for claim, truth, counted, width in zip(claims, truths, held, widths, strict=True):
            parts = claim.find(context).parts
            counted += [p.low <= t <= p.high for p, t in zip(parts, truth, strict=True)]
            width += [p.high - p.low for p in parts]
    for claim, truth, counted, width in zip(claims, truths, held, widths, strict=True):
        kind = f"`{claim.kind}`" + (f" by {', '.join(claim.by)}" if isinstance(claim, Necessary) else "")
        yield Row(kind, model, len(truth), (min(truth), max(truth)), counted.min() / draws, float(width.mean()) / draws)


def _truth(claim: Claim, subject: Subject) -> list[float]:
    """Each part's share over all inputs; where an input is paired with another, over all pairs."""
    whole = Context(subject, controls=None)
    wanted = [evidence for evidence in claim.needs(whole) if isinstance(evidence, Predictions) and evidence.takes]
    if not wanted:
        return [part.value for part in claim.find(whole).parts]
    return [_over_all_pairs(evidence, subject) for evidence in wanted]


def _over_all_pairs(evidence: Predictions, subject: Subject) -> float:
    inputs, count = subject.inputs, len(subject.inputs)
    every = np.arange(count)
    bases, others = np.repeat(every, count), np.tile(every, count)
    run = subject.engine.run(
        subject.stack,
        inputs.tokens[bases],
        Plan(evidence.edits),
        graded=inputs.graded,
        sources={OTHER: inputs.tokens[others]},
    )
    found = np.concatenate([answers_in(trace.logits[0]) for trace in run])
    return float((found == inputs.answers[bases]).mean())


def counting(task: Majority) -> Subject:
    """A model that counts the bits, with weights set by hand: right on every input."""
    bench = Bench(task)
    bench.head(0, 0).writes(bench.rows("answer", np.array([[0, 0], [0, task.length + 1]])))
    bench.weights["unembed.b_U"][0] = task.length / 2
    return Subject.of(choose_engine(bench.spec, "native", 1).engine, bench.stack(), task)


def a_false_claim() -> str:
    """A program that looks at seven of nine bits, claimed to hold at least 90 % of pairs, in 60 draws of 30 inputs."""
    subject = counting(Majority(9))
    claim = Implements(program=_early(), alignment=(("early", f"{ATTENTION} @ ="),), at_least=0.9)
    [truth] = [part.value for part in claim.find(Context(subject, controls=None)).parts]
    missed = confirmed = 0
    for seed in range(60):
        drawn = Subject(subject.engine, subject.stack, subject.task, draw(subject.task, 30, seed))
        [part] = claim.find(Context(drawn, controls=None)).parts
        missed += not part.low <= truth <= part.high
        confirmed += part.holds is True
    return (
        f"The program `int(sum(x[:7]) > 3)` at a place that decides the majority of nine bits follows "
        f"{100 * truth:.2f} % of all pairs that change its answer. Claimed of at least 90 %, from 30 drawn inputs with "
        f"seeds 0 to 59: "
        f"confirmed in {confirmed} of 60 draws, and {missed} of 60 intervals miss the truth."
    )


def page(found: list[Row], draws: int, false_claim: str) -> str:
    """The page."""
    lines = [f"{HEAD} with {draws:,} draws of {INPUTS} inputs each, on {machine()}.", ""]
    lines += ["| claim | model | shares | truth | intervals that hold it | mean width |"]
    lines += ["| --- | --- | --: | --: | --: | --: |"]
    for row in found:
        low, high = row.truth
        truth = f"{low:.3f}" if low == high else f"{low:.3f} to {high:.3f}"
        lines.append(
            f"| {row.claim} | {row.model} | {row.parts} | {truth} | {100 * row.covered:.1f} % | {row.width:.3f} |"
        )
    least = min(row.covered for row in found)
    lines += [
        "",
        f"The least of all is {100 * least:.1f} %; {100 * WANTED:.0f} % is what an interval says, and counting it in "
        f"so many draws is uncertain by {100 * _doubt(draws) / 2:.1f} points.",
        "",
    ]
    lines += [
        "Counted over all shares of a claim. What a mean or an affine map replaces is taken over the drawn inputs "
        "themselves, so these have the interval of half as many inputs: of few inputs with many "
        "numbers the map fits them too well, and the share that it reaches is that of these inputs.",
        "",
        "## A false claim",
        "",
        false_claim,
    ]
    return "\n".join([*lines, ""])


def main() -> int:
    """Measures, and writes the page where enough was drawn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    draws = parser.parse_args().draws
    found = list(rows(draws))
    text = page(found, draws, a_false_claim())
    if draws >= 1000:
        PAGE.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(row.covered >= WANTED - _doubt(draws) for row in found) else 1


def _doubt(draws: int) -> float:
    """By how much a share of so many draws may fall short of what it estimates, 39 times of 40."""
    return 2 * float(np.sqrt(WANTED * (1 - WANTED) / draws))


if __name__ == "__main__":
    sys.exit(main())
