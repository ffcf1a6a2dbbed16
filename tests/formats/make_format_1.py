"""Made `format_1/` and `format_1.json` once, when the store's format was 1. Never run it again.

The sample stands for the stores that people have: what a later openwork writes is not format 1 as it was, so a
regenerated sample would prove nothing. If a test of the sample fails, mend the loader.

The store holds three runs of a tiny model: seed 0 has finished and has a verdict, seed 1 was stopped after epoch 4 of
12, and a run of another experiment diverged. The JSON says what its arrays are, and how seed 1 goes on.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

from openwork.data import DataSplit
from openwork.engines import choose_engine
from openwork.models import spec_for
from openwork.runs import FORMAT, Store, recorded
from openwork.tasks import ReverseIncrement
from openwork.training import Experiment, TrainingState, recipe, train

HERE = Path(__file__).parent
VERDICT = {"mlps-necessary": {"verdict": "CONFIRMED", "effect": 0.25, "counterexamples": ["0 1"]}}


def main() -> None:
    if FORMAT != 1 or (HERE / "format_1").exists():
        raise SystemExit("the sample of format 1 is frozen: mend the loader instead")
    task = ReverseIncrement(2, 2)
    spec = spec_for(task, n_layers=1, d_model=2, n_heads=1, d_head=1, d_mlp=2)
    learn = recipe(epochs=12, batch_size=1, warmup_epochs=2, stop_when_solved=False)
    tiny = Experiment(task, spec, learn, DataSplit(held_out=0.25))
    wild = Experiment(task, spec, recipe(lr=1e30, schedule="constant", max_grad_norm=None), DataSplit(held_out=0.0))
    engine = choose_engine(spec, threads=1).engine
    with Store.open(HERE / "format_1") as store:
        for experiment, seed, epochs in ((tiny, 0, 12), (tiny, 1, 4), (wild, 2, 40)):
            events = train(engine, experiment, store.state_of(experiment, [seed]))
            list(islice(recorded(store, experiment, events, engine.name), epochs))
        store.save_verdicts(store.runs_of(tiny)[0], VERDICT)
        state = store.state_of(tiny, [1])
        told = {
            run.name: {
                "experiment": run.experiment.as_json(),
                "seed": run.seed,
                "status": run.status,
                "weights": [store.stack_at(run, epoch).flat[0].tolist() for epoch in range(1, run.epoch + 1)],
                "losses": [record.train.loss for record in run.history],
            }
            for run in store.runs()
        }
    whole = list(train(engine, tiny, TrainingState.fresh(spec, [1])))
    resumed = {
        "exp_avg": state.optimiser.exp_avg[0].tolist(),
        "exp_avg_sq": state.optimiser.exp_avg_sq[0].tolist(),
        "step": state.optimiser.step.tolist(),
        "losses": [event.progress[0].train.loss for event in whole],
    }
    (HERE / "format_1.json").write_text(json.dumps({"runs": told, "resumed": resumed, "verdicts": VERDICT}) + "\n")


if __name__ == "__main__":
    main()
