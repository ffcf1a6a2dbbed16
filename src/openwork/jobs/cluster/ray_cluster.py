"""A cluster of Ray Core: a task is a batch, and Ray itself tries nothing again, for `dispatch` knows what failed."""

from __future__ import annotations

import importlib
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from openwork.engines.native.engine import simd_level
from openwork.errors import EngineError, Reason
from openwork.jobs.cluster.address import LOCAL, REMOTE, host_and_port, wrong_address
from openwork.jobs.cluster.contract import Answer, Failure, Ticket
from openwork.jobs.cluster.fitness import Fitness, fitness, unfit

PATIENCE = 5.0
"""seconds that an address may take to answer"""
PROBE_PATIENCE = 60.0
"""seconds that all machines together may take to say what they have: each imports openwork for it"""
PROBES = 5
"""times that a machine is asked again whose worker was lost over it"""
SLOTS_EVERY = 2.0
"""seconds between questions how many cores there are: machines come and go"""
STORE_BYTES = 200 * 2**20
"""of the object store, where Ray is started here: weights are small"""


def require_ray() -> Any:
    """Ray.

    Raises:
        EngineError: it is not installed.
    """
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        reason = Reason("ray", "is not installed", 'pip install "openwork[ray]"')
        raise EngineError("there is no cluster", reason) from error


@contextmanager
def ray_cluster(where: str, threads: int | None = None) -> Iterator[RayCluster]:
    """Machines on which openwork is what it is here.

    Args:
        where: `ray`, the cluster that RAY_ADDRESS names, or one started on this machine; or `ray://HOST:PORT`.
        threads: cores to use, of a cluster that is started here.

    Raises:
        EngineError: Ray is not installed, the address is none or does not answer, or a machine of the cluster has
            another openwork or none; every machine is told.
    """
    wrong = wrong_address(where)
    if wrong:
        raise EngineError("there is no such cluster", wrong)
    ray = require_ray()
    _connect(ray, where, threads)
    try:
        cluster = RayCluster(ray)
        cluster.require_fit()
        yield cluster
    finally:
        ray.shutdown()


class RayCluster:
    """A `Cluster`; made by `ray_cluster`."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._level = simd_level()[0]
        self._jobs: dict[Callable[..., Any], Any] = {}
        self._slots, self._asked = 1, -SLOTS_EVERY
        self._sent: set[Any] = set()

    def slots(self) -> int:
        """As many as the cluster has cores."""
        if time.monotonic() - self._asked >= SLOTS_EVERY:
            self._slots, self._asked = max(1, int(self._ray.cluster_resources().get("CPU", 1))), time.monotonic()
        return self._slots

    def share(self, value: object) -> Any:
        """Into the object store."""
        return self._ray.put(value)

    def send(self, job: Callable[..., Any], *given: object) -> Ticket:
        """One core for the batch, at the driver's SIMD level."""
        remote = self._jobs.get(job)
        if remote is None:
            remote = self._jobs[job] = self._ray.remote(num_cpus=1, max_retries=0)(_at_level(job, self._level))
        ticket = remote.remote(*given)
        self._sent.add(ticket)
        return ticket  # type: ignore[no-any-return]

    def ended(self, seconds: float) -> list[tuple[Ticket, Answer | Failure]]:
        """All that are ready, once one is."""
        if not self._sent:
            return []
        waited, _ = self._ray.wait(list(self._sent), num_returns=1, timeout=seconds)
        if waited:
            waited, _ = self._ray.wait(list(self._sent), num_returns=len(self._sent), timeout=0)
        self._sent -= set(waited)
        return [(ticket, self._outcome(ticket)) for ticket in waited]

    def give_up(self, ticket: Ticket) -> None:
        """Ends its worker too."""
        self._sent.discard(ticket)
        try:
            self._ray.cancel(ticket, force=True)
        except (self._ray.exceptions.RayError, ConnectionError):
            return  # it is gone already

    def require_fit(self) -> None:
        """Nothing where every machine can do this one's work; one that goes while it is asked is not asked more.

        Raises:
            EngineError: some cannot, each with its reasons; no work has been sent.
        """
        strategy = importlib.import_module("ray.util.scheduling_strategies").NodeAffinitySchedulingStrategy
        probe = self._ray.remote(num_cpus=0, max_retries=PROBES)(_probe())
        nodes = self._nodes()
        asked = {probe.options(scheduling_strategy=strategy(node, soft=False)).remote(): node for node in nodes}
        answered, silent = self._ray.wait(list(asked), num_returns=len(asked), timeout=PROBE_PATIENCE)
        told: dict[str, Fitness | str] = {asked[each]: f"no answer in {PROBE_PATIENCE:g} s" for each in silent}
        for each in answered:
            outcome = self._outcome(each)
            said = outcome.what if isinstance(outcome, Failure) else outcome.value
            told[asked[each]] = said if isinstance(said, str) else Fitness(**said)
        there = self._nodes()
        found = {f"{there[node]} (node {node[:8]})": says for node, says in told.items() if node in there}
        reasons = unfit(found, fitness(), self._level)
        if reasons or not found:
            none = Reason("the cluster", "has no machine with a core", "start one: ray start --address=HEAD")
            raise EngineError("the cluster cannot be used", reasons or none)

    def _nodes(self) -> dict[str, str]:
        """Addresses of machines that have a core to work with, by Ray's names for them."""
        alive = (node for node in self._ray.nodes() if node["Alive"] and node["Resources"].get("CPU"))
        return {node["NodeID"]: node["NodeManagerAddress"] for node in alive}

    def _outcome(self, ticket: Any) -> Answer | Failure:
        errors = self._ray.exceptions
        try:
            seconds, value = self._ray.get(ticket)
            return Answer(value, seconds)
        except errors.RayTaskError as error:
            cause = error.cause if getattr(error, "cause", None) is not None else error
            return Failure("error", f"{type(cause).__name__}: {str(cause).strip()}"[:500])
        except (ConnectionError, errors.RaySystemError) as error:
            reason = Reason("ray", str(error).splitlines()[0], "what has come back is kept: give the command again")
            raise EngineError("the cluster is gone", reason) from error
        except errors.RayError as error:
            said = str(error).strip().splitlines()
            return Failure("lost", f"{type(error).__name__}: {said[0] if said else 'no reason is told'}")


