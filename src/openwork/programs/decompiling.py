"""The spine of decompiling: prune, quantise, lines, sites, verdicts, in order; read this file first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from openwork.analyses import Subject
from openwork.analyses.steps import Step, Watch, silent
from openwork.data.randomness import bits, permutation
from openwork.programs.decompile.along import with_what_is_brought_along
from openwork.programs.decompile.bottleneck import with_bottleneck
from openwork.programs.decompile.completed import completed
from openwork.programs.decompile.layers import with_joined_layers
from openwork.programs.decompile.leaks import with_leaks
from openwork.programs.decompile.lines import Lines
from openwork.programs.decompile.merging import with_merged
from openwork.programs.decompile.network import Network, Rows
from openwork.programs.decompile.prune import broken, prune
from openwork.programs.decompile.quantise import Quantised, quantise
from openwork.programs.decompile.shortening import shortened
from openwork.programs.decompile.shown import with_shown
from openwork.programs.decompile.sites import with_sites
from openwork.programs.decompile.texts import text_program
from openwork.programs.decompile.waves import with_waves
from openwork.programs.language import Expression
from openwork.programs.place import Place
from openwork.programs.program import Program
from openwork.programs.verdicts.decompilation import INTERRUPTED, Decompilation
from openwork.programs.verdicts.equal import Equal, equal
from openwork.programs.verdicts.fresh import fresh, seed_drawn_with
from openwork.programs.verdicts.otherwise import otherwise
from openwork.programs.verdicts.realised import realised
from openwork.programs.verdicts.short import short
from openwork.programs.verdicts.waves import waves_of
from openwork.programs.verdicts.whole import whole

LOOKED_AT = 1024
"""inputs that the search looks at first"""
ADDED = 512
"""counterexamples that join them at most, each time"""
SEARCHING = 0.65
"""share of the time that the search may take; what it leaves is for the verdicts"""
AFTER_CTRL_C = 5.0
"""seconds of processor time for the verdicts of what an interrupted search has found"""
ROUNDS = 4
"""searches, each with the counterexamples of the one before"""
USUAL_SECONDS = 120.0


def decompile(
    subject: Subject,
    seconds: float = USUAL_SECONDS,
    seed: int = 0,
    watch: Watch = silent,
    after_ctrl_c: float = AFTER_CTRL_C,
) -> Decompilation:
    """The model's program with its verdicts; or the best so far once the time is over, or upon Ctrl-C.

    The program is searched for on some inputs and compared with the model on all; where it differs, the search goes
    on with those inputs too. Verdicts are measured in the whole model on fresh pairs; where the inputs are a sample, on
    another one, drawn with the next seed. After Ctrl-C in the search they have some seconds; Ctrl-C in the verdicts
    keeps the program and those that were measured. See docs/decompile.md.

    Args:
        subject: the model and inputs; its answers count as they are, right or wrong.
        seconds: of processor time, all threads together, above 0: the search at most two thirds of it, the verdicts
            what is left. It ends at its next step, so somewhat later. What else the machine does costs nothing.
        seed: of the inputs looked at first and of the pairs.
        watch: is told which stage is under way.
        after_ctrl_c: seconds of processor time for the verdicts of what an interrupted search has found.
    """
    began = time.process_time()
    clock = _Clock(began + SEARCHING * seconds, seconds, watch)
    network = Network.of(subject)
    best: _Found | None = None
    stopped, end = "", began + seconds
    if network.no_numbers:
        stopped = f"its logits are not numbers on {network.no_numbers:,} of {len(subject.inputs):,} inputs"
        return replace(_judged(network, None, seed, clock, stopped), seconds=time.process_time() - began)
    try:
        for found in _searches(network, seed, clock):
            if best is None or found.better_than(best):
                best = found
    except _TimeOver:
        if best is None or best.equal.share < 1:  # else it was only looked whether less needs a table
            stopped = f"the time was over after {SEARCHING * seconds:.3g} s of searching (processor time)"
    except KeyboardInterrupt:
        stopped, end = INTERRUPTED, min(end, time.process_time() + after_ctrl_c)
    judged = _judged(network, best, seed, _Clock(end, seconds, watch), stopped)
    return replace(judged, seconds=time.process_time() - began)


@dataclass(frozen=True, eq=False)
class _Steps:
    """What a search by places knows of its program besides."""

    long: Program
    from_symbols: Mapping[str, Expression]
    quantised: Quantised
    unsaid: frozenset[Place]


@dataclass(frozen=True, eq=False)
class _Found:
    """A program with what it was found from."""

    program: Program
    equal: Equal
    steps: _Steps | None = None
    """None of a program of texts"""
    placed: bool = False
    """whether its sites are chosen, and what its places bring along is told by their planes"""
    completed: bool = False
    """whether tables lacked what some input asks of them"""

    def better_than(self, other: _Found) -> bool:
        return self._worth > other._worth

    @property
    def _worth(self) -> tuple[int, bool, int]:
        """On how many inputs it answers as the model does; of two, what lacked nothing, and what has fewer entries."""
        return self.equal.same, not self.completed, -self.program.entries


class _TimeOver(Exception):
    """The search has had its time."""


@dataclass(frozen=True)
class _Clock:
    """Passes steps on to whoever watches, and ends the search in time."""

    until: float
    seconds: float
    watch: Watch

    def __call__(self, step: Step) -> None:
        if time.process_time() > self.until:
            raise _TimeOver
        self.watch(step)


def _searches(network: Network, seed: int, clock: _Clock) -> Iterator[_Found]:
    """Programs, one after the other, each found with the counterexamples of the one before."""
    if not network.subject.inputs.one_symbol_each:
        texts = text_program(network, clock)
        if texts is not None:
            yield _Found(texts, equal(network, texts))
        return
    every = permutation(bits("decompile inputs", seed), len(network.tokens))
    rows: Rows = every[:LOOKED_AT]
    for number in range(ROUNDS):
        clock(Step(f"search {number + 1}: what can go", 0.0, 0))
        gone = prune(network, rows)
        wrong = broken(network, gone)
        if len(wrong) and number + 1 < ROUNDS:
            rows = _joined(rows, wrong, seed)
            gone = prune(network, rows)
        quantised = quantise(network, rows, gone, clock)
        lines = Lines(network, quantised, clock)
        long = lines.program()
        if long is None:
            return
        lacking, long = long, completed(network, long, lines.from_symbols, lines.answered)
        program = shortened(long)
        steps = _Steps(long, lines.from_symbols, quantised, frozenset(lines.unsaid))
        found = _Found(program, equal(network, program), steps, completed=long != lacking)
        # A sum modulo p in one step says less than the waves that it is made of.
        waves = with_waves(network, clock)
        if waves is not None and (same := equal(network, waves)).same >= found.equal.same:
            program = waves
            found = _Found(waves, same, replace(steps, long=waves), placed=True)
        elif (brought := with_bottleneck(network, program)) is not program:
            bare, program = not program.variables, brought
            found = replace(found, program=brought, steps=replace(steps, long=brought), placed=bare)
        yield found
        # What tables lacked may show, when it is looked at, what needs no table.
        said = lacking if found.completed else program
        differing = np.flatnonzero((said.answers(network.tokens) != network.answers).any(axis=1))
        if not len(differing):
            return
        rows = _joined(rows, differing, seed)


def _joined(rows: Rows, more: Rows, seed: int) -> Rows:
    mixed = more[permutation(bits("decompile counterexamples", seed), len(more))][:ADDED]
    new = mixed[~np.isin(mixed, rows)]
    return np.concatenate([new, rows])


def _judged(network: Network, found: _Found | None, seed: int, watch: _Clock, stopped: str) -> Decompilation:
    subject = network.subject
    unjudged = Decompilation(
        program=None,
        equal=None,
        lines=(),
        whole=None,
        short=None,
        coverage=subject.coverage,
        exhaustive=subject.whole,
        unlabelled=(),
        stopped=stopped,
        seconds=0.0,
    )
    if found is None:
        return unjudged
    steps = found.steps
    without = set[Place]()
    if steps is not None and not found.placed:
        without = {*steps.quantised.unlabelled, *steps.unsaid}
    unlabelled = tuple(map(str, sorted(without, key=lambda place: place.order)))
    judged = replace(unjudged, program=found.program, unlabelled=unlabelled)
    try:
        for measured in _verdicts(network, judged, found, seed, watch):
            judged = measured
    except (_TimeOver, KeyboardInterrupt) as end:
        over = f"the time was over before every verdict was measured, {watch.seconds:g} s"
        interrupted = stopped == INTERRUPTED or isinstance(end, KeyboardInterrupt)
        judged = replace(judged, stopped=f"{INTERRUPTED} before every verdict was measured" if interrupted else over)
    return judged


def _verdicts(
    network: Network, judged: Decompilation, found: _Found, seed: int, watch: Watch
) -> Iterator[Decompilation]:
    """One verdict after the other, each beside those before."""
    program, steps = found.program, found.steps
    gone = frozenset[Place]() if steps is None else steps.quantised.gone
    watch(Step("the answers", 0.0, 0))
    measured = fresh(network)
    judged = replace(
        judged,
        equal=found.equal if measured is network else equal(measured, program),
        short=short(measured, program),
        fresh_seed=seed_drawn_with(measured.subject),
    )
    yield judged
    if steps is not None and not found.placed:
        program = with_what_is_brought_along(network, steps.long, steps.from_symbols, watch)
        # A line fails by itself also where a shown answer says the same: first these, then what is one.
        program = with_merged(network, with_shown(network, program, watch), watch)
        program = with_shown(network, with_joined_layers(network, program, watch), watch)
        program = with_sites(network, program, steps.quantised.labels, gone, watch)
        program = with_leaks(network, program, steps.quantised.labels, gone, watch)
        # What is said since is said of the inputs looked at, and is read too.
        judged = replace(judged, equal=equal(measured, program), short=short(measured, program))
    judged = replace(judged, program=program, lines=realised(measured, program, gone, seed, watch))
    yield judged
    judged = replace(judged, whole=whole(measured, program, seed, watch))
    yield judged
    if judged.passes and judged.exhaustive and steps is not None and not found.placed:
        judged = replace(judged, otherwise=otherwise(network, program, gone, seed, watch))
        yield judged
    if found.placed:
        yield replace(judged, waves=waves_of(measured, program, seed))
