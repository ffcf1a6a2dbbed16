"""Ctrl-C ends a long native call within a second and leaves nothing running; other Python threads run meanwhile."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from openwork.engines import AdamW, Batches, OptimiserState
from openwork.engines.native import NativeEngine
from openwork.models import initial_stack, model_spec
from openwork.testing.engine_case import make_case

# One job of one thread: an engine that looks at the signal only between jobs would work on for a minute.
CHILD = """
import os, signal, sys, threading, time
import numpy as np
from openwork.data import Dataset
from openwork.engines import AdamW, Batches, OptimiserState
from openwork.engines.native import NativeEngine
from openwork.models import initial_stack, model_spec

what, threads = sys.argv[1], int(sys.argv[2])
spec = model_spec(n_layers=8, d_model=96, n_heads=4, d_head=24, d_mlp=384, d_vocab=5, n_ctx=64)
stack, engine = initial_stack(spec, [0]), NativeEngine(threads, "portable")

def dataset(n):
    tokens = np.random.default_rng(0).integers(0, 5, (n, 64), np.int32)  # no two alike: nothing is shared
    return Dataset(tokens, np.zeros((n, 1), np.int32), (63,), np.arange(n))

def work(n):
    given = dataset(n)
    if what == "run":
        return list(engine.run(stack, given.tokens, graded=(63,)))
    if what == "score":
        return engine.score(stack, given)
    if what == "gradients_at":
        return list(engine.gradients_at(stack, given, sites=("hook_embed",)))
    if what == "gradients":
        return engine.gradients(stack, given)
    batches = Batches(given, np.arange(n)[None], n, np.ones((1, 1)))
    return engine.train(stack, OptimiserState.fresh(spec, 1), batches, AdamW())

def tasks():
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else threading.active_count()

sent = []

def interrupt():
    began = time.process_time()
    while time.process_time() - began < 0.3:  # in the midst of the call, however slow the machine
        time.sleep(0.01)
    sent.append(time.process_time())
    os.kill(os.getpid(), signal.SIGINT)

work(1)  # starts the engine's threads, which stay
before = tasks()
other = threading.Thread(target=interrupt)
try:
    other.start()
    work(1024)
except KeyboardInterrupt:
    print("stopped after", (time.process_time() - sent[0]) / threads, flush=True)
other.join()
work(1)
print("works again", tasks() - before, flush=True)
"""


@pytest.mark.parametrize(
    ("what", "threads"), [("run", 1), ("score", 2), ("gradients", 1), ("gradients_at", 2), ("train", 2)]
)
def test_ctrl_c_stops_within_a_second(what: str, threads: int):
    command = [sys.executable, "-c", textwrap.dedent(CHILD), what, str(threads)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        stopped = child.stdout.readline()
        assert stopped.startswith("stopped after ") and float(stopped.split()[-1]) < 1  # of each thread's processor
        assert child.stdout.readline() == "works again 0\n"
    assert child.returncode == 0


def test_other_python_threads_run_during_a_native_call():
    spec = model_spec(n_layers=2, d_model=32, n_heads=4, d_head=8, d_mlp=64, d_vocab=5, n_ctx=32)
    case = make_case(spec, seed=0, models=1, inputs=60000)
    ticks, done = [], threading.Event()

    def tick() -> None:
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    other = threading.Thread(target=tick)
    other.start()
    started = time.perf_counter()
    NativeEngine(1, "portable").score(case.stack, case.dataset)
    ended = time.perf_counter()
    done.set()
    other.join()
    during = [t for t in ticks if started < t < ended]
    gaps = np.diff([started, *during, ended])
    assert ended - started > 0.1, "too short to tell"
    assert gaps.max() < (ended - started) / 2


def test_a_stack_is_trained_from_any_python_thread():
    """Two calls at once from two threads give what one after the other gives."""
    spec = model_spec(n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=6, d_vocab=5, n_ctx=6)
    stack, case = initial_stack(spec, [1, 2]), make_case(spec, seed=0, models=2, inputs=64)
    batches = Batches(case.dataset, np.tile(np.arange(64), (2, 20)), 16, np.full((2, 80), 1e-3))
    found: dict[int, bytes] = {}

    def train(number: int) -> None:
        after = NativeEngine(2).train(stack, OptimiserState.fresh(spec, 2), batches, AdamW())
        found[number] = after.stack.flat.tobytes()

    crew = [threading.Thread(target=train, args=(number,)) for number in range(4)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    train(4)
    assert len(set(found.values())) == 1 and len(found) == 5


STARVED = """
import resource
import numpy as np
from openwork.engines.native import NativeEngine
from openwork.models import initial_stack, model_spec

spec = model_spec(n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=6, d_vocab=5, n_ctx=6)
stack, tokens = initial_stack(spec, range(300)), np.zeros((4, 6), np.int32)
expected = next(NativeEngine(1).run(stack, tokens, graded=(5,))).logits
pages = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (pages + 200 * 2**20, resource.RLIM_INFINITY))
found = next(NativeEngine(300).run(stack, tokens, graded=(5,))).logits
print(np.array_equal(found, expected))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits its own address space, read from /proc")
def test_a_machine_that_gives_no_more_threads_still_gives_the_answer():
    done = subprocess.run([sys.executable, "-c", STARVED], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
