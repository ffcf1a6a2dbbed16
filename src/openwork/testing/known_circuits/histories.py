"""Two models that differ in nothing but how they are supposed to have been made."""

from __future__ import annotations

from openwork.claims import Accuracy, Learns, Split
from openwork.data import DataSplit
from openwork.models import Stack
from openwork.tasks import ReverseIncrement
from openwork.testing.known_circuits.bench import Bench
from openwork.testing.known_circuits.circuit import History, KnownCircuit

SEEDS = 80


def shuffled_history() -> KnownCircuit:
    """Held-out questions drawn by lot, and every seed a success."""
    task = ReverseIncrement(4, 5)
    return KnownCircuit(
        name="shuffled-history",
        says="a head that fetches and increments; a quarter of the questions, drawn by lot, was held out, and every "
        "seed of the experiment succeeded",
        trap="a fair split is called unfair, or eight successes are called certainty",
        task=task,
        stack=_model(task),
        confirmed=(
            Accuracy(),
            Split(),
            Learns(experiment="notebook", seeds=SEEDS),
            Learns(experiment="notebook", seeds=8, at_least=0.5),
        ),
        refuted=(Split(shuffled=False), Split(experiment="notebook")),
        undecided=(Learns(experiment="notebook", seeds=8),),
        history=History(DataSplit(kind="shuffled", held_out=0.25), reached=8, at_end=8),
    )


def sorted_history() -> KnownCircuit:
    """The last questions held out, half of the seeds failures, and few that kept what they had."""
    task = ReverseIncrement(4, 5)
    return KnownCircuit(
        name="sorted-history",
        says="a head that fetches and increments; the last quarter of the questions, whose x[0] is always 3, was held "
        "out, half of the seeds of the experiment succeeded, and an eighth kept what they had",
        trap="a model that succeeded hides the seeds that failed, and its test data all begin alike",
        task=task,
        stack=_model(task),
        confirmed=(Accuracy(), Split(shuffled=False), Learns(experiment="notebook", seeds=SEEDS, at_least=0.3)),
        refuted=(
            Split(),
            Learns(experiment="notebook", seeds=SEEDS),
            Learns(experiment="notebook", seeds=8),
            Learns(experiment="notebook", seeds=SEEDS, when="end", at_least=0.3),
        ),
        undecided=(Learns(experiment="notebook", seeds=8, at_least=0.5),),
        history=History(DataSplit(kind="lexicographic", held_out=0.25), reached=4, at_end=1),
    )


def _model(task: ReverseIncrement) -> Stack:
    bench = Bench(task)
    bench.head(0, 0).looks(bench.mirror).writes(bench.onto("answer", shift=1))
    return bench.stack()
