"""Nineteen public GPT-2 models on the tasks that they do, beside what their README counts: docs/public_models.md.

    python bench/public_languages.py FOLDER docs/public_models.md

FOLDER holds the checkpoints, a folder each, and is no part of the project. Where every question is asked the count is a
fact; where questions are drawn it has the exact binomial interval. `tests/interop/test_public_languages.py` holds this
to the README's counts.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import openwork
from openwork.analyses import Subject
from openwork.claims.context import Context
from openwork.claims.evidence import UNEDITED
from openwork.claims.examples import wrong_answers
from openwork.data import MOST_MEASURED, Inputs
from openwork.data.interval import clopper_pearson
from openwork.engines import choose_engine
from openwork.interop import imported_model, read_checkpoint
from openwork.tasks import Task, make_task

DRAWN = 2000


@openwork.language(regex="[012]*02*", length=8)
def last_is_zero():
    "the last symbol that is no 2 is a 0"


@dataclass(frozen=True)
class Case:
    """A checkpoint's folder, the task that it does, and what its README counts: right, and asked of how many."""

    folder: str
    task: Task
    right: int
    asked: int

    @property
    def drawn(self) -> bool:
        """Whether the README drew its questions, so that its count is no fact."""
        return self.task.domain_size is None


def cases() -> tuple[Case, ...]:
    """All nineteen, those that say sets first."""
    lists = {"values": 150, "length": 50}
    three = {"strings": 3, "length": 12}
    return (
        Case("bce_D2-1l1h16d3lr00drop", make_task("dyck", {"depth": 2, "length": 25}), 16_382, 16_382),
        Case("bce_D4-1l2h256d4lr00drop", make_task("dyck", {"depth": 4, "length": 17}), 16_402, 16_402),
        Case("bce_012_0_2-1l1h64d4lr00drop", last_is_zero(), 9_841, 9_841),
        Case("bce_ababstar-1l1h64d3lr00drop", make_task("repeated", {"times": 2, "length": 150}), 150, 151),
        Case("bce_abcde-1l1h16d3lr00drop", make_task("runs-of-letters", {"letters": 5, "length": 19}), 16_664, 16_664),
        Case("bce_tomita1-1l1h16d3lr00drop", make_task("tomita", {"number": 1, "length": 150}), 151, 151),
        Case("bce_tomita3-4l4h64d3lr00drop", make_task("tomita", {"number": 3, "length": 15}), 16_031, 16_160),
        Case("bce_tomita4-2l2h16d3lr01drop", make_task("tomita", {"number": 4, "length": 14}), 12_639, 12_639),
        Case("bce_tomita5-2l1h64d3lr00drop", make_task("tomita", {"number": 5, "length": 13}), 16_383, 16_383),
        Case("bin_majority-1l1h16d3lr01drop", make_task("binary-majority", {"length": 13}), 15_108, 15_108),
        Case("bin_majority_interleave-2l2h16d3lr00drop", make_task("binary-majority", three), 1_528, 1_528),
        Case("bin_majority_interleave-2l2h64d4lr00drop", make_task("binary-majority", three), 1_528, 1_528),
        Case("count-1l4h256d4lr01drop", make_task("count-up", {"numbers": 150, "most": 50}), 6_125, 6_125),
        Case("majority-1l4h256d3lr01drop", make_task("varying-majority", {"letters": 26, "length": 50}), 1_009, 1_009),
        Case("sort-1l1h256d3lr01drop", make_task("varying-sort", lists), 1_960, 2_000),
        Case("unique_copy-2l1h64d3lr01drop", make_task("varying-copy", lists), 2_000, 2_000),
        Case("unique_copy-2l1h64d3lr01drop-1100", make_task("varying-copy", lists), 466, 2_000),
        Case("unique_copy-2l1h64d3lr01drop-1400", make_task("varying-copy", lists), 1_998, 2_000),
        Case("addition-4l2h64d3lr00drop", make_task("binary-addition", {"bits": 7}), 7_226, 16_384),
    )


@dataclass(frozen=True)
class Measured:
    """How many questions are right of how many, and the first that is not."""

    right: int
    asked: int
    first_wrong: str


def measure(folder: Path, case: Case, engine: str | None = None) -> Measured:
    """The model on every question of its task, or on drawn ones."""
    stack = imported_model(read_checkpoint(folder / case.folder, None), {}, case.task).stack
    inputs = Inputs(DRAWN if case.drawn else MOST_MEASURED)
    subject = Subject.of(choose_engine(stack.spec, engine).engine, stack, case.task, inputs)
    right, asked = int(subject.scores.sequences[0]), subject.scores.inputs
    return Measured(right, asked, "" if right == asked else first_wrong(subject))


def first_wrong(subject: Subject) -> str:
    """The first question that is answered wrongly, and the first answer that is wrong, in words."""
    context = Context(subject)
    found = context.evidence(UNEDITED)
    wrong = (found != subject.inputs.answers) & (subject.inputs.answers >= 0)
    row = int(np.flatnonzero(wrong.any(axis=1))[0])
    alone = Context(subject.on(subject.inputs.take(np.array([row]))))
    return wrong_answers(alone, found[[row]], [int(np.flatnonzero(wrong[row])[0])])[0].line


def page(rows: list[tuple[Case, Measured]], seconds: float) -> str:
    """The table as Markdown."""
    lines = ["| model | task | asked | right | README | first wrong |", "|---|---|---|---|---|---|"]
    for case, found in rows:
        how = f"{found.asked:,} drawn" if case.drawn else f"every one of {found.asked:,}"
        right = f"{found.right:,}"
        if case.drawn:
            low, high = (f"{100 * share:.2f}" for share in clopper_pearson(found.right, found.asked))
            right += f" ({low} to {high} %)"
        wrong = f"`{_brief(found.first_wrong)}`" if found.first_wrong else ""
        lines.append(
            f"| `{case.folder}` | `{case.task}` | {how} | {right} | {case.right:,} of {case.asked:,} | {wrong} |"
        )
    return HEAD + "\n".join(lines) + f"\n\nMeasured in {seconds:.0f} s.\n"


def _brief(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:50]} … {text[-65:]}"


HEAD = """# Nineteen public models

Small GPT-2 models, trained by others on formal languages and algorithmic tasks: the public benchmark of *Discovering
Interpretable Algorithms by Decompiling Transformers to RASP* (arXiv 2602.08857). Each comes in with one command:

```sh
openwork import bce_ababstar-1l1h64d3lr00drop --task repeated --param times=2 --param length=150
```

Asked is what its README counts: of every prefix of a language up to a length, which symbols may follow, all at once;
else the whole answer to a question, teacher-forced. Where every question is asked the count is a fact, and must be the
README's. Where questions are drawn (ours are others than theirs) it has its exact interval. The weights are no part of
the project. Written by `python bench/public_languages.py FOLDER docs/public_models.md`.

"""


def main() -> None:
    """Measures all and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("page", type=Path)
    asked, started, rows = parser.parse_args(), time.perf_counter(), []
    for case in cases():
        rows.append((case, measure(asked.folder, case)))
        print(f"{case.folder}: {rows[-1][1]}", flush=True)
    asked.page.write_text(page(rows, time.perf_counter() - started), encoding="utf-8")


if __name__ == "__main__":
    main()
