"""`openwork doctor`: what runs here, and why."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
from pathlib import Path
from typing import Any

import typer

from openwork.cli.examples import examples
from openwork.cli.options import EngineName, JsonFlag, StorePath, Threads
from openwork.cli.output import emit, people, print_facts
from openwork.engines import Engine, choose_engine
from openwork.engines.choose import ENGINES, torch_installed
from openwork.errors import OpenworkError
from openwork.report.terminal.quantities import size_text
from openwork.runs import Store
from openwork.training import named_experiment

app = typer.Typer(add_completion=False)
EXAMPLE = "reverse-increment"
PACKAGES = ("openwork", "numpy", "safetensors", "pydantic", "typer", "rich", "plotly", "jinja2", "torch")


@app.command(epilog=examples("openwork doctor", "openwork doctor --engine torch", "openwork doctor --json"))
def doctor(
    engine: EngineName = None, threads: Threads = None, store: StorePath = None, as_json: JsonFlag = False
) -> None:
    """Say which engine runs here and why, and where runs are kept.

    The engine is the one that would train the default model of reverse-increment.
    """
    spec = named_experiment(EXAMPLE).spec
    choice = choose_engine(spec, engine, threads)
    facts: dict[str, Any] = {
        "engine": {"name": choice.engine.name, "reason": choice.reason, "threads": choice.engine.threads},
        "engines": {name: _about(name, threads, choice.engine) for name in ENGINES},
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "machine": f"{platform.system()} {platform.machine()}",
        "store": _store(store),
    }
    if as_json:
        emit(facts)
        return
    kept, (chosen, _, why) = facts["store"], choice.reason.partition(": ")
    lines = [
        ("engine", f"{chosen} for the default model of {EXAMPLE} ({why}), {choice.engine.threads} threads"),
        *((f"  {name}", about) for name, about in facts["engines"].items()),
        ("machine", facts["machine"]),
        ("versions", ", ".join(f"{name} {number or '(not installed)'}" for name, number in facts["versions"].items())),
        ("store", f"{kept['home']}, {kept['runs']} runs, {size_text(kept['bytes'])}"),
        ("free disk", size_text(kept["free_bytes"])),
    ]
    print_facts(people(as_json), lines, indent=0)


def _about(name: str, threads: int | None, chosen: Engine) -> str:
    """What an engine says of itself, or why it cannot be had; PyTorch, which takes seconds to start, only if chosen."""
    if name == chosen.name:
        return chosen.why()
    if name == "torch" and torch_installed():
        return f"PyTorch {_version('torch')}, not started; what it would run on: openwork doctor --engine torch"
    try:
        return choose_engine(named_experiment(EXAMPLE).spec, name, threads).engine.why()
    except OpenworkError as error:
        return "; ".join(str(reason) for reason in error.reasons)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _store(path: Path | None) -> dict[str, Any]:
    with Store.open(path) as store:
        home, runs = store.home, len(store.runs())
    size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    return {"home": str(home), "runs": runs, "bytes": size, "free_bytes": shutil.disk_usage(there).free}
