"""Made `format_2/` once, when the store's format was 2. Never run it again; see `make_format_1.py`.

New in format 2: results of measurements. The store holds one finished run with a verdict and a result.
"""

from __future__ import annotations

from pathlib import Path

from openwork.data import DataSplit
from openwork.engines import choose_engine
from openwork.models import spec_for
from openwork.runs import FORMAT, Store, recorded
from openwork.tasks import ReverseIncrement
from openwork.training import Experiment, TrainingState, recipe, train

HERE = Path(__file__).parent
VERDICT = {"mlps-necessary": {"verdict": "CONFIRMED", "effect": 0.25, "counterexamples": ["0 1"]}}
RESULT = {"version": 1, "routes": [{"output": "y[0]", "explained": 0.25}]}


def main() -> None:
    if FORMAT != 2 or (HERE / "format_2").exists():
        raise SystemExit("the sample of format 2 is frozen: mend the loader instead")
    task = ReverseIncrement(2, 2)
    spec = spec_for(task, n_layers=1, d_model=2, n_heads=1, d_head=1, d_mlp=2)
    learn = recipe(epochs=3, batch_size=1, warmup_epochs=1, stop_when_solved=False)
    tiny = Experiment(task, spec, learn, DataSplit(held_out=0.25))
    engine = choose_engine(spec, threads=1).engine
    with Store.open(HERE / "format_2") as store:
        list(recorded(store, tiny, train(engine, tiny, TrainingState.fresh(spec, [0])), engine.name))
        [run] = store.runs()
        store.save_verdicts(run, VERDICT)
        store.save_result(run, "routes", "a" * 16, RESULT)


if __name__ == "__main__":
    main()
