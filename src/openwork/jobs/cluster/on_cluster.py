"""Training and censuses by a cluster: what a store lacks is worked out elsewhere and kept here, by this process alone.

Afterwards the same job finds everything in its store: what it says does not depend on where it was worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from openwork.analyses.steps import Step
from openwork.engines import choose_engine
from openwork.errors import Reason, TaskError
from openwork.jobs.census.asked import CensusAsked, require_possible
from openwork.jobs.census.counting import kept_of_shuffled
from openwork.jobs.census.looking import is_looked_into, is_looked_into_untrained
from openwork.jobs.cluster.contract import Cluster
from openwork.jobs.cluster.dispatch import Dispatch, Item, Kind
from openwork.jobs.cluster.worker import Order, find_programs, find_untrained, train_batch
from openwork.jobs.setting import Setting
from openwork.runs import Parcel, pack, pack_results, prunable, prune, receive, receive_results
from openwork.training import Experiment

FIRST = 4
"""seeds in a first batch, whose cost nobody knows"""
Aside = dict[str, str]
"""by name of a run, why it was set aside"""


def train_on(
    cluster: Cluster, experiment: Experiment, seeds: Sequence[int], setting: Setting, patience: float
) -> Aside:
    """Has these seeds trained to their end, as `train_seeds` does; returns what was set aside.

    Args:
        cluster: by whom.
        experiment: what is trained.
        seeds: with which.
        setting: the store that keeps it, the engine, and who watches.
        patience: seconds after which a batch that was sent is taken as endless.

    Raises:
        TaskError: the task is a file of one's own, which other machines have not.
        EngineError: the cluster is gone, or nothing comes back from it.
        StoreError: what comes back cannot be kept.
    """
    order = _order(experiment, setting)
    kind = _training(order, setting, lambda trained: ())
    left = [seed for seed in dict.fromkeys(seeds) if _lacks(experiment, seed, setting)]
    dispatch = _done(cluster, setting, patience, [(kind, seed) for seed in left])
    return {experiment.run_name(seed): why for (_, seed), why in dispatch.aside.items()}


def census_on(cluster: Cluster, cells: Sequence[CensusAsked], setting: Setting, patience: float) -> Aside:
    """Has all trained and looked into that `census` of each of these would; returns what was set aside.

    Args: as of `train_on`.

    Raises:
        TaskError: the task is a file of one's own, which other machines have not; or cannot be proved.
        EngineError: the cluster is gone, or nothing comes back from it.
        StoreError: what comes back cannot be kept.
    """
    work: list[tuple[Kind, Item]] = []
    own: dict[Kind, Experiment] = {}
    for asked in cells:
        require_possible(asked, setting.keep)
        parts = [(asked, setting, "", False)]
        if asked.shuffled:
            kept = replace(setting, keep=kept_of_shuffled(setting.keep))
            parts.append((asked.of_shuffled, kept, "shuffled ", True))
        for part, where, called, every in parts:
            kinds, items = _census_kinds(part, where, called, every)
            own |= dict.fromkeys(kinds, part.experiment)
            work += items
    left = _done(cluster, setting, patience, work).aside
    return {own[kind].run_name(seed): f"{kind.name}: {why}" for (kind, seed), why in left.items()}


def _done(cluster: Cluster, setting: Setting, patience: float, work: Iterable[tuple[Kind, Item]]) -> Dispatch:
    dispatch = Dispatch(cluster, patience, lambda what, share: setting.watch(Step(what, share, 0)))
    dispatch.run(work)
    return dispatch


def _census_kinds(
    asked: CensusAsked, setting: Setting, of: str, every: bool
) -> tuple[list[Kind], list[tuple[Kind, Item]]]:
    """What is done for a census, called so, and what of it the store lacks; with `every`, programs of models that are
    not solved too."""
    store, order = setting.store, _order(asked.experiment, setting, asked)
    nulls = set(list(asked.seeds)[: asked.null])

    def found(_: Sequence[Item], results: Any) -> Iterable[tuple[Kind, Item]]:
        receive_results(store, results)
        return ()

    def sent(seeds: Sequence[Item]) -> tuple[object, ...]:
        runs = [run for seed in seeds if (run := store.run(asked.experiment, seed)) is not None]
        known = tuple(result for run in runs for result in pack_results(store, run))
        return order, tuple(pack(store, run, checkpoints=False) for run in runs), known

    untrained = Kind(f"{of}untrained models", find_untrained, lambda seeds: (order, tuple(seeds)), found)
    programs = Kind(f"{of}programs", find_programs, sent, found)

    def next_of(seeds: Sequence[Item], fresh: bool = False) -> Iterator[tuple[Kind, Item]]:
        """What is left of ended runs; of fresh ones, which have only just come, all is."""
        for seed in seeds:
            run = store.run(asked.experiment, seed)
            if run is None or not run.ended:
                continue
            if seed in nulls and (fresh or not is_looked_into_untrained(asked, run, setting)):
                yield untrained, seed
            if (run.solved or every) and (fresh or not is_looked_into(asked, run, setting)):
                yield programs, seed

    training = _training(order, setting, lambda seeds: next_of(seeds, fresh=True), of)
    lacking = [seed for seed in asked.seeds if _lacks(asked.experiment, seed, setting)]
    return [untrained, programs, training], [*((training, seed) for seed in lacking), *next_of(asked.seeds)]


def _training(order: Order, setting: Setting, next_of: Any, of: str = "") -> Kind:
    store, experiment = setting.store, order.made()

    def trained(seeds: Sequence[Item], parcels: tuple[Parcel, ...]) -> Iterable[tuple[Kind, Item]]:
        receive(store, parcels)
        if setting.keep == "none":
            runs = [run for seed in seeds if (run := store.run(experiment, seed)) is not None]
            prune(store, prunable(store, runs, setting.keep))
        return tuple(next_of(seeds))

    return Kind(f"{of}seeds", train_batch, lambda seeds: (order, tuple(seeds)), trained, FIRST)


def _lacks(experiment: Experiment, seed: int, setting: Setting) -> bool:
    run = setting.store.run(experiment, seed)
    return run is None or not run.ended


def _order(experiment: Experiment, setting: Setting, asked: CensusAsked | None = None) -> Order:
    if experiment.task.file is not None:
        what = "is a file of this machine, and others have not what it imports"
        mend = 'make it a package with an entry point "openwork.tasks", and install it on all of them'
        raise TaskError("the task cannot be sent", Reason(experiment.task.file.path, what, mend))
    engine = choose_engine(experiment.spec, setting.engine, 1).engine.name
    about = (experiment.as_json(), engine, setting.store.database.writer, setting.keep)
    return Order(*about) if asked is None else Order(*about, asked.seconds, asked.proves)
