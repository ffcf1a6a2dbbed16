"""`openwork train`: models into the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import typer

from openwork.analyses import all_asked
from openwork.cli import options, overrides
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, people
from openwork.cli.run_view import run_summary, run_table
from openwork.jobs.cluster.on_cluster import train_on
from openwork.jobs.cluster.ray_cluster import ray_cluster
from openwork.jobs.given_task import given_task
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.runs import Run, Store
from openwork.training import Experiment

app = typer.Typer(add_completion=False)
SET_ASIDE = 1
"""exit code where a cluster has set seeds aside"""
EXAMPLES = examples(
    "openwork train reverse-increment --seeds 8",
    "openwork train reverse-increment --experiment notebook --seeds 0..63",
    "openwork train reverse-increment --param base=3 --param length=4 --seeds 1,5,7 --d-mlp 32 --lr 3e-3",
)


@app.command(epilog=EXAMPLES)
def train(
    task: options.TaskName,
    param: options.TaskParams = None,
    seeds: options.SeedList = None,
    seed: options.OneSeed = None,
    experiment: options.ExperimentName = None,
    n_layers: overrides.Layers = None,
    d_model: overrides.Width = None,
    n_heads: overrides.Heads = None,
    d_head: overrides.HeadWidth = None,
    d_mlp: overrides.Neurons = None,
    act_fn: overrides.Activation = None,
    epochs: overrides.Epochs = None,
    batch_size: overrides.BatchSize = None,
    lr: overrides.Rate = None,
    schedule: overrides.Schedule = None,
    weight_decay: overrides.WeightDecay = None,
    attn_entropy: overrides.AttnEntropy = None,
    initializer_range: overrides.InitializerRange = None,
    stop: overrides.KeepGoing = None,
    record_every: overrides.RecordEvery = None,
    split: overrides.SplitKind = None,
    held_out: overrides.HeldOut = None,
    split_seed: overrides.SplitSeed = None,
    train_inputs: overrides.TrainInputs = None,
    fresh: overrides.Fresh = None,
    keep: options.KeepRule = "all",
    on: options.OnCluster = None,
    patience: options.Patience = options.PATIENCE,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Train seeds side by side into the store, or go on with them.

    Every finished epoch is kept, or as few as --record-every says. Interrupted or killed, the same command goes on
    from the last one kept and ends with the same bits as if it had never stopped. Seeds that are already done are not
    trained again. With --keep, checkpoints of these seeds that the rule does not keep are freed as seeds end.
    """
    model = {"n_layers": n_layers, "d_model": d_model, "n_heads": n_heads, "d_head": d_head, "d_mlp": d_mlp}
    learning = {"epochs": epochs, "batch_size": batch_size, "lr": lr, "schedule": schedule, "stop_when_solved": stop}
    proved = {"attn_entropy": attn_entropy, "initializer_range": initializer_range}
    wanted = overrides.experiment_with(
        given_task(task, options.params_of(param)),
        experiment,
        model | {"act_fn": act_fn},
        learning | {"weight_decay": weight_decay, "record_every": record_every} | proved,
        {"kind": split, "held_out": held_out, "seed": split_seed, "inputs": train_inputs, "fresh": fresh},
    )
    rule, where = options.kept_and_done(keep, on, patience)
    chosen = options.seeds_of(seed, seeds) or (0,)
    with Store.open(store) as kept, ProgressDisplay(aside()) as display:
        setting = Setting(kept, engine, threads, display, rule)
        left = {} if where is None else _on(where, wanted, chosen, setting, patience)
        runs = train_seeds(wanted, [seed for seed in chosen if not left or wanted.run_name(seed) not in left], setting)
    _tell(runs, wanted, as_json)
    _tell_aside(left)


def _on(where: str, wanted: Experiment, chosen: Sequence[int], setting: Setting, patience: float) -> Mapping[str, str]:
    """Has a cluster train; by name of a run, why it was set aside."""
    with ray_cluster(where, setting.threads) as cluster:
        return train_on(cluster, wanted, chosen, setting, patience)


def _tell(runs: Sequence[Run], wanted: Experiment, as_json: bool) -> None:
    """A table of the runs, and what went wrong."""
    if as_json:
        emit([run_summary(run) for run in runs])
        return
    console = people(as_json)
    console.print(run_table(runs))
    for run in runs:
        if run.status == "diverged":
            said = f"Seed {run.seed} diverged at step {run.last.step}: its loss was not finite. Try a smaller --lr."
            console.print(said, style="red")
    asked = all_asked(wanted.split.inputs or 0, drawn=wanted.split.inputs is not None)
    console.print(f"{sum(run.solved for run in runs)} of {len(runs)} seeds are right on {asked}.")


def _tell_aside(left: Mapping[str, str]) -> None:
    """What a cluster has set aside, if anything, with an exit code of its own."""
    for name, why in left.items():
        aside().print(f"Run {name} was set aside: {why}", style="red", markup=False, soft_wrap=True)
    if left:
        raise typer.Exit(SET_ASIDE)
