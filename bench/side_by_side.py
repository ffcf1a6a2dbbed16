"""openwork beside its peers on the notebook's model, one after the other in one process tree; `scripts/bench` runs it.

Every side is a process of its own that stays warm; rounds alternate; each row gives a median and its spread, and a
ratio is taken within a round. A terminal gets a table, `--json` the figures, `--write-docs` those of the pages.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pages
import table
from contention import Others, remark
from figures import FIGURES, MACHINE, OPENWORK, rows_of, with_share
from flops import step_flops
from growth import Growth, all_growth
from machine import machine
from openwork.engines import choose_engine
from openwork.engines.native.engine import simd_level
from openwork.training import named_experiment
from peak import compiled_peak
from peers import ENVIRONMENT, JAX_ENVIRONMENT, LENS, interpreter, started
from programs import environment_of, has, megabytes, start_up
from rounds import Measure, Values, alternate
from worker import Worker

Measured = dict[str, dict[str, Measure]]
QUICK = {"rounds": 3, "seconds": 0.3}
FULL = {"rounds": 7, "seconds": 1.0}
QUICK_PEERS = ("train", "zero")
MOST = {"notebook": 3, "notebook-tried": 2, "import": 5, "help": 5, "size": 1}
NOT_QUICK, ONLY_QUICK = ("notebook",), ("notebook-tried",)
EXPERIMENT = named_experiment("notebook")
FLOPS = step_flops(EXPERIMENT.spec, EXPERIMENT.task.n_pos, EXPERIMENT.task.graded, EXPERIMENT.recipe.batch_size)


def measures_of(workers: dict[str, Worker], quick: bool) -> Measured:
    """What the workers can measure, by figure and side; `--quick` asks peers for little."""
    left_out = NOT_QUICK if quick else ONLY_QUICK
    found: Measured = {}
    for figure in FIGURES:
        for side, worker in workers.items():
            wanted = side == OPENWORK or not quick or figure.key in QUICK_PEERS
            if wanted and figure.key in worker.figures and figure.key not in left_out:
                found.setdefault(figure.key, {})[side] = partial(worker.measure, figure.key)
    return found


def program_measures(lens: str | None, quick: bool) -> Measured:
    """Start-up and size; of openwork's environment only where it holds openwork alone, without PyTorch."""
    command = Path(sys.prefix) / "bin" / "openwork"
    found: Measured = {"import": {OPENWORK: start_up(sys.executable, "-c", "import openwork")}}
    if command.exists():
        found["help"] = {OPENWORK: start_up(str(command), "--help")}
    if lens and not quick:
        found["import"][LENS.side] = start_up(lens, "-W", "ignore", "-c", "import transformer_lens")
    if not has(sys.executable, "torch"):
        found["size"] = {OPENWORK: lambda _: megabytes(Path(sys.prefix))}
        if lens:
            found["size"][LENS.side] = lambda _: megabytes(environment_of(lens))
    return found


def in_order(*parts: Measured) -> Measured:
    """All of them, in the table's order, so that what is compared is measured close together."""
    merged = {key: sides for part in parts for key, sides in part.items()}
    return {figure.key: merged[figure.key] for figure in FIGURES if figure.key in merged}


def notes_on(values: Values) -> list[str]:
    """What a reader must know to read the rows right."""
    notes = [
        "A pass counts right answers at graded positions; openwork computes once what neighbouring inputs share.",
        f"A training step counts as {FLOPS / 1e6:.2f} MFLOP: linear layers and attention's products, forward and "
        "backward, as far as the loss needs them (bench/flops.py).",
    ]
    if ("train", "JAX") in values:
        notes.append("JAX is held to one core.")
    if ("notebook-tried", OPENWORK) in values:
        notes.append("The time of 64 seeds is extrapolated from 8 seeds and 5 epochs.")
    return notes


def document(values: Values, growth: list[Growth], about: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Everything that was found, in plain values: what `--json` prints and the tables are made from."""
    rows = rows_of(with_share(values, FLOPS))
    found = {"rows": [row.as_json() for row in rows], "growth": [item.as_json() for item in growth]}
    return about | found | {"notes": notes_on(values) + notes}


def measure(options: argparse.Namespace, told: Any) -> dict[str, Any]:
    """Starts the workers, runs the rounds, then the growth with nothing else awake."""
    plan = QUICK if options.quick else FULL
    rounds = options.rounds or int(plan["rounds"])
    given = (options.peer_python or interpreter(ENVIRONMENT), options.jax_python or interpreter(JAX_ENVIRONMENT))
    pythons = [] if options.no_peers else [python for python in given if python]
    lens = next((python for python in pythons if has(python, LENS.package)), None)
    others = Others()
    workers = {OPENWORK: Worker(sys.executable, "worker_openwork.py")}
    peers, notes = ({}, ["Peers are left out, as asked."]) if options.no_peers else started(pythons, options.quick)
    workers |= peers
    about = {
        "command": command_of(options),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": machine(),
        "versions": [f"Python {platform.python_version()}", *(worker.name for worker in workers.values())],
        "rounds": rounds,
    }
    with tempfile.TemporaryDirectory() as folder:
        peak = compiled_peak(Path(folder), simd_level()[0])
        of_machine: Measured = {"peak": {MACHINE: peak}} if peak else {}
        parts = (measures_of(workers, options.quick), of_machine, program_measures(lens, options.quick))
        values = alternate(in_order(*parts), rounds, plan["seconds"], MOST, told=told)
    for worker in workers.values():
        worker.close()
    about["others_cores"] = others.cores()
    notes += filter(None, [remark(about["others_cores"])])
    growth = all_growth(choose_engine(EXPERIMENT.spec, "native", threads=1).engine, rounds, told)
    return document(values, growth, about, notes)


def command_of(options: argparse.Namespace) -> str:
    """What measures the same again; how the figures are shown is left out, and so are paths of this machine."""
    said = {"--quick": options.quick, "--no-peers": options.no_peers, f"--rounds {options.rounds}": options.rounds}
    return " ".join(["scripts/bench", *(option for option, given in said.items() if given)])


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a minute: fewer rounds, few peers, fewer rows")
    parser.add_argument("--no-peers", action="store_true", help="openwork alone")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    parser.add_argument("--write-docs", action="store_true", help="replace the tables of both pages")
    parser.add_argument("--rounds", type=int, help=f"{FULL['rounds']}, or {QUICK['rounds']} with --quick")
    parser.add_argument("--peer-python", help="an interpreter that has PyTorch and TransformerLens")
    parser.add_argument("--jax-python", help="an interpreter that has JAX")
    return parser.parse_args()


def main() -> None:
    """The command."""
    options = arguments()
    found = measure(options, lambda text: print(text, file=sys.stderr, flush=True))
    print(json.dumps(found, indent=2) if options.json else table.text(found))
    if options.write_docs:
        pages.write(table.markdown(found))


if __name__ == "__main__":
    main()
