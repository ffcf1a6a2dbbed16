"""Times openwork on the notebook's model, through the engine contract and with the edits that its users make.

One thread, except the figures that say all cores.
"""

from importlib.metadata import version

import numpy as np

from openwork.analyses import Subject, interchange
from openwork.data import change_variable, enumerate_domain
from openwork.engines import Batches, OptimiserState, choose_engine
from openwork.engines.choose import available_cores
from openwork.interventions import Mean, Patch, Plan, Zero
from openwork.models import initial_stack
from openwork.training import TrainingState, named_experiment, train
from openwork.training.loop import batch_order
from serve import per_second, seconds_each, serve

SEEDS, NOTEBOOK_SEEDS, NOTEBOOK_EPOCHS = 8, 64, 40
TRIED_SEEDS, TRIED_EPOCHS = 8, 5
"""Of which the whole is extrapolated where there is no time for it."""

experiment = named_experiment("notebook")
threads = available_cores()
"""every core, though OMP_NUM_THREADS holds the peers to one"""
alone = choose_engine(experiment.spec, "native", threads=1).engine
shared = choose_engine(experiment.spec, "native", threads=threads).engine
domain = enumerate_domain(experiment.task)
trained_on = domain.take(experiment.split.parts(len(domain))[0])
stack = initial_stack(experiment.spec, [0])
subject = Subject(alone, stack, experiment.task, domain)
paired = {"source": change_variable(experiment.task, domain, "x[0]", shift=1).tokens}


class Training:
    """An epoch for each call, of one model or many."""

    def __init__(self, engine, models=1):
        spec, size = experiment.spec, experiment.recipe.batch_size
        self.engine, self.stack = engine, initial_stack(spec, range(models))
        self.state = OptimiserState.fresh(spec, models)
        self.steps = -(-len(trained_on) // size)
        order = np.stack([batch_order(seed, 0, len(trained_on)) for seed in range(models)])
        rates = np.full((models, self.steps), experiment.recipe.lr)
        self.batches = Batches(trained_on, order, size, rates)

    def __call__(self):
        done = self.engine.train(self.stack, self.state, self.batches, experiment.recipe.optimiser)
        self.stack, self.state = done.stack, done.state

    def rate(self, seconds):
        """Steps of all models per second."""
        return per_second(self, seconds, self.steps * len(self.stack))


def score(*edits, sources=None):
    return lambda: alone.score(stack, domain, Plan(edits), sources=sources)


def capture():
    """The last residual stream of every input, block by block."""
    for _ in alone.run(stack, domain.tokens, Plan(captures=("blocks.1.hook_resid_post",)), graded=domain.graded):
        pass


def sweep():
    """Every head's output at every graded position, from inputs with another mirrored digit."""
    interchange(subject, components=["blocks.0.attn", "blocks.1.attn"])


def notebook(seeds, epochs):
    """The loop that users run: it scores every model on the whole domain after each epoch."""
    for done, _ in enumerate(train(shared, experiment, TrainingState.fresh(experiment.spec, range(seeds))), 1):
        if done == epochs:
            return


def milliseconds(call):
    return lambda seconds: 1000 * seconds_each(call, seconds)


one, all_cores, many = Training(alone), Training(shared), Training(shared, SEEDS)
whole = NOTEBOOK_SEEDS * NOTEBOOK_EPOCHS / (TRIED_SEEDS * TRIED_EPOCHS)
swept = len(domain) * experiment.spec.n_layers * len(domain.graded)
serve(
    f"openwork {version('openwork')} ({alone.arithmetic})",
    {
        "train": one.rate,
        "train-all": all_cores.rate,
        "seeds": lambda seconds: many.rate(seconds) / threads,
        "pass": milliseconds(score()),
        "zero": milliseconds(score(Zero("blocks.0.mlp"))),
        "mean": milliseconds(score(Mean("blocks.0.mlp"))),
        "capture": milliseconds(capture),
        "patch": milliseconds(score(Patch("blocks.0.attn"), sources=paired)),
        "sweep": lambda seconds: 1e6 * seconds_each(sweep, seconds) / swept,
        "notebook": lambda _: seconds_each(lambda: notebook(NOTEBOOK_SEEDS, NOTEBOOK_EPOCHS), 0),
        "notebook-tried": lambda _: whole * seconds_each(lambda: notebook(TRIED_SEEDS, TRIED_EPOCHS), 0),
    },
)
