"""A process that starts processes to be killed: each trains seeds of an experiment from where a store has them.

Every line of its input starts one, `HOME SEED,SEED,... SECONDS OPERATIONS`; it is killed (SIGKILL) after so many
seconds, or before its so-manyth sync or renaming of a file, where these are not `never`. Its exit code is printed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openwork.engines import choose_engine
from openwork.runs import Store, recorded
from openwork.training import Experiment, experiment_from_json, train


def main(experiment: Experiment) -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        home, seeds, seconds, operations = line.split("\t")
        child = os.fork()
        if child == 0:
            try:
                die_before(operations.strip())
                train_into(Path(home), [int(seed) for seed in seeds.split(",")], experiment)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(exit_code(child, seconds), flush=True)


def exit_code(child: int, seconds: str) -> int:
    """Waits for the child, for so many seconds at most."""
    if seconds != "never":
        until = time.monotonic() + float(seconds)
        while time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.0002)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_before(operations: str) -> None:
    """Has this process killed before that sync or renaming of a file."""
    if operations == "never":
        return
    left = [int(operations)]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any) -> Any:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments)

        return instead

    os.fsync, os.replace = counted(os.fsync), counted(os.replace)


def train_into(home: Path, seeds: list[int], experiment: Experiment) -> None:
    engine = choose_engine(experiment.spec, threads=1).engine
    with Store.open(home) as store:
        events = train(engine, experiment, store.state_of(experiment, seeds))
        for _ in recorded(store, experiment, events, engine.name, every=0):
            pass


if __name__ == "__main__":
    main(experiment_from_json(json.loads(sys.argv[1])))
