"""The two kinds that are not about a model: `split` and `learns`."""

from __future__ import annotations

import numpy as np
import pytest

from openwork.claims import Learns, Outcome, Split, Trials
from openwork.training import named_experiment


def split_of(context, kind):
    experiment = named_experiment("notebook", context.task)
    return experiment.split.model_copy(update={"kind": kind}).parts(context.task.domain_size)


@pytest.mark.parametrize(
    ("kind", "claimed", "outcome"),
    [
        ("shuffled", True, Outcome.CONFIRMED),
        ("shuffled", False, Outcome.REFUTED),
        ("lexicographic", True, Outcome.REFUTED),
        ("lexicographic", False, Outcome.CONFIRMED),
    ],
)
def test_a_split_is_judged_from_its_data(untrained, kind, claimed, outcome):
    context = untrained()
    context = untrained(split_parts=split_of(context, kind))
    verdict = Split(shuffled=claimed).check(context)
    assert verdict.outcome == outcome
    assert verdict.forward_rows == 0


def test_an_uneven_split_shows_which_values(untrained):
    verdict = Split(experiment="notebook").check(untrained())
    assert verdict.outcome == Outcome.REFUTED
    assert verdict.effect.value == pytest.approx(0.75)
    assert str(verdict.counterexamples[0]) == "x[0] is 3 in 100 % of those held out, 25.00 % of all"


def test_the_same_split_gets_the_same_verdict(untrained):
    experiment = named_experiment("notebook", untrained().task)
    assert Split().check(untrained(experiment=experiment)) == Split().check(untrained(experiment=experiment))


@pytest.mark.parametrize("parts", [None, (np.arange(1024), np.arange(0))])
def test_without_held_out_questions_nothing_is_decided(untrained, parts):
    assert Split().check(untrained(split_parts=parts)).outcome == Outcome.UNDECIDED


def trained(reached, at_end=0):
    return lambda name, seeds: Trials(name, seeds, reached, at_end, forward_rows=7)


@pytest.mark.parametrize(
    ("seeds", "reached", "outcome"),
    [(72, 72, Outcome.CONFIRMED), (8, 5, Outcome.REFUTED), (8, 8, Outcome.UNDECIDED), (6, 0, Outcome.REFUTED)],
)
def test_the_interval_decides_whether_an_experiment_learns(untrained, seeds, reached, outcome):
    verdict = Learns(experiment="notebook", seeds=seeds).check(untrained(trials=trained(reached)))
    assert verdict.outcome == outcome
    assert verdict.forward_rows == 7
    assert f"{reached} of {seeds} seeds" in verdict.sentence


def test_reaching_it_once_is_not_keeping_it(untrained):
    context = untrained(trials=trained(reached=72, at_end=0))
    assert Learns(experiment="notebook", seeds=72, when="ever").check(context).outcome == Outcome.CONFIRMED
    assert Learns(experiment="notebook", seeds=72, when="end").check(context).outcome == Outcome.REFUTED


def test_where_nothing_can_be_trained_the_verdict_says_so(untrained):
    claim = Learns(experiment="notebook")
    verdict = claim.check(untrained())
    assert verdict.outcome == Outcome.UNDECIDED
    assert "not trained yet" in verdict.sentence
    assert "openwork train reverse-increment" in verdict.advice
    assert claim.cost(untrained()) == 0


def test_training_is_counted_in_advance(untrained):
    context = untrained(trials=trained(1))
    held_out = round(1024 * 5536 / 65536)
    assert Learns(experiment="notebook", seeds=2).cost(context) == 2 * 40 * (2 * 1024 - held_out)


def test_more_seeds_are_asked_for_where_they_would_help(untrained):
    assert "72" in Learns(experiment="notebook", seeds=8).check(untrained(trials=trained(8))).advice
    sure = Learns(experiment="notebook", seeds=8, at_least=1.0).check(untrained(trials=trained(8)))
    assert "never confirmed" in sure.advice
