"""How `grokking` goes: trains seeds into a store, and writes docs/grokking.json and the tables of docs/grokking.md.

    python bench/grokking.py                            p = 59, seeds 0 to 3: minutes
    python bench/grokking.py --p 113 --seeds 1          the published size: hours
    python bench/grokking.py --write                    only the page, from docs/grokking.json

Trainings stay in the store (`OPENWORK_HOME`), so that this can be stopped and gone on with. Seconds are of the training
loop by the clock, shared by the seeds that went side by side, on a machine that may have had other work to do.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from machine import machine
from openwork.analyses import percent
from openwork.jobs.opened import OpenedRun, open_run
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.runs import EpochRecord, Store
from openwork.tasks import make_task
from openwork.training import named_experiment

DOCS = Path(__file__).resolve().parent.parent / "docs"
KEPT, PAGE = DOCS / "grokking.json", DOCS / "grokking.md"
BEGIN, END = "<!-- written by bench/grokking.py -->", "<!-- end -->"
GROKKED = 0.99


def measured(opened: OpenedRun, seeds: int) -> dict[str, Any]:
    """One row: when a seed knew what it was trained on and when it had grokked, and what it computes with."""
    run, waves = opened.stored, opened.fourier().result
    progress = opened.progress_measures().result if waves.keys else None
    known, grokked = (_first(run.history, part) for part in ("train", "held_out"))
    return {
        "p": run.task.params["p"],
        "seed": run.seed,
        "side_by_side": seeds,
        "train_epoch": known,
        "held_out_epoch": grokked,
        "seconds_to_held_out": round(sum(r.seconds for r in run.history if grokked and r.epoch <= grokked)),
        "epochs": run.epoch,
        "seconds": round(run.seconds),
        "right": run.last.held_out.accuracy,
        "keys": list(waves.keys),
        "kept": waves.kept.accuracy,
        "removed": waves.removed.accuracy,
        "progress": [] if progress is None else progress.records(),
        "machine": machine(),
        "engine": run.engine,
    }


def _first(history: tuple[EpochRecord, ...], part: str) -> int | None:
    """The first recorded epoch after which this part was 99 % right."""
    return next((r.epoch for r in history if getattr(r, part).accuracy >= GROKKED), None)


def table(rows: list[dict[str, Any]]) -> str:
    """The seeds, a line each, and the measures of the first."""
    heads = ("p", "seed", "99 % trained on", "99 % held out", "s until then", "s in all", "held out at the end")
    heads += ("key frequencies", "kept alone", "removed")
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for r in rows:
        cells = (
            r["p"],
            r["seed"],
            _epoch(r["train_epoch"]),
            _epoch(r["held_out_epoch"]),
            r["seconds_to_held_out"] or "not",
        )
        cells += (r["seconds"], percent(r["right"]), ", ".join(map(str, r["keys"])) or "none")
        lines.append("| " + " | ".join(map(str, (*cells, percent(r["kept"]), percent(r["removed"])))) + " |")
    said = f"{rows[0]['engine']}, {rows[0]['machine']}."
    return "\n".join([*lines, "", said, "", *_measures(rows[0])])


def _epoch(epoch: int | None) -> str:
    return "not" if epoch is None else f"epoch {epoch:,}"


def _measures(row: dict[str, Any]) -> list[str]:
    moments = row["progress"]
    shown = moments[:: max(1, len(moments) // 12)]
    shown = shown if not moments or shown[-1] == moments[-1] else [*shown, moments[-1]]
    lines = [f"Over the training of seed {row['seed']}, p = {row['p']}, losses in nats:", ""]
    lines += ["| epoch | training | held out | restricted | excluded | squared weights |", "|--:|--:|--:|--:|--:|--:|"]
    for m in shown:
        losses = ("train_loss", "held_out_loss", "restricted_loss", "excluded_loss")
        cells = [f"{m['epoch']:,}", *(f"{m[name]:.2g}" for name in losses), f"{m['squared_weights']:.0f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--p", type=int, default=59)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--threads", type=int, help="cores to use; else all")
    parser.add_argument("--write", action="store_true", help="only the page, from what is kept")
    options = parser.parse_args()
    if not options.write:
        with Store.open() as store:
            setting = Setting(
                store, None, options.threads, lambda event: print(".", end="", file=sys.stderr, flush=True)
            )
            experiment = named_experiment("grokking", make_task("modular-addition", {"p": options.p}))
            opened = [open_run(run, setting) for run in train_seeds(experiment, range(options.seeds), setting)]
            KEPT.write_text(json.dumps([measured(one, options.seeds) for one in opened], indent=1) + "\n")
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    page = f"{before}{BEGIN}\n{table(json.loads(KEPT.read_text()))}\n{END}{after}"
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
