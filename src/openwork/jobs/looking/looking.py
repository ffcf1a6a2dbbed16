"""Run and look: what a model says to questions, what is inside while it does, and what edits change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from openwork.interventions import Edit
from openwork.jobs.looking.cache import Cache, Weights, sites_asked
from openwork.jobs.looking.edits import AnyEdit, ablating, patching
from openwork.jobs.looking.labelled import LabelledArray
from openwork.jobs.looking.look import BLOCK, Look
from openwork.jobs.looking.ran import Ran
from openwork.jobs.looking.written import Written


class Looking(ABC):
    """A model that can be run and looked into.

    `questions` are, in every method:

    - token ids `[input, pos]`, as a list, an array or a tensor, asked as they are;
    - on a run: a question's number or its text (`"0 1 2 3"`), a list of those, or rows of symbols; None for all inputs;
    - on a model without a task: ids `[pos]` for one input; rows of symbols, where it came with those.

    Values are in the model's own units: logits in nats up to a constant, patterns as shares from 0 to 1, everything
    else in the numbers of the model's stream. What one call gives is held in memory, at most 2 GiB; `blocks` gives
    more, in turn. A pass costs one forward row for each question; with edits `run` and `blocks` cost as many again
    without them, to compare.
    """

    @property
    @abstractmethod
    def _look(self) -> Look:
        """The model, and how a question to it is read."""

    @cached_property
    def weights(self) -> Weights:
        """Every weight by TransformerLens' name, such as `blocks.0.attn.W_Q` `[head, d_model, d_head]`; read-only."""
        return Weights({name: array[0] for name, array in self._look.stack.named().items()})

    def logits(self, questions: Any = None, *, edits: Sequence[AnyEdit] | AnyEdit = ()) -> LabelledArray:
        """`[input, pos, d_vocab_out]`, after every position, in nats up to a constant.

        Args:
            questions: see the class.
            edits: what to change in the pass.

        Raises:
            PlanError: questions or edits that do not fit the model, with every reason; or more than 2 GiB.
        """
        look = self._look
        return look.run(look.ask(questions), edits, (), compare=False).logits

    def cache(
        self,
        questions: Any = None,
        sites: str | Sequence[str] | None = None,
        *,
        edits: Sequence[AnyEdit] | AnyEdit = (),
    ) -> Cache:
        """What is at sites while the questions are answered, by hook name: each `[input, *site axes]`.

        Args:
            questions: see the class.
            sites: hook names, or patterns such as `blocks.*.hook_pattern`; all unless given.
            edits: what to change in the pass; captures see edited values.

        Raises:
            PlanError: questions, sites or edits that do not fit the model, with every reason; or more than 2 GiB.
        """
        look = self._look
        return look.run(look.ask(questions), edits, sites_asked(look.stack.spec, sites), compare=False).cache

    def run(
        self,
        questions: Any = None,
        *,
        edits: Sequence[AnyEdit] | AnyEdit = (),
        sites: str | Sequence[str] | None = (),
    ) -> Ran:
        """A pass with edits in place: logits, cache, answers, which are right, and what the edits changed.

        Args:
            questions: see the class.
            edits: what to change, in order: of `ablate`, `patch`, or `Apply(site, function)`. One alone may be given.
            sites: what to capture, as in `cache`; nothing unless given.

        Raises:
            PlanError: questions, sites or edits that do not fit the model, with every reason; or more than 2 GiB.
        """
        look = self._look
        return look.run(look.ask(questions), edits, sites_asked(look.stack.spec, sites))

    def blocks(
        self,
        questions: Any = None,
        sites: str | Sequence[str] | None = (),
        *,
        edits: Sequence[AnyEdit] | AnyEdit = (),
        block: int = BLOCK,
    ) -> Iterator[Ran]:
        """As `run`, some questions at a time, in order: for what does not fit into memory at once.

        Args:
            questions: see the class.
            sites: what to capture, as in `cache`; nothing unless given.
            edits: what to change.
            block: how many questions at a time.

        Raises:
            PlanError: questions, sites or edits that do not fit the model; with every reason.
        """
        look = self._look
        return look.blocks(look.ask(questions), edits, sites_asked(look.stack.spec, sites), block)

    def generate(self, prompts: Any = None, *, most: int | None = None, end: int | str | None = None) -> Written:
        """What the model writes by itself: always the symbol with the largest logit, which then stands before the next.

        Costs one forward row for each prompt and symbol, at most; where a task's questions are asked, and answered
        right, one for each prompt.

        Args:
            prompts: token ids, rows of which may have several lengths; or questions (see the class), which are written
                on from where their answers begin.
            most: how many symbols to write at most; as many as fit into the model, or as the task's answers have.
            end: the symbol that ends it, by id or as it is written; the task's unless given.

        Raises:
            PlanError: a model that is not causal, or prompts that nothing can be written after; with every reason.
        """
        return self._look.generate(prompts, most, end)

    def gradients(
        self,
        questions: Any = None,
        sites: str | Sequence[str] | None = None,
        *,
        slopes: Any = None,
        edits: Sequence[AnyEdit] | AnyEdit = (),
    ) -> Cache:
        """The gradient of a metric of each question by what is at sites, by hook name: each `[input, *site axes]`.

        The metric is the question's loss, its mean cross-entropy in nats, of sets the binary one; or, with `slopes`,
        the sum of slopes times logits: 1 at one symbol and -1 at another make it the difference of their logits, and
        the derivatives of any metric by the logits give that metric's gradients. Costs about four forward rows for
        each question.

        Args:
            questions: see the class.
            sites: hook names, or patterns; all unless given.
            slopes: `[input, pos, d_vocab_out]`; the loss unless given.
            edits: what to change in the pass; no gradient flows into what they replaced.

        Raises:
            PlanError: questions, sites, slopes or edits that do not fit the model, with every reason; tokens without
                slopes; or more than 2 GiB.
        """
        look = self._look
        return look.gradients(look.ask(questions), edits, sites_asked(look.stack.spec, sites), slopes)

    def ablate(
        self,
        component: str,
        by: str = "mean",
        *,
        positions: Any = None,
        heads: Any = None,
        units: Any = None,
        seed: int = 0,
    ) -> Edit:
        """An edit that takes a component away; nothing runs.

        Args:
            component: `blocks.0.attn`, `blocks.0.attn.head.1`, `blocks.0.mlp`, or any hook name.
            by: `mean` over all inputs, position by position; `zero`; `resample`, the value of another input that is
                drawn; `linear`, an MLP's best affine map.
            positions: where, by number or by role such as `predicts y[0]`; everywhere unless given.
            heads: which heads, at sites that have them; all unless given.
            units: which numbers of the last axis, such as neurons; all unless given.
            seed: of the draw of `resample`.

        Raises:
            PlanError: an unknown component, way or role.
        """
        look = self._look
        return ablating(look.stack.spec, component, by, (positions, heads, units), seed, look.names.roles)

    def patch(
        self,
        component: str,
        source: Any,
        *,
        positions: Any = None,
        heads: Any = None,
        units: Any = None,
    ) -> AnyEdit:
        """An edit that puts in what a component has elsewhere; nothing runs.

        Args:
            component: see `ablate`.
            source: questions, from whose own pass the values are taken, one for all or one for each that is asked; or
                values, such as an array of a cache, `[input, *site axes]` or `[*site axes]` for all inputs.
            positions: see `ablate`.
            heads: see `ablate`.
            units: see `ablate`.

        Raises:
            PlanError: an unknown component or role, or a source that is neither.
        """
        look = self._look
        return patching(look.stack.spec, component, source, (positions, heads, units), look.names.roles, look.ask)
