"""Many models at once: every seed of an experiment trained, and everything asked of each that is solved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openwork.claims import Claim
from openwork.pipeline import open_run
from openwork.report import Findings, FoundModel
from openwork.search import Setting, train_seeds
from openwork.training import Experiment

Tell = Callable[[str], None]


def survey(
    experiment: Experiment,
    seeds: Sequence[int],
    claims: Sequence[tuple[str, tuple[Claim, ...]]],
    setting: Setting,
    command: str,
    tell: Tell = lambda _: None,
) -> Findings:
    """Trains the seeds, judges all claims on every solved one and finds its routes; what the store knows is not redone.

    Args:
        experiment: what to train.
        seeds: with which.
        claims: groups with their titles; ids differ.
        setting: store and engine.
        command: what the user typed, for the page.
        tell: called with a line before each model.

    Raises:
        OpenworkError: anything that does not fit, before training starts.
    """
    runs = [run for run in train_seeds(experiment, seeds, setting) if run.solved]
    asked = tuple(claim for _, group in claims for claim in group)
    models = []
    for number, run in enumerate(sorted(runs, key=lambda run: run.seed), start=1):
        tell(f"model {number} of {len(runs)}: seed {run.seed}")
        opened = open_run(run, setting, claims=asked)
        verdicts = opened.claims
        setting.store.save_verdicts(run, {v.claim.id: v.as_json() for v in verdicts})
        models.append(FoundModel(run.name, run.seed, tuple(verdicts), opened.all_routes))
    return Findings(experiment, len(tuple(seeds)), tuple(claims), tuple(models), command)
