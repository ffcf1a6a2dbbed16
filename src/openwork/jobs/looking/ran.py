"""A pass that was run: logits and what was captured, what the model answers, and what the edits changed."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.engines import NO_ANSWER
from openwork.engines.grading import answers_of
from openwork.errors import visible
from openwork.jobs.looking.axis import Axis
from openwork.jobs.looking.cache import Cache
from openwork.jobs.looking.edits import AnyEdit
from openwork.jobs.looking.labelled import WIDTH, LabelledArray
from openwork.jobs.looking.questions import Questions
from openwork.tasks import UNASKED
from openwork.tasks.symbol_sets import set_text

NOT_A_NUMBER = "(not a number)"


@dataclass(frozen=True, eq=False)
class Ran:
    """A pass over some questions.

    Attributes:
        questions: what was asked.
        logits: `[input, pos, d_vocab_out]`, in nats up to a constant, after every position.
        cache: values at the sites that were asked for, `[input, *site axes]`, with all edits in place.
        edits: what was changed.
        plain: the pass over the same questions without edits; None where there are none.
        outputs: names of what is answered; the positions, where the model has no task.
    """

    questions: Questions = field(repr=False)
    logits: LabelledArray
    cache: Cache
    edits: tuple[AnyEdit, ...] = ()
    plain: Ran | None = None
    outputs: Axis = field(default_factory=lambda: Axis("output", 0))

    @property
    def tokens(self) -> NDArray[np.int32]:
        """`[input, pos]`, the ids that the model saw."""
        return self.questions.tokens

    @property
    def _graded(self) -> list[int]:
        dataset = self.questions.dataset
        return list(range(self.tokens.shape[1]) if dataset is None else dataset.graded)

    @cached_property
    def answer_ids(self) -> LabelledArray:
        """`[input, output]`, the symbol with the largest logit, the first of equal ones; -1 where one is not finite.

        Where answers are sets, that of the symbols above 0: bit `i` stands for symbol `i`.
        """
        found = answers_of(self.logits.numpy()[:, self._graded], self._sets)
        return LabelledArray("answer ids", found, (self.questions.axis, self.outputs))

    @cached_property
    def answers(self) -> LabelledArray:
        """`[input, output]`, the same as symbols."""
        symbols, ids = [*map(str, self.logits.axes[-1].labels)], self.answer_ids.numpy()
        if self._sets:
            kinds, of = np.unique(ids, return_inverse=True)
            texts = [NOT_A_NUMBER if kind == NO_ANSWER else set_text(kind, symbols) for kind in kinds]
            return LabelledArray("answers", np.array(texts)[of.reshape(ids.shape)], self.answer_ids.axes)
        return LabelledArray("answers", np.array([*symbols, NOT_A_NUMBER])[ids], self.answer_ids.axes)

    @cached_property
    def right(self) -> LabelledArray | None:
        """`[input, output]`, whether each answer is right; None of tokens, where nobody says what is right.

        Where a question wants no answer there is none that is right.
        """
        dataset = self.questions.dataset
        if dataset is None:
            return None
        right = (self.answer_ids.numpy() == dataset.answers) & self._asked
        return LabelledArray("right", right, self.answer_ids.axes)

    @property
    def accuracy(self) -> float | None:
        """Share of the answers that are right, from 0 to 1; None where nobody says what is right."""
        return None if self.right is None else float(self.right.numpy()[self._asked].mean())

    @property
    def _asked(self) -> NDArray[np.bool_]:
        """`[input, output]`, which answers are wanted."""
        dataset = self.questions.dataset
        return np.ones(self.answer_ids.numpy().shape, bool) if dataset is None else dataset.answers != UNASKED

    @property
    def _sets(self) -> bool:
        return self.questions.dataset is not None and self.questions.dataset.sets

    @cached_property
    def difference(self) -> LabelledArray | None:
        """`[input, pos, d_vocab_out]`, logits with the edits less those without; None without edits."""
        if self.plain is None:
            return None
        changed = self.logits.numpy() - self.plain.logits.numpy()
        return LabelledArray("difference of logits", changed, self.logits.axes)

    @cached_property
    def changed(self) -> LabelledArray | None:
        """`[input, output]`, whether the answer is another than without edits; None without edits."""
        if self.plain is None:
            return None
        other = self.answer_ids.numpy() != self.plain.answer_ids.numpy()
        return LabelledArray("changed", other, self.answer_ids.axes)

    def __repr__(self) -> str:
        n = len(self.questions)
        lines = [f"{n:,} question{'s' * (n != 1)}, {len(self.edits)} edit{'s' * (len(self.edits) != 1)}"]
        lines += [f"  edit    {edit}" for edit in self.edits]
        lines += [f"  {line}" for line in self._said()]
        lines += [f"  cache   {array.title}" for array in list(self.cache.values())[:6]]
        lines += [f"  cache   {len(self.cache) - 6} more sites"] if len(self.cache) > 6 else []
        return visible("\n".join(line if len(line) <= WIDTH else line[: WIDTH - 2] + " …" for line in lines))

    def _said(self) -> list[str]:
        lines = [f"logits  {self.logits.title.removeprefix('logits ')}"]
        if self.right is not None:
            right, asked = self.right.numpy(), self._asked
            whole = int((right | ~asked).all(axis=1).sum())
            lines.append(f"right   {whole:,} of {len(right):,} whole, {right[asked].mean():.2%} of answers")
        if self.plain is not None and self.changed is not None and self.difference is not None:
            changed, largest = self.changed.numpy(), float(np.abs(self.difference.numpy()).max(initial=0))
            lines.append(f"changed {int(changed.sum()):,} of {changed.size:,} answers, logits by at most {largest:.3g}")
            if self.plain.right is not None:
                lines.append(f"before  {self.plain.right.numpy().mean():.2%} of answers right, without edits")
        return lines

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"