def _connect(ray: Any, where: str, threads: int | None) -> None:
    """Connects this process; what Ray says on the way is not shown.

    Raises:
        EngineError: nothing answers at the address.
    """
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    address = os.environ.get("RAY_ADDRESS")
    if where != LOCAL:
        host, port = host_and_port(where)
        address = f"{REMOTE}{host}:{port}"
        _require_answer(host, port)
    try:
        if address:
            ray.init(address=address, **options)
        else:
            # Nothing about this machine is reported to Ray's authors, as it would be by default.
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            local = {"include_dashboard": False, "object_store_memory": STORE_BYTES}
            ray.init(address="local", num_cpus=threads, **local, **options)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        said = str(error).strip().splitlines()
        mend = "ray start --head starts one; where it asks for a token, set RAY_AUTH_MODE=token"
        reason = Reason(address or "ray", said[0] if said else type(error).__name__, mend)
        raise EngineError("the cluster does not answer", reason) from error


def _require_answer(host: str, port: int) -> None:
    """Nothing where something at this address speaks as a Ray client server does.

    Raises:
        EngineError: it does not.
    """
    address = f"{host}:{port}"
    mend = "start one there: ray start --head --ray-client-server-port=10001"
    try:
        with socket.create_connection((host, port), timeout=PATIENCE):
            pass
    except OSError as error:
        what = f"does not answer: {error.strerror or error}"
        raise EngineError("the cluster does not answer", Reason(address, what, mend)) from error
    try:
        grpc = importlib.import_module("grpc")
    except ImportError as error:
        reason = Reason("grpc", "is not installed, which Ray needs for ray://", 'pip install "openwork[ray]"')
        raise EngineError("there is no cluster", reason) from error
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=PATIENCE)
        except grpc.FutureTimeoutError as error:
            what = f"takes connections, and is no Ray after {PATIENCE:g} s"
            raise EngineError("the cluster does not answer", Reason(address, what, mend)) from error


def _at_level(job: Callable[..., Any], level: str) -> Callable[..., tuple[float, Any]]:
    """The job as a worker runs it, whose process does nothing else: one SIMD level for all, and its seconds."""

    def timed(*given: object) -> tuple[float, Any]:
        os.environ |= {"OPENWORK_SIMD": level, "OMP_NUM_THREADS": "1"}
        begun = time.monotonic()
        value = job(*given)
        return time.monotonic() - begun, value

    return timed


def _probe() -> Callable[[], tuple[float, Any]]:
    """What asks a machine what it has. A function within a function travels as it is and not by its name, so that a
    machine without openwork can run it; hence its imports."""

    def probe() -> tuple[float, Any]:
        import dataclasses
        import importlib

        try:
            has = importlib.import_module("openwork.jobs.cluster.fitness").fitness()
        except Exception as error:  # whatever it is, the machine cannot be used
            return 0.0, f"{type(error).__name__}: {error}"
        return 0.0, dataclasses.asdict(has)

    return probe
