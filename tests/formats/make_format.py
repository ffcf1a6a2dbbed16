"""Makes `format_N/` once, in the commit in which the store's format becomes N, and never after; see `make_format_1.py`.

Made so were those of 3 (checksums, a manifest and a journal) and 4 (summaries, views, and a manifest in parts). The
store holds a finished run with a verdict and a result, and a run in training.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from openwork.data import DataSplit
from openwork.engines import choose_engine
from openwork.models import spec_for
from openwork.runs import FORMAT, Store, recorded
from openwork.tasks import ReverseIncrement
from openwork.training import Experiment, recipe, train

HERE = Path(__file__).parent
VERDICT = {"mlps-necessary": {"verdict": "CONFIRMED", "effect": 0.25, "counterexamples": ["0 1"]}}
RESULT = {"version": 1, "routes": [{"output": "y[0]", "explained": 0.25}]}


def main() -> None:
    folder = HERE / f"format_{FORMAT}"
    if folder.exists():
        raise SystemExit(f"the sample of format {FORMAT} is frozen: mend the loader instead")
    task = ReverseIncrement(2, 2)
    spec = spec_for(task, n_layers=1, d_model=2, n_heads=1, d_head=1, d_mlp=2)
    learn = recipe(epochs=3, batch_size=1, warmup_epochs=1, stop_when_solved=False)
    tiny = Experiment(task, spec, learn, DataSplit(held_out=0.25))
    engine = choose_engine(spec, threads=1).engine
    with Store.open(folder) as store:
        for seed, epochs in ((0, 3), (1, 2)):
            events = recorded(store, tiny, train(engine, tiny, store.state_of(tiny, [seed])), engine.name, every=0)
            list(islice(events, epochs))
            events.close()
        run = store.run(tiny, 0)
        assert run is not None
        store.save_verdicts(run, VERDICT)
        store.save_result(run, "routes", "a" * 16, RESULT)


if __name__ == "__main__":
    main()
