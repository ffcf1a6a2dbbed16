"""Nineteen public GPT-2 models on the tasks that they do, beside what their README counts: docs/public_models.md.

    python bench/public_languages.py FOLDER docs/public_models.md
    python bench/public_languages.py FOLDER docs/public_models.md --only bce_tomita3-4l4h64d3lr00drop

FOLDER holds the checkpoints, a folder each, and is no part of the project. Where every question is asked the count is a
fact; where questions are drawn it has the exact binomial interval. What was measured is kept beside the page after each
model, in public_models.json, so that it can be stopped and gone on with. `tests/interop/test_public_languages.py` holds
this to the README's counts.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import openwork
from openwork.analyses import Subject, as_generated
from openwork.claims.context import Context
from openwork.claims.evidence import UNEDITED
from openwork.claims.examples import wrong_answers
from openwork.data import MOST_MEASURED, Inputs
from openwork.data.interval import clopper_pearson
from openwork.engines import choose_engine
from openwork.interop import imported_model, read_checkpoint
from openwork.tasks import UNASKED, Task, make_task
from openwork.tasks.symbol_sets import set_text

DRAWN = 2000
MOST_KINDS = 4
"""mistakes that are told of one model, the most frequent ones"""


@openwork.language(regex="[012]*02*", length=8)
def last_is_zero() -> None:
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
    """How many questions are right of how many, what is wrong with the others, and the first of them; how many are
    right when the model writes its answers by itself, where it can."""

    right: int
    asked: int
    first_wrong: str = ""
    what_is_wrong: str = ""
    generated: int | None = None
    seconds: float = 0.0


def measure(folder: Path, case: Case, engine: str | None = None) -> Measured:
    """The model on every question of its task, or on drawn ones."""
    started = time.perf_counter()
    stack = imported_model(read_checkpoint(folder / case.folder, None), {}, case.task).stack
    inputs = Inputs(DRAWN if case.drawn else MOST_MEASURED)
    subject = Subject.of(choose_engine(stack.spec, engine).engine, stack, case.task, inputs)
    right, asked = int(subject.scores.sequences[0]), subject.scores.inputs
    generated = as_generated(subject).right if case.task.writes_answers else None
    wrong = wrongs(subject) if right < asked else ("", "")
    return Measured(right, asked, *wrong, generated, time.perf_counter() - started)


def wrongs(subject: Subject) -> tuple[str, str]:
    """The first question that is answered wrongly, with the first of its answers that is wrong; and what is wrong with
    all of them."""
    context, task, right = Context(subject), subject.task, subject.inputs.answers
    found = context.evidence(UNEDITED)
    wrong = (found != right) & (right != UNASKED)
    rows = np.flatnonzero(wrong.any(axis=1))
    at = wrong[rows].argmax(axis=1)
    alone = Context(subject.on(subject.inputs.take(rows[:1])))
    line = wrong_answers(alone, found[rows[:1]], [int(at[0])])[0].line
    kind = _of_set if subject.inputs.sets else _of_symbol
    pairs = zip(right[rows, at].tolist(), found[rows, at].tolist(), strict=True)
    kinds = Counter(kind(task, *pair) for pair in pairs)
    return line, "; ".join(f"{count:,} {what}" for what, count in kinds.most_common(MOST_KINDS))


def _of_set(task: Task, right: int, found: int) -> str:
    symbols = task.answer_vocabulary.symbols
    said = [
        (word, set_text(some, symbols)) for word, some in (("miss", right & ~found), ("add", found & ~right)) if some
    ]
    return " and ".join(f"{word} `{text}`" for word, text in said)


def _of_symbol(task: Task, right: int, found: int) -> str:
    if right == task.end_token:
        return "first go wrong by going on where the answer ends"
    return "first go wrong by ending early" if found == task.end_token else "first go wrong by another symbol"


def page(rows: list[tuple[Case, Measured]], seconds: float) -> str:
    """The table as Markdown."""
    names = ("model", "task", "asked", "right", "README", "right as it writes", "what is wrong", "first wrong")
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for case, found in rows:
        how = f"{found.asked:,} drawn" if case.drawn else f"every one of {found.asked:,}"
        right = f"{found.right:,}"
        if case.drawn:
            low, high = (f"{100 * share:.2f}" for share in clopper_pearson(found.right, found.asked))
            right += f" ({low} to {high} %)"
        wrong = f"`{_brief(found.first_wrong)}`" if found.first_wrong else ""
        alone = "" if found.generated is None else f"{found.generated:,}"
        cells = (f"`{case.folder}`", f"`{case.task}`", how, right, f"{case.right:,} of {case.asked:,}", alone)
        lines.append("| " + " | ".join((*cells, found.what_is_wrong, wrong)) + " |")
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
README's. Where questions are drawn (ours are others than theirs) it has its exact interval. "As it writes" is greedy
decoding: the model's own symbols stand before the next one. A causal model's first mistake is the same in both ways, so
as many questions are right. What is wrong is told of the first mistake of each question. The weights are no part of
the project. Written by `python bench/public_languages.py FOLDER docs/public_models.md`.

"""


def main() -> None:
    """Measures all, or those asked for, and writes the page of what is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--only", nargs="+", choices=[case.folder for case in cases()], help="measure these, again")
    asked = parser.parse_args()
    kept = asked.page.with_suffix(".json")
    known = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for case in cases():
        if case.folder in (asked.only or ()) or (not asked.only and case.folder not in known):
            known[case.folder] = asdict(measure(asked.folder, case))
            kept.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            print(f"{case.folder}: {known[case.folder]}", flush=True)
    rows = [(case, Measured(**known[case.folder])) for case in cases() if case.folder in known]
    asked.page.write_text(page(rows, sum(found.seconds for _, found in rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
