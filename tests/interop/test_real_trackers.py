"""Histories written through TensorBoard, MLflow and Weights & Biases are read back through them.

`scripts/interop trackers` runs this in an environment with all three; elsewhere it is skipped.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from openwork.interop.trackers import TRACKERS, history_of
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.runs import Store
from openwork.tasks import make_task
from openwork.training import named_experiment

if not all(importlib.util.find_spec(library) for library in TRACKERS.values()):
    pytest.skip("not all are installed here: scripts/interop trackers runs this", allow_module_level=True)

MAIN = "from openwork.cli.app import main; main()"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("runs")) as opened:
        experiment = named_experiment("copy", make_task("copy", {"base": 2, "length": 2}))
        train_seeds(experiment, range(2), Setting(opened, threads=1))
        yield opened


def export(store, to, folder):
    command = [sys.executable, "-c", MAIN, "runs", "export", "--to", to, "-o", str(folder), "--json"]
    done = subprocess.run([*command, "--store", str(store.home)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("to", ["tensorboard", "mlflow", "wandb"])
def test_a_second_time_nothing_is_written(store, to, tmp_path):
    names = [run.name for run in store.runs()]
    assert sorted(export(store, to, tmp_path)["written"]) == sorted(names)
    assert export(store, to, tmp_path)["written"] == []


def test_tensorboard_reads_every_number(store, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import TENSORS, EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    export(store, "tensorboard", tmp_path)
    for run in store.runs():
        [folder] = tmp_path.glob(f"copy-*/{run.name}")
        events = EventAccumulator(str(folder), size_guidance={TENSORS: 0})
        events.Reload()
        told = history_of(run)
        for name in told.points[0].numbers:
            read = [(each.step, float(make_ndarray(each.tensor_proto))) for each in events.Tensors(name)]
            assert read == [(point.epoch, pytest.approx(point.numbers[name], rel=1e-6)) for point in told.points]
        hparams = events.summary_metadata["_hparams_/session_start_info"]
        assert hparams.plugin_data.plugin_name == "hparams"


def test_mlflow_reads_every_number_and_choice(store, tmp_path):
    from mlflow.tracking import MlflowClient

    export(store, "mlflow", tmp_path)
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}")
    where = client.get_experiment_by_name("openwork: copy").experiment_id
    for run in store.runs():
        [there] = client.search_runs([where], f"tags.`openwork.run` = '{run.name}'")
        told = history_of(run)
        assert there.data.params == {name: str(value) for name, value in told.choices.items()}
        assert there.data.tags["openwork.experiment"] == run.experiment_key
        assert there.data.metrics["solved"] == run.solved
        read = client.get_metric_history(there.info.run_id, "train/loss")
        assert [(each.step, each.value) for each in read] == [(p.epoch, p.numbers["train/loss"]) for p in told.points]


def records(data):
    """The records of a log in the format of LevelDB, as W&B writes one after 7 bytes of its own."""
    block, at, parts = 32_768, 7, []
    while at + 7 <= len(data):
        if block - at % block < 7:
            at += block - at % block
            continue
        length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
        parts.append(data[at + 7 : at + 7 + length])
        if kind in (1, 4):  # all of one, or its end
            yield b"".join(parts)
            parts = []
        at += 7 + length


def test_wandb_has_offline_runs_with_every_epoch(store, tmp_path):
    from wandb.proto import wandb_internal_pb2

    export(store, "wandb", tmp_path)
    for run in store.runs():
        [file] = tmp_path.glob(f"wandb/offline-run-*-{run.name}/run-{run.name}.wandb")
        epochs, config = [], {}
        for data in records(file.read_bytes()):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(data)
            if record.WhichOneof("record_type") == "history":
                items = {"/".join(i.nested_key) or i.key: json.loads(i.value_json) for i in record.history.item}
                epochs.append((items["epoch"], items["train/loss"]))
            elif record.WhichOneof("record_type") == "run":
                config |= {i.key: json.loads(i.value_json) for i in record.run.config.update}
                assert record.run.run_group.startswith("copy-")
        told = history_of(run)
        assert epochs == [(point.epoch, point.numbers["train/loss"]) for point in told.points]
        assert config["recipe.lr"] == told.choices["recipe.lr"] and config["seed"] == run.seed
