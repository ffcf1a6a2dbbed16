"""Training steps per second of the notebook's model: openwork beside TransformerLens 3.9, one thread each.

    python bench/train_vs_transformer_lens.py [--rounds 7] [--peer-python PATH]

Each runs in a process of its own that is warm before the first round; rounds alternate, medians are printed, and the
ratio is the median of the rounds' ratios. The peer's environment, `.venv-bench`, is made on first use (1.6 GB).
This is one row of what `scripts/bench` measures.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from figures import OPENWORK
from machine import machine
from peers import LENS, made_environment
from rounds import Spread, alternate, ratio
from worker import Worker

SECONDS = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peer-python", help="an interpreter that has TransformerLens 3.9")
    options = parser.parse_args()
    workers = {
        OPENWORK: Worker(sys.executable, "worker_openwork.py"),
        LENS.side: Worker(options.peer_python or made_environment(), *LENS.command),
    }
    measures = {"train": {side: partial(worker.measure, "train") for side, worker in workers.items()}}
    values = alternate(measures, options.rounds, SECONDS)
    print(f"{machine()}, {options.rounds} rounds")
    for side, worker in workers.items():
        rate = Spread.of(values["train", side])
        print(f"{rate.median:9,.0f} steps/s  ({rate.low:,.0f} to {rate.high:,.0f})  {worker.name}")
    times = ratio(values["train", OPENWORK], values["train", LENS.side])
    print(f"{times.median:9.1f} times  ({times.low:.1f} to {times.high:.1f})")
    for worker in workers.values():
        worker.close()


if __name__ == "__main__":
    main()
