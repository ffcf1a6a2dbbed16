"""Jobs on several cores, each on one, so that no result depends on how many there are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

T = TypeVar("T")
Job = Callable[[threading.Event], T]


def run_jobs(threads: int, jobs: Sequence[Job[T]]) -> list[T]:
    """The jobs' results in order. PyTorch itself uses one thread in each, for its sums depend on how many it uses.

    Each job is given an event that is set when the caller is interrupted: a long job looks at it and returns early.
    """
    stop = threading.Event()
    with _one_torch_thread():
        if threads == 1 or len(jobs) == 1:
            return [job(stop) for job in jobs]
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            futures = [pool.submit(job, stop) for job in jobs]
            try:
                return [future.result() for future in futures]
            except BaseException:
                stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise


@contextmanager
def _one_torch_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
