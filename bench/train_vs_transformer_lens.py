"""Training steps per second of the notebook's model: openwork beside TransformerLens 3.9, one thread each.

    python bench/train_vs_transformer_lens.py [--rounds 7] [--peer-python PATH]

Each runs in a process of its own that is warm before the first round; rounds alternate, medians are printed, and the
ratio is the median of the rounds' ratios. The peer's environment, `.venv-bench`, is made on first use (1.6 GB).
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / ".venv-bench"
NEEDS = (("torch==2.13.0",), ("transformer-lens==3.9.0",))


def peer_python(given: str | None) -> str:
    """The interpreter that has TransformerLens; makes its environment where none is given."""
    if given:
        return given
    python = PEER / "bin" / "python"
    if not python.exists():
        print(f"Making {PEER.name} with TransformerLens; this takes minutes.", flush=True)
        subprocess.run([sys.executable, "-m", "venv", PEER], check=True)
        for packages in NEEDS:
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return str(python)


class Worker:
    """One side of the comparison, in a process of its own."""

    def __init__(self, python: str, script: str) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        command = [python, str(HERE / script)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | threads
        )
        self.name = self.read().removeprefix("ready ")

    def read(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line[0].isdigit() or line.startswith("ready"):
                return line.strip()
        raise SystemExit(f"{self.process.args} stopped with {self.process.wait()}")

    def steps_per_second(self) -> float:
        assert self.process.stdin is not None
        print("go", file=self.process.stdin, flush=True)
        return float(self.read())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peer-python", help="an interpreter that has TransformerLens 3.9")
    options = parser.parse_args()
    ours = Worker(sys.executable, "worker_openwork.py")
    theirs = Worker(peer_python(options.peer_python), "worker_transformer_lens.py")
    for side in (ours, theirs):
        side.steps_per_second()
    rounds = [(ours.steps_per_second(), theirs.steps_per_second()) for _ in range(options.rounds)]
    ratios = [a / b for a, b in rounds]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {options.rounds} rounds")
    for name, rates in ((ours.name, [a for a, _ in rounds]), (theirs.name, [b for _, b in rounds])):
        print(f"{statistics.median(rates):9,.0f} steps/s  ({min(rates):,.0f} to {max(rates):,.0f})  {name}")
    print(f"{statistics.median(ratios):9.1f} times  ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
