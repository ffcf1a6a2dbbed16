"""Times openwork: reads `go` from standard input, trains the notebook's model for a while, answers steps per second."""

import sys
import time

import numpy as np

from openwork.data import enumerate_domain
from openwork.engines import Batches, OptimiserState, choose_engine
from openwork.models import initial_stack
from openwork.training import named_experiment
from openwork.training.loop import batch_order

SECONDS = 2.0

experiment = named_experiment("notebook")
engine = choose_engine(experiment.spec, "native", threads=1).engine
domain = enumerate_domain(experiment.task)
training, _ = (domain.take(part) for part in experiment.split.parts(len(domain)))
stack, state = initial_stack(experiment.spec, [0]), OptimiserState.fresh(experiment.spec, 1)
steps = -(-len(training) // experiment.recipe.batch_size)
rates = np.full((1, steps), experiment.recipe.lr)
batches = Batches(training, batch_order(0, 0, len(training))[None], experiment.recipe.batch_size, rates)
print("ready", engine.why(), flush=True)
for _ in sys.stdin:
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        result = engine.train(stack, state, batches, experiment.recipe.optimiser)
        stack, state, done = result.stack, result.state, done + steps
    print(done / (time.perf_counter() - started), flush=True)
