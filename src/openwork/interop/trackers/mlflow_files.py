"""A database of MLflow: an experiment for each task, a run for each run, its experiment's hash as a tag."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from openwork.interop.trackers.history import History

DATABASE = "mlflow.db"
AT_ONCE = 1_000
"""metrics that MLflow takes in one call, at most"""
PARAMS_AT_ONCE = 100
LONGEST = 500
"""characters of a parameter"""
RUN, EXPERIMENT = "openwork.run", "openwork.experiment"
"""tags"""


class _Mlflow:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._address = f"sqlite:///{folder.absolute() / DATABASE}"
        self._files = (folder / "artifacts").absolute().as_uri()
        self._entities: Any = importlib.import_module("mlflow.entities")
        self._client: Any = importlib.import_module("mlflow.tracking").MlflowClient(tracking_uri=self._address)
        self._experiments: dict[str, str] = {}

    def add(self, history: History) -> bool:
        where = self._experiment(history.task)
        there = self._client.search_runs([where], f"tags.`{RUN}` = '{history.run}'")
        if any(run.info.status == "FINISHED" for run in there):
            return False
        for run in there:  # of one that was interrupted
            self._client.delete_run(run.info.run_id)
        tags = {RUN: history.run, EXPERIMENT: history.experiment, "status": str(history.ended["status"])}
        begun, ended = (int(1000 * point.when) for point in (history.points[0], history.points[-1]))
        made = self._client.create_run(where, start_time=begun, tags=tags, run_name=history.title).info.run_id
        params = [self._entities.Param(name, str(value)[:LONGEST]) for name, value in history.choices.items()]
        for first in range(0, len(params), PARAMS_AT_ONCE):
            self._client.log_batch(made, params=params[first : first + PARAMS_AT_ONCE])
        metrics = [
            self._entities.Metric(name, number, int(1000 * point.when), point.epoch)
            for point in history.points
            for name, number in point.numbers.items()
        ]
        metrics.append(self._entities.Metric("solved", float(history.ended["solved"]), ended, history.points[-1].epoch))
        for first in range(0, len(metrics), AT_ONCE):
            self._client.log_batch(made, metrics=metrics[first : first + AT_ONCE])
        self._client.set_terminated(made, "FINISHED", end_time=ended)
        return True

    def _experiment(self, task: str) -> str:
        if task not in self._experiments:
            name = f"openwork: {task}"
            found = self._client.get_experiment_by_name(name)
            made = self._client.create_experiment(name, self._files) if found is None else found.experiment_id
            self._experiments[task] = made
        return self._experiments[task]

    def look(self) -> str:
        return f"mlflow ui --backend-store-uri '{self._address}'"


def tracker(folder: Path) -> _Mlflow:
    """Writes a database into this folder."""
    return _Mlflow(folder)
