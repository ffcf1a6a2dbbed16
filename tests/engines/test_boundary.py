"""What an engine was given may be anything and may change at any moment: it is refused, or read as it was when checked.

Under scripts/sanitize every read outside an array ends the process.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwork.data import Dataset
from openwork.engines import AdamW, Engine, World
from openwork.engines.native import NativeEngine
from openwork.engines.torch.engine import TorchEngine
from openwork.errors import CheckpointError, PlanError, SpecError
from openwork.interventions import Mean, Patch, Plan
from openwork.models import Stack, model_spec
from openwork.testing.engine_case import make_case, training_work

SPEC = model_spec(n_layers=1, d_model=4, n_heads=2, d_head=2, d_mlp=6, d_vocab=5, d_vocab_out=3, n_ctx=4)
CASE = make_case(SPEC, seed=1, models=2, inputs=12)
NATIVE = NativeEngine(2)
EXAMPLES = settings(max_examples=60, deadline=None)
PLAN = Plan((Patch("blocks.0.mlp", source="pairs"), Mean("blocks.0.attn")))


class Liar(np.ndarray):
    """Says of itself whatever a check wants to hear."""

    def max(self, *_: Any, **__: Any) -> int:
        return 0

    min = max

    def view(self, *_: Any, **__: Any) -> Liar:
        return self

    def astype(self, *_: Any, **__: Any) -> np.ndarray:
        return np.zeros(self.shape, np.int32)

    __array__ = __lt__ = __ge__ = astype


LAYOUTS: dict[str, Callable[[np.ndarray], Any]] = {
    "plain": np.array,
    "fortran": np.asfortranarray,
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "turned": lambda a: a.T.copy().T,
    "over a bytearray": lambda a: np.frombuffer(bytearray(a.tobytes()), a.dtype).reshape(a.shape),
    "other bytes first": lambda a: a.astype(a.dtype.newbyteorder()),
    "unaligned": lambda a: np.frombuffer(bytearray(b"x" + a.tobytes()), a.dtype, a.size, 1).reshape(a.shape),
    "a liar": lambda a: a.copy().view(Liar),
    "masked": lambda a: np.ma.masked_array(a.copy(), mask=a > 2),
    "a list": lambda a: a.tolist(),
    "read-only": lambda a: np.broadcast_to(a, a.shape),
}


@st.composite
def token_arrays(draw: st.DrawFn, rows: int = 12) -> tuple[np.ndarray, Any]:
    """Numbers, in or out of the vocabulary, and an array of any layout and type with them."""
    dtype = np.dtype(draw(st.sampled_from(["i4", "i4", "i8", "u1", "i2", "u8", "f8", "?"])))
    most = draw(st.sampled_from([4, 4, 4, 5, 127]))
    numbers = draw(st.lists(st.integers(0, most), min_size=rows * 4, max_size=rows * 4))
    plain = np.array(numbers).reshape(rows, 4).astype(dtype)
    return plain, LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))](plain)


def spoil(array: Any) -> None:
    """Changes the array by all means that Python has, and gives its memory back where it can."""
    if not isinstance(array, np.ndarray):
        return
    base = array if array.base is None else array.base
    for target in (array, base):
        try:
            target.flags.writeable = True
            target[...] = 127
            target.resize((1,), refcheck=False)
        except (ValueError, AttributeError, TypeError):
            continue


def outcome(work: Callable[[], Any], spoilt: Iterator[Any] | tuple[Any, ...] = ()) -> list[bytes] | str:
    """Logits of a lazily run pass, all arrays spoilt after it was begun; or that it was refused."""
    try:
        found = work()
    except PlanError:
        return "refused"
    for array in spoilt:
        spoil(array)
    return [trace.logits.tobytes() for trace in found]


@EXAMPLES
@given(token_arrays(), token_arrays(), token_arrays(5), st.integers(1, 13))
def test_a_pass_reads_what_was_checked(tokens, pairs, reference, block: int):
    masked = any(np.ma.isMaskedArray(given) for _, given in (tokens, pairs, reference))

    def run(tokens: Any, pairs: Any, reference: Any) -> Any:
        world = World(pairs)
        return NATIVE.run(
            CASE.stack, tokens, PLAN, graded=(0, 3), sources={"pairs": world}, reference=reference, block=block
        )

    expected = outcome(lambda: run(tokens[0], pairs[0], reference[0]))
    given_arrays = (tokens[1], pairs[1], reference[1])
    assert outcome(lambda: run(*given_arrays), given_arrays) == ("refused" if masked else expected)


@pytest.mark.parametrize("engine", [NATIVE, TorchEngine(2)], ids=["native", "torch"])
def test_weights_and_slopes_that_change_after_the_check(engine: Engine):
    flat, slopes = CASE.stack.flat.copy(), np.ones((12, len(CASE.dataset.graded), 3), np.float32)
    dataset = replace(CASE.dataset, answers=CASE.dataset.answers.copy(), tokens=CASE.dataset.tokens.copy())

    def metric(stack: Stack, slopes: np.ndarray, dataset: Dataset, *spoilt: np.ndarray) -> list[bytes]:
        found = engine.gradients_at(stack, dataset, sites=("hook_embed",), slopes=slopes, block=5)
        for array in spoilt:
            spoil(array)
        return [part.metric.tobytes() + part.gradients["hook_embed"].tobytes() for part in found]

    expected = metric(CASE.stack, slopes.copy(), CASE.dataset)
    assert metric(Stack(SPEC, flat), slopes, dataset, flat, slopes, dataset.tokens, dataset.answers) == expected


@contextmanager
def mutated(*arrays: np.ndarray) -> Iterator[None]:
    """Each array is now itself, now full of numbers that no vocabulary has."""
    kept, over = [array.copy() for array in arrays], threading.Event()

    def mutate() -> None:
        while not over.is_set():
            for array, whole in zip(arrays, kept, strict=True):
                array[...] = 2**27
                array[...] = whole

    thread = threading.Thread(target=mutate)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_threads_that_change_what_is_read():
    state, batches = training_work(CASE, 3, warm=True)
    dataset = CASE.dataset
    arrays = [dataset.tokens.copy(), dataset.answers.copy(), batches.order.copy()]
    own = replace(dataset, tokens=arrays[0], answers=arrays[1])
    calls: list[Callable[[], Any]] = [
        lambda: list(NATIVE.run(CASE.stack, arrays[0], PLAN, graded=(2,), sources={"pairs": arrays[0]}, block=2)),
        lambda: NATIVE.score(CASE.stack, own),
        lambda: NATIVE.gradients(CASE.stack, own),
        lambda: NATIVE.train(CASE.stack, state, replace(batches, dataset=own, order=arrays[2]), AdamW()),
    ]
    with mutated(*arrays):
        for call in calls * 8:
            try:
                call()
            except PlanError as error:
                assert "134217728" in str(error) or "outside the dataset" in str(error)


@pytest.mark.parametrize("change", [{"n_heads": -1}, {"d_model": 2**40}, {"eps": float("inf")}, {"pad_token": 99}])
def test_a_spec_that_nobody_checked_is_refused(change: dict[str, Any]):
    bad = SPEC.model_copy(update=change)
    with pytest.raises((SpecError, CheckpointError)):
        list(NATIVE.run(Stack(bad, CASE.stack.flat), CASE.dataset.tokens, graded=(0,)))


def test_memory_that_a_batch_size_asks_for():
    state, batches = training_work(CASE, 1, warm=False)
    huge = replace(batches, batch_size=2**62)
    usual = replace(batches, batch_size=batches.order.shape[1])
    one, other = (NATIVE.train(CASE.stack, state, b, AdamW()).stack.flat for b in (huge, usual))
    assert np.array_equal(one, other)


def test_what_nobody_can_change():
    for array in (CASE.stack.flat, CASE.stack.named()["embed.W_E"]):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


START = """
import os, signal, sys, threading, time
import numpy as np
from openwork.data import Dataset
from openwork.engines.native import NativeEngine
from openwork.models import initial_stack, model_spec

