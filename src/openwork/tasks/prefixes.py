"""Tasks that are languages: of every prefix of a word, which symbols may come next, and may it end here?

A task of this kind says its automaton (`automaton`) and up to which length prefixes are asked (`length`); everything
else follows. The sequence is `<bos> x[0..n-1]`, shorter prefixes end in `<pad>`; the answer is wanted at a prefix's
last token.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from openwork.errors import Reason
from openwork.tasks.automaton import DEAD, Automaton
from openwork.tasks.contract import UNASKED, Tokens, Variable
from openwork.tasks.symbol_sets import MOST_SYMBOLS, set_of
from openwork.tasks.text_questions import TextQuestions
from openwork.tasks.texts import Texts
from openwork.tasks.vocabulary import Vocabulary

BOS, SEP, EOS, PAD = SPECIAL = ("<bos>", "<sep>", "<eos>", "<pad>")
"""what stands around texts, after a language's own symbols"""
MOST_LENGTH = 1000


class Language(TextQuestions):
    """`next[i]` is the set of what may follow the first `i` symbols, `<eos>` among them where they are a word."""

    length: int
    answer_kind = "set"
    varying = True
    sampling = "every length alike, and every prefix of that length"

    @property
    @abstractmethod
    def automaton(self) -> Automaton:
        """Of the language's words."""

    @cached_property
    def texts(self) -> Texts:
        """Every prefix of a word, up to `length` symbols."""
        return Texts(self.automaton, 0, self.length, np.ones(len(self.automaton), bool))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((*self.automaton.symbols, *SPECIAL))

    @property
    def pad_token(self) -> int:  # type: ignore[override]
        return self.vocabulary.symbols.index(PAD)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"x[{i}]", len(self.automaton.symbols) + 1, 1 + i) for i in range(self.length))

    @property
    def n_pos(self) -> int:
        return self.length + 1

    @property
    def n_ctx(self) -> int:
        return self.n_pos

    @property
    def graded(self) -> tuple[int, ...]:
        return tuple(range(self.n_pos))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"next[{i}]" for i in range(self.n_pos))

    @cached_property
    def roles(self) -> Mapping[str, int]:
        seen = {BOS: 0} | {v.name: v.position for v in self.variables}
        return seen | {f"predicts {output}": at for at, output in enumerate(self.outputs)}

    def tokens(self, questions: Tokens) -> Tokens:
        seen = np.where(questions == self.texts.end, self.pad_token, questions)
        return np.pad(seen, ((0, 0), (1, 0)), constant_values=self.texts.end).astype(np.int32)

    def answers(self, questions: Tokens) -> Tokens:
        answers = np.full((len(questions), self.n_pos), UNASKED, np.int32)
        last = (questions < self.texts.end).sum(axis=1)
        answers[np.arange(len(questions)), last] = self.following[self.texts.states(questions)]
        return answers

    def question_symbols(self, question: Tokens) -> tuple[str, ...]:
        return tuple(self.automaton.symbols[value] for value in question if value < self.texts.end)

    def deciding_variable(self, output: str) -> str | None:
        return None

    @cached_property
    def following(self) -> NDArray[np.int32]:
        """`[state]`, the set of what may follow there."""
        members = np.zeros((len(self.automaton), len(self.vocabulary)), bool)
        members[:, : self.texts.end] = self.automaton.steps != DEAD
        members[:, self.vocabulary.symbols.index(EOS)] = self.automaton.accepting
        return set_of(members)


def unfit_language(length: int, symbols: int = 0) -> list[Reason]:
    """Why there are no prefixes up to this length, or no sets of so many symbols."""
    reasons = []
    if not 1 <= length <= MOST_LENGTH:
        reasons.append(Reason("length", f"{length} is not between 1 and {MOST_LENGTH:,}"))
    if symbols > (most := MOST_SYMBOLS - len(SPECIAL)):
        reasons.append(Reason("symbols", f"{symbols} are more than a set may have", f"{most} at most"))
    return reasons
