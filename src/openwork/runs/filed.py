"""What the files of a store say by themselves: enough to write the rows of their runs again without a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from openwork.errors import OpenworkError, Reason, StoreError
from openwork.models import ModelSpec
from openwork.runs.checksums import linked
from openwork.runs.files import CHECKPOINTS, ENDING, PROGRESS, STATES, WEIGHTS, named
from openwork.runs.imported import deciding_of, is_imported
from openwork.runs.remeasured import remeasured
from openwork.runs.rows import COLUMNS, NOT_KEPT
from openwork.runs.tensors import About, read_about, read_rows, read_state, read_weights

Watch = Callable[[str, float], None]


@dataclass(frozen=True)
class Found:
    """A run, as the rows that it needs.

    Attributes:
        columns: of its row, by name; those that point at its optimiser state included.
        epochs: the rows of its history, as its chain covers them, ascending.
        places: of each of these epochs, the file with its weights and which of its rows.
        lost: what could not be brought back of it; empty where it is as it was.
    """

    columns: Mapping[str, Any]
    epochs: tuple[tuple[Any, ...], ...]
    places: Mapping[int, tuple[str, int]]
    lost: str = ""


@dataclass
class Files:
    """What was found in the folders: models by run and epoch, and what each file said."""

    models: dict[tuple[str, int], tuple[str, int, str, Any]] = field(default_factory=dict)
    """(run, epoch): file, row, digest, record"""
    held: set[tuple[str, int, str, int]] = field(default_factory=set)
    """(run, epoch, file, row), of a model that is in two files both"""
    finals: dict[str, About] = field(default_factory=dict)
    states: dict[str, tuple[int, str, int, About]] = field(default_factory=dict)
    """run: epoch, file, row"""
    damage: dict[str, Reason] = field(default_factory=dict)
    """by file"""


def read_files(home: Path, watch: Watch) -> Files:
    """Reads every file of arrays and holds it to its checksums; what does not match is told and left."""
    found = Files()
    names = [
        f"{folder}/{path.name}"
        for folder in (WEIGHTS, CHECKPOINTS, PROGRESS, STATES)
        for path in sorted((home / folder).glob(f"*{ENDING}"))
    ]
    for number, name in enumerate(names):
        watch(f"reading {name}", number / len(names))
        try:
            _read(home, name, found)
        except FileNotFoundError:
            continue
        except StoreError as error:
            found.damage[name] = error.reasons[0]
        except (OpenworkError, ValidationError, KeyError, TypeError, ValueError, IndexError) as error:
            what = f"is not a file of a store: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
            found.damage[name] = Reason(str(home / name), what)
    return found


def ended_run(home: Path, name: str, files: Files) -> Found:
    """A run that has ended, from its weights; its history from its checkpoints, as far as they are whole.

    Raises:
        OpenworkError: a file from before format 3 does not say how right its model is, and its task is not at hand.
    """
    about = files.finals[name]
    _, epoch, digest = about.rows[0]
    columns = _columns(name, about.told["experiment"], about.told["seed"], epoch, about.told.get("run"), home)
    last = next(iter(about.records), None)
    if last is None:
        columns["status"], last = remeasured(
            home / WEIGHTS / f"{name}{ENDING}", about.told["experiment"], (name, epoch)
        )
    epochs, places = _history(name, epoch, files)
    if "epochs" in about.told:  # its checkpoints were pruned
        epochs = tuple((name, *told) for told in about.told["epochs"])
        places = {told[1]: places.get(told[1], (NOT_KEPT, 0)) for told in epochs}
        places[epoch] = (named(WEIGHTS, name), 0)
    if not epochs or epochs[-1][1] != epoch:
        epochs = (*epochs, (name, *last, digest if about.records else None))
        places[epoch] = (named(WEIGHTS, name), 0)
    whole = columns.pop("history") == linked("", epochs)
    lost = (
        "" if whole else f"of its history, {len(epochs)} epochs are left: its checkpoints are missing, damaged or old"
    )
    return Found(columns, epochs, places, lost)


def training_run(home: Path, name: str, files: Files) -> Found | None:
    """A run in training, from its optimiser state and the weights after each of its epochs; None where some lack."""
    epoch, file, row, about = files.states[name]
    told = about.told
    epochs, places = _history(name, epoch, files)
    if "runs" not in told or not epochs or epochs[-1][1] != epoch:
        return None
    columns = _columns(name, told["experiment"], told["seeds"][row], epoch, told["runs"][row], home)
    columns |= {"state_file": file, "state_row": row, "status": "training"}
    whole = columns.pop("history") == linked("", epochs)
    return Found(columns, epochs, places, "" if whole else f"of its history, {len(epochs)} epochs are left")


def well_placed(run: Found, files: Files) -> Found:
    """A run whose rows are whole, with the places of its weights as the files have them: no checksum covers these."""
    name, places = str(run.columns["name"]), dict(run.places)
    for _, epoch, *_, digest in run.epochs:
        place = places[epoch]
        if (name, epoch, *place) in files.held:
            continue
        found = files.models.get((name, epoch))
        if found is not None and digest in (None, found[2]):
            places[epoch] = found[:2]
        elif not (isinstance(place[0], str) and place[0].isprintable() and isinstance(place[1], int)):
            places[epoch] = (named(CHECKPOINTS, name), 0)  # which does not have it, as whoever reads it is told
    return replace(run, places=places)


def _read(home: Path, name: str, found: Files) -> None:
    folder, path = name.partition("/")[0], home / name
    about = read_about(path)
    spec = ModelSpec.model_validate(about.told["spec"])
    if folder == WEIGHTS:
        run, epoch, _ = about.rows[0]
        if path.name != f"{run}{ENDING}" or run != run_name(about.told["experiment"], about.told["seed"]):
            raise ValueError("its name is not that of its experiment and seed")
        read_weights(path, spec, (run, epoch))
        found.finals[run] = about
    elif folder == STATES:
        for row, (run, epoch, _) in enumerate(about.rows):
            read_state(path, spec, row, (run, epoch))
            if epoch > found.states.get(run, (-1,))[0]:
                found.states[run] = (epoch, name, row, about)
    else:
        read_rows(path, spec)
        for row, ((run, epoch, digest), record) in enumerate(zip(about.rows, about.records, strict=False)):
            found.models.setdefault((run, epoch), (name, row, digest, record))
            found.held.add((run, epoch, name, row))


def run_name(experiment: Mapping[str, Any], seed: int) -> str:
    """The name of the run of this experiment, as its JSON has it, and this seed; or of this import."""
    deciding = _deciding(experiment)
    return _digest(deciding if is_imported(experiment) else deciding | {"seed": seed})[:12]


def _columns(
    name: str, experiment: Mapping[str, Any], seed: int, epoch: int, told: Mapping[str, Any] | None, home: Path
) -> dict[str, Any]:
    """A run's row; `told` is None where the file is from before format 3."""
    columns: dict[str, Any] = dict.fromkeys((*COLUMNS, "state_file", "state_row", "history"))
    columns |= {"name": name, "seed": seed, "epoch": epoch, "experiment": json.dumps(experiment, sort_keys=True)}
    if told is None:
        when = _when(home / named(WEIGHTS, name))
        told = {"experiment_key": _digest(_deciding(experiment)), "created": when, "updated": when, "engine": "unknown"}
    return columns | dict(told)


def _history(name: str, last: int, files: Files) -> tuple[tuple[tuple[Any, ...], ...], dict[int, tuple[str, int]]]:
    mine = sorted(epoch for run, epoch in files.models if run == name and epoch <= last)
    places = {epoch: files.models[name, epoch][:2] for epoch in mine}
    epochs = tuple((name, *files.models[name, epoch][3], files.models[name, epoch][2]) for epoch in mine)
    return epochs, places


def _deciding(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """What decides a run's name: all but where its task's file lies; of an import see `deciding_of`."""
    value = json.loads(json.dumps(experiment))
    if is_imported(value):
        return deciding_of(value)
    value["task"].get("file", {}).pop("path", None)
    return dict(value)


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _when(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
