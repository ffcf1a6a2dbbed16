"""What a worker does: trains or looks for programs in a store of its own, sends back what came of it, keeps nothing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.looking import look_into, look_into_untrained
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.programs.kept import NAME
from openwork.runs import Keep, KeptResult, Parcel, Store, pack, pack_results, receive, receive_results
from openwork.training import Experiment, experiment_from_json

PREFIX = "openwork-batch-"
"""of a worker's folder; what follows is its process and its machine, for machines may share a folder for what passes"""


@dataclass(frozen=True)
class Order:
    """What is asked of every seed of a batch.

    Attributes:
        experiment: as JSON.
        engine: that trains and measures, by its name.
        writes_as: the process that will keep what comes back.
        keep: what is kept of checkpoints.
        seconds: how long to look for a program.
        proves: prove solved models too.
    """

    experiment: Mapping[str, Any]
    engine: str
    writes_as: str
    keep: Keep = "all"
    seconds: float = 0.0
    proves: bool = False

    def made(self) -> Experiment:
        """The experiment, as this machine has its task."""
        return experiment_from_json(self.experiment)

    def asked(self, seeds: Sequence[int]) -> CensusAsked:
        """The census of these seeds."""
        return CensusAsked(self.made(), seeds, self.seconds, self.proves)


def train_batch(order: Order, seeds: Sequence[int]) -> tuple[Parcel, ...]:
    """Trains these seeds to their end. Of runs whose checkpoints are not kept these do not travel; final weights do
    in any case, for rows are written from them."""
    with _store(order) as store:
        keep: Keep = "last" if order.keep == "none" else order.keep
        runs = train_seeds(order.made(), seeds, Setting(store, order.engine, 1, keep=keep))
        return tuple(pack(store, run) for run in runs)


def find_programs(order: Order, parcels: Sequence[Parcel], known: Sequence[KeptResult]) -> tuple[KeptResult, ...]:
    """Looks for the programs of these runs, and proves them where it is asked; what is known is not done again, and
    does not travel back."""
    with _store(order) as store:
        receive(store, parcels, whole=False)
        receive_results(store, known)
        runs = [store.find(parcel.run) for parcel in parcels]
        asked, setting = order.asked([run.seed for run in runs]), Setting(store, order.engine, 1)
        for run in runs:
            look_into(asked, run, setting)
        return tuple(result for run in runs for result in pack_results(store, run) if result not in known)


def find_untrained(order: Order, seeds: Sequence[int]) -> tuple[KeptResult, ...]:
    """Looks for programs in models of these seeds as they are before training."""
    asked, found = order.asked(seeds), []
    with _store(order) as store:
        for seed in seeds:
            subject, program = look_into_untrained(asked, seed, None, Setting(store, order.engine, 1))
            name = asked.experiment.run_name(seed)
            found.append(KeptResult(name, NAME, subject.digest, json.dumps(program.as_json())))
    return tuple(found)


@contextmanager
def _store(order: Order) -> Iterator[Store]:
    """A store in a folder that is gone afterwards; those of workers that were killed go now."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        process, _, rest = left.name.removeprefix(PREFIX).partition("-")
        here = rest.rpartition("-")[0] == platform.node()
        if here and process.isdecimal() and not _alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-{platform.node()}-") as folder,
        Store.open(Path(folder) / "runs", writes_as=order.writes_as, durable=False) as store,
    ):
        yield store


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