spec = model_spec(n_layers=2, d_model=32, n_heads=4, d_head=8, d_mlp=64, d_vocab=5, n_ctx=16)
stack, engine = initial_stack(spec, [0]), NativeEngine(2)
tokens = np.random.default_rng(0).integers(0, 5, (50000, 16), np.int32)
many = Dataset(tokens, np.zeros((len(tokens), 1), np.int32), (15,), np.arange(len(tokens)))
few = lambda: next(engine.run(stack, tokens[:64], graded=(15,))).logits.tobytes()
before = few()

def soon(work):
    signal.signal(signal.SIGALRM, lambda *_: work())
    signal.setitimer(signal.ITIMER_REAL, 0.2)
"""
ENDS = {
    "a signal handler runs a model": (
        """
        seen = []
        soon(lambda: seen.append(few()))
        while not seen:
            engine.score(stack, many)
        print(seen == [before], few() == before)
        """,
        "True True",
    ),
    "a daemon is in a pass when Python ends": (
        """
        def work():
            while True:
                engine.score(stack, many)
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.3)
        print("end")
        """,
        "end",
    ),
    "a model runs at exit, beside such a daemon": (
        """
        import atexit
        threading.Thread(target=lambda: [engine.score(stack, many) for _ in range(1000)], daemon=True).start()
        import openwork.engines.native._core  # whose own work at exit comes before what was registered earlier
        atexit.register(lambda: print(few() == before))
        """,
        "True",
    ),
    "a thread that calls again and again leaves others their turns": (
        """
        some, passes, over = many.take(np.arange(10000)), [0], threading.Event()
        def work():
            while not over.is_set():
                engine.score(stack, some)
                passes[0] += 1
        threading.Thread(target=work).start()
        waited = []
        for _ in range(12):
            began = passes[0]
            few()
            waited.append(passes[0] - began)
        over.set()
        print("True" if max(waited) <= 4 else waited)
        """,
        "True",
    ),
    "a signal handler runs a model while its thread waits for a turn": (
        """
        threading.Thread(target=lambda: [engine.score(stack, many) for _ in range(1000)], daemon=True).start()
        seen = []
        soon(lambda: seen.append(few()))
        while not seen:
            few()
        print(seen == [before])
        """,
        "True",
    ),
    "a fork after use": (
        """
        child = os.fork()
        if not child:
            os._exit(few() != before)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), few() == before)
        """,
        "0 True",
    ),
    "a fork of a fork": (
        """
        child = os.fork()
        if not child:
            few()
            other = os.fork()
            if not other:
                os._exit(few() != before)
            os._exit(os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
        "0",
    ),
    "a fork while another thread is in a pass, that ends as Python does": (
        """
        threading.Thread(target=lambda: [engine.score(stack, many) for _ in range(1000)], daemon=True).start()
        time.sleep(0.1)
        child = os.fork()
        if not child:
            sys.exit(few() != before)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
        "0",
    ),
    "a signal handler forks": (
        """
        children = []
        soon(lambda: children.append(os.fork()))
        try:
            while not children:
                engine.score(stack, many)
        except RuntimeError as error:
            os._exit(7 if "forked while a model ran" in str(error) else 8)
        if not children[0]:
            os._exit(0)  # the signal came between two passes
        print(os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) in (0, 7), few() == before)
        """,
        "True True",
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_threads_forks_and_the_end(end: str):
    code, printed = ENDS[end]
    command = [sys.executable, "-c", START + textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout.strip()) == (0, printed), done.stderr
