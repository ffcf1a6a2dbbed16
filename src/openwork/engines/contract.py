"""The engine contract: what runs a stack of models.

Callers use `run`, `score`, `train`, `gradients` and `gradients_at`. They hold and check everything first and turn a
plan into plain taps, so an engine itself only implements the methods with an underscore. `openwork.testing.engine_kit`
holds every engine to this page: results agree between engines to the rounding of the dtype; a seed gives the same bits
whatever `threads`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from openwork.data import Dataset, unhandled
from openwork.engines.applied import require_alike, require_no_function, with_values
from openwork.engines.checks import Held, held_batches, held_dataset, held_inputs, held_slopes
from openwork.engines.generating import greedy, held_prompts
from openwork.engines.grading import scores_of
from openwork.engines.resolve import Means, resolve_all
from openwork.engines.taps import Source, Taps, own_sources
from openwork.engines.values import (
    AdamW,
    Batches,
    Floats,
    Generated,
    Gradients,
    OptimiserState,
    Scores,
    SiteGradients,
    Trace,
    Trained,
)
from openwork.engines.worlds import Sources, worlds_of
from openwork.errors import PlanError, Reason
from openwork.interventions import Plan
from openwork.models import Stack, site_named
from openwork.tasks import Tokens

UNEDITED = Plan()
REFERENCE_BLOCK = 4096
GRADED_NUMBERS = 2**23
"""logits that are held at once while answers other than one symbol each are graded"""


class Engine(ABC):
    """WHAT RUNS IT. `threads` is how many cores it may use; it never changes a result."""

    name: str
    threads: int
    learns_sets: bool = False
    """whether it trains on answers that are sets, or not all wanted"""
    sharpens: bool = False
    """whether attention's entropy may be in the loss it trains by"""
    holds_only_results: bool = False
    """whether a pass needs no memory that grows with its inputs beside what it gives: a block may be all of them"""

    def run(
        self,
        stack: Stack,
        tokens: Tokens,
        plan: Plan = UNEDITED,
        *,
        graded: Sequence[int],
        sources: Sources | None = None,
        reference: Tokens | None = None,
        block: int = 4096,
    ) -> Iterator[Trace]:
        """Logits at `graded` positions and the plan's captures, in blocks of at most `block` inputs.

        Args:
            stack: R models.
            tokens: `[input, pos]`.
            plan: edits and captures.
            graded: positions whose logits are wanted, ascending.
            sources: for each `Patch.source`, paired inputs of the shape of `tokens`, with edits in place where a
                `World` is given.
            reference: `[input, pos]`, over which `Mean` and `Linearise` average and from which `Resample` draws;
                `tokens` unless given.
            block: how many inputs to hold in memory at once.

        Raises:
            PlanError: the plan or the tokens do not fit the model; with every reason.
        """
        held = held_inputs(stack, tokens, graded, worlds_of(sources), reference, block)
        [taps], drawn = self._resolved(held, [plan])
        return self._blocks(held.stack, held.tokens, taps, held.graded, drawn, held.block)

    def _alike(self, held: Held, plans: Sequence[Plan], keep: bool = False) -> tuple[list[Taps], list[Source]]:
        """As `_resolved`, of plans that write the same for every input, or what other inputs have there."""
        taps, drawn = self._resolved(held, plans, keep)
        require_alike(taps, drawn)
        return taps, drawn

    def _resolved(self, held: Held, plans: Sequence[Plan], keep: bool = False) -> tuple[list[Taps], list[Source]]:
        """With `keep` the taps are for one pass over all inputs, which may begin with what measuring the means left."""
        stack, over = held.stack, held.tokens if held.reference is None else held.reference

        def unedited(sites: tuple[str, ...]) -> Iterator[Trace]:
            return self._blocks(stack, over, Taps(reads=sites), (over.shape[1] - 1,), [], REFERENCE_BLOCK)

        def means(sites: tuple[str, ...], edited: tuple[str, ...]) -> Means:
            if not keep or held.reference is not None:
                return Means(self.site_means(stack, over, sites))
            sums, below = self._sums_and_below(stack, over, sites, edited)
            return Means(_means(sums, over), below)

        return resolve_all(stack.spec, plans, held.tokens, held.worlds, over, unedited, means)

    def _blocks(
        self, stack: Stack, tokens: Tokens, taps: Taps, graded: tuple[int, ...], sources: list[Source], block: int
    ) -> Iterator[Trace]:
        require_no_function(sources)
        for start in range(0, len(tokens), block):
            rows = slice(start, start + block)
            own, here = [source.take(rows) for source in sources], tokens[rows]
            some = with_values(stack.spec, taps.take(rows), partial(self._values, stack, here, own))
            yield self._run(stack, start, here, some, graded, own)

    def _values(self, stack: Stack, tokens: Tokens, sources: list[Source], taps: Taps) -> Trace:
        """What the taps read; the logits count for nothing."""
        return self._run(stack, 0, tokens, taps, (tokens.shape[1] - 1,), sources)

    def score(
        self,
        stack: Stack,
        dataset: Dataset,
        plan: Plan = UNEDITED,
        *,
        sources: Sources | None = None,
        reference: Tokens | None = None,
    ) -> Scores:
        """Loss and right answers of every model over the whole dataset; no logits are kept. See `run` for the rest."""
        held = held_inputs(stack, dataset.tokens, dataset.graded, worlds_of(sources), reference)
        own = held_dataset(stack.spec, dataset, held)
        if not own.one_symbol_each:
            return self._graded(held, own, [plan])[0]
        [taps], drawn = self._alike(held, [plan], keep=True)
        return self._score(held.stack, own, taps, drawn)

    def sweep(
        self,
        stack: Stack,
        dataset: Dataset,
        plans: Sequence[Plan],
        *,
        sources: Sources | None = None,
        reference: Tokens | None = None,
    ) -> tuple[Scores, ...]:
        """What `score` gives for each of these plans; see `run` for the rest.

        Means, maps, passes over sources and all that lies below a plan's first edit are computed once for all. The
        numbers are those of `score` to the bit, but where a plan takes scores, patterns or single heads' results from
        other inputs (by `Mean`, `Resample` or `Patch`): such passes round differently.
        """
        held = held_inputs(stack, dataset.tokens, dataset.graded, worlds_of(sources), reference)
        own = held_dataset(stack.spec, dataset, held)
        if not plans:
            return ()
        if not own.one_symbol_each:
            return self._graded(held, own, plans)
        taps, drawn = self._alike(held, plans, keep=True)
        return self._sweep(held.stack, own, taps, drawn)

    def _graded(self, held: Held, dataset: Dataset, plans: Sequence[Plan]) -> tuple[Scores, ...]:
        """Scores of answers that are sets or not all wanted, from logits: the same arithmetic in every engine."""
        resolved, drawn = self._resolved(held, plans)
        block = max(1, GRADED_NUMBERS // (len(held.stack) * len(dataset.graded) * held.stack.spec.d_vocab_out))
        found = []
        for taps in resolved:
            own, sources = own_sources(taps, drawn)
            passes = self._blocks(held.stack, held.tokens, replace(own, reads=()), held.graded, sources, block)
            found.append(scores_of(passes, dataset, len(held.stack)))
        return tuple(found)

    def generate(
        self, stack: Stack, tokens: Tokens, prompts: Tokens, *, most: Tokens | None = None, end: int | None = None
    ) -> Generated:
        """What each model writes by itself after each prompt: always the symbol with the largest logit.

        Args:
            stack: R models, causal, that answer in the symbols that they read.
            tokens: `[input, pos]`. What stands after a prompt is only a guess: each pass settles what it has right, and
                one symbol more. Right answers cost one pass, and inputs that go another way some more.
            prompts: `[input]`, how many tokens are the prompt, 1 or more.
            most: `[input]`, how many symbols are written at most; as many as have room, and one, unless given.
            end: the symbol after which nothing is written.

        Raises:
            PlanError: the model, the tokens or the prompts are none to write after; with every reason.
        """
        held = held_inputs(stack, tokens, range(tokens.shape[-1]))
        room = held_prompts(held, prompts, most, end)
        first = int(room.prompts.min()) - 1
        graded = tuple(range(first, held.tokens.shape[1]))
        block = max(1, GRADED_NUMBERS // (len(graded) * stack.spec.d_vocab_out))
        found = []
        for model in range(len(held.stack)):
            one = held.stack.take([model])

            def said(rows: Tokens, one: Stack = one) -> NDArray[np.int64]:
                return np.concatenate([trace.answers[0] for trace in self.run(one, rows, graded=graded, block=block)])

            found.append(greedy(said, held.tokens, room, first))
        return Generated(
            np.stack([one.symbols[0] for one in found]),
            np.stack([one.written[0] for one in found]),
            sum(one.forward_rows for one in found),
        )

    def site_means(self, stack: Stack, tokens: Tokens, sites: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Mean over the inputs of what is at each of these sites, `[model, *site axes]`: what a `Mean` puts there."""
        return _means(self._site_sums(stack, tokens, tuple(sites)), tokens)

    def train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained:
        """Many optimiser steps in one call: AdamW as `torch.optim.AdamW`, after `clip_grad_norm_`.

        The loss is the mean cross-entropy over a batch and its graded positions; of sets the binary one, averaged over
        symbols too. `batches.attn_entropy` adds a term. Nothing given is changed.
        """
        if batches.attn_entropy is not None and not self.sharpens:
            reason = Reason("attn_entropy", "is a term of the loss that it does not have", "take another engine")
            raise PlanError(f"the {self.name} engine does not train so", reason)
        held = held_inputs(stack, batches.dataset.tokens, batches.dataset.graded)
        dataset = self._learnable(held_dataset(stack.spec, batches.dataset, held))
        return self._train(held.stack, *held_batches(held.stack, state, batches, dataset), optimiser)

    def gradients(self, stack: Stack, dataset: Dataset) -> Gradients:
        """Of the mean loss over the dataset and its graded positions, by every weight."""
        held = held_inputs(stack, dataset.tokens, dataset.graded)
        return self._gradients(held.stack, self._learnable(held_dataset(stack.spec, dataset, held)))

    def _learnable(self, dataset: Dataset) -> Dataset:
        """Raises PlanError where this engine has no loss for such answers."""
        if dataset.one_symbol_each or self.learns_sets:
            return dataset
        reason = Reason("answers", unhandled(dataset.sets)[0], "take the engine torch: --engine torch")
        raise PlanError(f"the {self.name} engine does not train on such answers yet", reason)

    def gradients_at(
        self,
        stack: Stack,
        dataset: Dataset,
        plan: Plan = UNEDITED,
        *,
        sites: Sequence[str],
        slopes: Floats | None = None,
        sources: Sources | None = None,
        reference: Tokens | None = None,
        block: int = 4096,
    ) -> Iterator[SiteGradients]:
        """Of a metric of each input, by the value at each of `sites`, in blocks of at most `block` inputs.

        The metric of an input is its own loss: the mean cross-entropy over its graded positions where an answer is
        wanted, in nats, of sets the binary one, averaged over symbols too; where all inputs want as many answers, it
        averages to the loss of `gradients`. With `slopes` it is the sum of slopes times logits: a slope of 1
        for the right answer and -1 for another makes it the margin between them, and the derivatives of any other
        metric by the logits give that metric's gradients.

        A site's value is what the rest of the pass uses. Edits act in the pass, and no gradient flows into what they
        replaced or into paired inputs; through the map of `Linearise` it flows. Where attention's mask hides, it is 0.
        Costs about four passes; the plan's captures come along. See `run` for the rest.

        Args:
            stack: R models.
            dataset: inputs; the answers count only without `slopes`.
            plan: edits and captures.
            sites: where gradients are wanted.
            slopes: `[input, graded, d_vocab_out]`, or with a leading axis `model`.
            sources: see `run`.
            reference: see `run`.
            block: how many inputs to hold in memory at once.

        Raises:
            PlanError: the plan, the sites, the inputs or the slopes do not fit the model; with every reason.
        """
        held = held_inputs(stack, dataset.tokens, dataset.graded, worlds_of(sources), reference, block)
        own = held_dataset(stack.spec, dataset, held)
        if slopes is None:
            self._learnable(own)
        slopes = held_slopes(held.stack, own, sites, slopes)
        whole = replace(plan, captures=(*plan.captures, *sites))
        [taps], drawn = self._alike(held, [whole])
        asked, captured = (
            tuple(dict.fromkeys(site_named(stack.spec, name).name for name in names))
            for names in (sites, plan.captures)
        )
        taps = replace(taps, reads=captured)
        return self._gradient_blocks(held.stack, own, taps, asked, slopes, drawn, held.block)

    def _gradient_blocks(
        self,
        stack: Stack,
        dataset: Dataset,
        taps: Taps,
        sites: tuple[str, ...],
        slopes: Floats | None,
        sources: list[Source],
        block: int,
    ) -> Iterator[SiteGradients]:
        for start in range(0, len(dataset), block):
            rows = slice(start, start + block)
            some = dataset.take(np.arange(len(dataset))[rows])
            here = None if slopes is None else slopes[..., rows, :, :]
            yield self._gradients_at(stack, start, some, taps, sites, here, [source.take(rows) for source in sources])

    @property
    def arithmetic(self) -> str:
        """What its bits depend on beside the inputs, for example `native avx2`: within one, a seed gives one result."""
        return self.name

    @abstractmethod
    def why(self) -> str:
        """What this engine is, with versions and the machine's part in it, in one line for `openwork doctor`."""

    @abstractmethod
    def _run(
        self, stack: Stack, start: int, tokens: Tokens, taps: Taps, graded: tuple[int, ...], sources: list[Source]
    ) -> Trace: ...

    @abstractmethod
    def _score(self, stack: Stack, dataset: Dataset, taps: Taps, sources: list[Source]) -> Scores: ...

    def _sweep(
        self, stack: Stack, dataset: Dataset, plans: Sequence[Taps], sources: list[Source]
    ) -> tuple[Scores, ...]:
        """An engine that can share more than sources and means between plans does so here."""
        return tuple(self._score(stack, dataset, *own_sources(taps, sources)) for taps in plans)

    def _site_sums(self, stack: Stack, tokens: Tokens, sites: tuple[str, ...]) -> dict[str, NDArray[np.float64]]:
        """Sum over the inputs of what is at each site, `[model, *site axes]`; an engine that need not keep every value
        does so here."""
        taps, last = Taps(reads=sites), (tokens.shape[1] - 1,)
        totals: dict[str, NDArray[np.float64]] = {}
        for trace in self._blocks(stack, tokens, taps, last, [], REFERENCE_BLOCK):
            for site in sites:
                totals[site] = totals.get(site, 0.0) + trace.captures[site].sum(axis=1, dtype=np.float64)
        return totals

    def _sums_and_below(
        self, stack: Stack, tokens: Tokens, sites: tuple[str, ...], edited: tuple[str, ...]
    ) -> tuple[dict[str, NDArray[np.float64]], object]:
        """`_site_sums`, and what the same engine's passes over these inputs with edits at `edited` may begin with (see
        `Taps.below`); an engine that can keep what it computed does so here."""
        return self._site_sums(stack, tokens, sites), None

    @abstractmethod
    def _train(self, stack: Stack, state: OptimiserState, batches: Batches, optimiser: AdamW) -> Trained: ...

    @abstractmethod
    def _gradients(self, stack: Stack, dataset: Dataset) -> Gradients: ...

    @abstractmethod
    def _gradients_at(
        self,
        stack: Stack,
        start: int,
        dataset: Dataset,
        taps: Taps,
        sites: tuple[str, ...],
        slopes: Floats | None,
        sources: list[Source],
    ) -> SiteGradients: ...


def _means(sums: dict[str, NDArray[np.float64]], tokens: Tokens) -> dict[str, NDArray[np.float64]]:
    return {site: total / len(tokens) for site, total in sums.items()}
