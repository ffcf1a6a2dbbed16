"""A process to be killed: trains seeds of an experiment into a store, from where it has them.

Usage: train_tiny.py HOME SEED,SEED,... EXPERIMENT
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from openwork.engines import choose_engine
from openwork.runs import Store, recorded
from openwork.training import experiment_from_json, train


def main(home: str, seeds: str, experiment_text: str) -> None:
    experiment = experiment_from_json(ast.literal_eval(experiment_text))
    engine = choose_engine(experiment.spec, threads=1).engine
    print("ready", flush=True)
    with Store.open(Path(home)) as store:
        state = store.state_of(experiment, [int(seed) for seed in seeds.split(",")])
        for _ in recorded(store, experiment, train(engine, experiment, state), engine.name, every=0):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
