"""Passes over questions on one model, block by block: what every question to it comes to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from openwork.data import Dataset
from openwork.engines import Engine, World, joined
from openwork.errors import PlanError, Reason
from openwork.interventions import Apply, Edit, Plan
from openwork.jobs.looking.axis import Axis
from openwork.jobs.looking.cache import Cache
from openwork.jobs.looking.edits import AnyEdit, edits_given, with_sources
from openwork.jobs.looking.labelled import LabelledArray
from openwork.jobs.looking.names import AxisNames
from openwork.jobs.looking.questions import Questions
from openwork.jobs.looking.ran import Ran
from openwork.jobs.looking.written import Ending, Written, ragged, write_on
from openwork.models import Stack, sites_of
from openwork.tasks import Tokens

MOST_BYTES = 2**31
"""that one answer may hold; more is given in blocks"""
BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Look:
    """One model, what its places are called, and how a question to it is read.

    Attributes:
        engine: what runs it.
        stack: the model, a stack of one.
        names: of the places along the axes.
        ask: makes inputs of what a user gives.
        outputs: names of what is answered at the graded positions.
        reference: `[input, pos]`, over which means are taken and from which is drawn; the inputs asked, where that is
            None or has another number of positions.
        ending: when an answer ends that it writes by itself.
    """

    engine: Engine
    stack: Stack
    names: AxisNames
    ask: Callable[[Any], Questions]
    outputs: tuple[str, ...] = ()
    reference: Tokens | None = field(default=None, repr=False)
    ending: Ending = field(default_factory=Ending)

    def run(self, questions: Questions, edits: Any, sites: tuple[str, ...], compare: bool = True) -> Ran:
        """All of them at once, in memory; to `compare`, without edits too, where there are any.

        Raises:
            PlanError: that would be more than `MOST_BYTES`, or the edits do not fit.
        """
        given = edits_given(edits)
        self._require_room(questions, sites, compare and bool(given))
        plain, worlds = with_sources(given, len(questions))
        without = self._ran(questions, (), {}, (), (), None) if compare and given else None
        return self._ran(questions, plain, worlds, sites, given, without)

    def blocks(self, questions: Questions, edits: Any, sites: tuple[str, ...], block: int) -> Iterator[Ran]:
        """Some inputs at a time."""
        given = edits_given(edits)
        plain, worlds = with_sources(given, len(questions))
        if not isinstance(block, int | np.integer) or block < 1:
            raise PlanError("there is no such block", Reason("block", f"{block}", "give 1 input or more"))

        def each() -> Iterator[Ran]:
            for start in range(0, len(questions), block):
                rows = slice(start, start + block)
                some = questions.take(rows)
                here = {name: World(world.tokens[rows], world.edits) for name, world in worlds.items()}
                without = self._ran(some, (), {}, (), (), None) if given else None
                yield self._ran(some, plain, here, sites, given, without)

        return each()

    def generate(self, given: Any, most: Any, end: Any) -> Written:
        """What the model writes by itself after prompts; see `Looking.generate`."""
        several = ragged(given)
        asked = self.ask(given if several is None else several[0])
        return write_on(self.engine, self.stack, asked, several and several[1], self.ending, (most, end))

    def gradients(self, questions: Questions, edits: Any, sites: tuple[str, ...], slopes: Any) -> Cache:
        """Of a metric of each input, by what is at sites; see `Looking.gradients`."""
        self._require_room(questions, sites, False)
        plain, worlds = with_sources(edits_given(edits), len(questions))
        tokens, n_pos = questions.tokens, questions.tokens.shape[1]
        dataset = questions.dataset
        if slopes is not None or dataset is None:
            if slopes is None:
                what, mend = (
                    "tokens have no right answers, so they have no loss",
                    "give slopes [input, pos, d_vocab_out]",
                )
                raise PlanError("there is nothing to take gradients of", Reason("slopes", what, mend))
            nothing = np.zeros(tokens.shape, np.int32)
            dataset = Dataset(tokens, nothing, tuple(range(n_pos)), np.arange(len(tokens)))
            slopes = np.asarray(slopes)
        reference = self.reference if self.reference is not None and self.reference.shape[1] == n_pos else None
        blocks = self.engine.gradients_at(
            self.stack, dataset, Plan(plain), sites=sites, slopes=slopes, sources=worlds, reference=reference
        )
        found = [{site: block.gradients[site][0] for site in sites} for block in blocks]
        arrays = {site: np.concatenate([one[site] for one in found]) for site in sites}
        inputs = questions.axis
        named = {
            site: LabelledArray(site, values, self.names.of_site(site, inputs, n_pos))
            for site, values in arrays.items()
        }
        return Cache(self.stack.spec, named)

    def _ran(
        self,
        questions: Questions,
        edits: tuple[Edit, ...],
        worlds: Mapping[str, World],
        sites: tuple[str, ...],
        given: tuple[AnyEdit, ...],
        without: Ran | None,
    ) -> Ran:
        tokens, spec = questions.tokens, self.stack.spec
        n, n_pos = tokens.shape
        reference = self.reference if self.reference is not None and self.reference.shape[1] == n_pos else None
        plan, graded = Plan(edits, sites), tuple(range(n_pos))
        at_once = self.engine.holds_only_results and not any(isinstance(edit, Apply) for edit in edits)
        passes = self.engine.run(
            self.stack,
            tokens,
            plan,
            graded=graded,
            sources=worlds,
            reference=reference,
            block=max(BLOCK, n) if at_once else BLOCK,
        )
        trace, inputs = joined(passes), questions.axis
        arrays = {
            site: LabelledArray(site, trace.captures[site][0], self.names.of_site(site, inputs, n_pos))
            for site in sites
        }
        shown = LabelledArray("logits", trace.logits[0], self.names.of_logits(inputs, n_pos))
        outputs = self.outputs if questions.dataset is not None else ()
        graded_axis = Axis("output", len(outputs), lambda: outputs) if outputs else self.names.axis("pos", n_pos)
        return Ran(questions, shown, Cache(spec, arrays), given, without, graded_axis)

    def _require_room(self, questions: Questions, sites: tuple[str, ...], twice: bool) -> None:
        spec, (n, n_pos) = self.stack.spec, questions.tokens.shape
        known = sites_of(spec)
        each = n_pos * spec.d_vocab_out * (2 if twice else 1)
        each += sum(math.prod(known[site].shape(spec, n_pos)) for site in sites)
        total = n * each * np.dtype(spec.dtype).itemsize
        if total > MOST_BYTES:
            what = (
                f"{n:,} questions at {len(sites)} sites are {total / 2**30:.1f} GiB, more than {MOST_BYTES / 2**30:.0f}"
            )
            mend = "ask fewer, name fewer sites, or take them in turn: for part in run.blocks(questions, sites): …"
            raise PlanError("that is too much to hold", Reason("questions, sites", what, mend))
