"""What a cluster costs beside the work: measured on this machine by Ray, then what 1,000 cores would do by simulation.

    python bench/cluster.py --seeds 600 -o docs/cluster.json       measures
    python bench/cluster.py --census 40 --rounds 2                 a census with programs, by threads and Ray in turn
    python bench/cluster.py --page docs/cluster.json               the tables of docs/cluster.md

Processor time of all processes is compared, ours and Ray's: on a machine that others use too the clock says little.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psutil

from openwork.jobs.census.asked import CensusAsked
from openwork.jobs.census.counting import census
from openwork.jobs.cluster.dispatch import AHEAD, TARGET
from openwork.jobs.cluster.on_cluster import census_on, train_on
from openwork.jobs.cluster.ray_cluster import ray_cluster
from openwork.jobs.cluster.worker import Order, train_batch
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting
from openwork.runs import Parcel, Store, receive
from openwork.tasks import make_task
from openwork.training import Experiment, named_experiment

CORES = 2
PATIENCE = 600.0
SECONDS = 24.0
"""for the program of one model, as in `openwork census`"""
EMPTY = 100
"""batches of nothing that go there and back"""
RECEIVED = 4
"""batches whose keeping is measured"""
NETWORK = 125e6
"""bytes a second of a network of 1 Gbit/s, an assumption of the simulation"""
SPREAD = 0.3
"""by which seconds of a simulated batch differ from each other, up or down, an assumption too"""
SIMULATED = ((2, 10_000), (100, 10_000), (1_000, 10_000), (1_000, 1_000_000), (10_000, 1_000_000))
"""cores and seeds"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=600)
    arguments.add_argument("--output", "-o", type=Path)
    arguments.add_argument("--page", type=Path, metavar="JSON", help="print the tables of what was measured before")
    arguments.add_argument("--census", type=int, metavar="SEEDS", help="measure a census of so many seeds instead")
    arguments.add_argument("--rounds", type=int, default=2)
    chosen = arguments.parse_args()
    if chosen.census:
        print("\n".join(by_census(chosen.census, chosen.rounds)))
        return
    measured = json.loads(chosen.page.read_text()) if chosen.page else measure(chosen.seeds)
    if chosen.output:
        chosen.output.write_text(json.dumps(measured, indent=1) + "\n")
    print("\n".join(table(measured) + simulated(measured)))


def experiment() -> Experiment:
    """Small models that all take equally long, of which as many epochs are recorded as tasks take to be learned."""
    usual = named_experiment("copy", make_task("copy", {"base": 3, "length": 4}))
    changed = {"epochs": 800, "record_every": 40, "stop_when_solved": False}
    return replace(usual, recipe=usual.recipe.model_copy(update=changed))


def measure(seeds: int) -> dict[str, float]:
    """Processor seconds by threads and by Ray, what a batch of nothing takes, and what keeping one takes."""
    with tempfile.TemporaryDirectory() as folder:
        home, found = Path(folder), dict[str, float]()
        with Store.open(home / "threads") as store:
            begun = spent()
            for first in range(0, seeds, 32):
                train_seeds(
                    experiment(), range(first, min(first + 32, seeds)), Setting(store, threads=CORES, keep="last")
                )
            found["threads"] = spent() - begun
        begun, clock = spent(), time.monotonic()
        with (
            Store.open(home / "ray") as store,
            Store.open(home / "first") as first,
            ray_cluster("ray", CORES) as cluster,
        ):
            train_on(cluster, experiment(), range(4 * CORES), Setting(first, keep="last"), PATIENCE)
            found |= {"start": spent() - begun, "start_clock": time.monotonic() - clock}
            empty = []
            for _ in range(EMPTY):
                begun = time.monotonic()
                cluster.send(nothing)
                while not cluster.ended(5.0):
                    continue
                empty.append(time.monotonic() - begun)
            found["empty_seconds"] = statistics.median(empty)
            begun, own, clock = spent(), time.process_time(), time.monotonic()
            aside = train_on(cluster, experiment(), range(seeds), Setting(store, keep="last"), PATIENCE)
            found |= {"ray": spent() - begun, "driver": time.process_time() - own, "clock": time.monotonic() - clock}
            assert not aside
        return found | {"seeds": float(seeds)} | kept(home / "kept")


def by_census(seeds: int, rounds: int) -> list[str]:
    """Processor seconds of a census, programs and proofs with it, by threads and by Ray in turn."""
    usual = named_experiment("copy", make_task("copy"))
    rows = []
    for number in range(rounds):
        asked = CensusAsked(usual, range(seeds * number, seeds * (number + 1)), SECONDS, proves=True)
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            with Store.open(home / "threads") as store:
                begun, clock = spent(), time.monotonic()
                whole = census(asked, Setting(store, threads=CORES, keep="last"), "")
                by_threads, clock_threads = spent() - begun, time.monotonic() - clock
            with (
                Store.open(home / "ray") as store,
                Store.open(home / "first") as first,
                ray_cluster("ray", CORES) as cluster,
            ):
                warm = replace(asked, seeds=range(10**6, 10**6 + 2 * CORES))
                census_on(cluster, [warm], Setting(first, threads=CORES, keep="last"), PATIENCE)
                setting = Setting(store, threads=CORES, keep="last")
                begun, own, clock = spent(), time.process_time(), time.monotonic()
                assert not census_on(cluster, [asked], setting, PATIENCE)
                driver = time.process_time() - own
                same = census(asked, setting, "")
                by_ray, clock_ray = spent() - begun, time.monotonic() - clock
            assert [m.digest for m in same.mechanisms] == [m.digest for m in whole.mechanisms]
        share = f"{by_threads / by_ray:.0%}"
        clocks = f"{clock_threads:.0f}", f"{clock_ray:.0f}"
        rows.append((f"{number + 1}", f"{by_threads:.1f}", f"{by_ray:.1f}", share, f"{driver:.1f}", *clocks))
    head = "round", "threads, s", "Ray, s", "share", "its driver, s", "threads, clock", "Ray, clock"
    lines = (f"| {' | '.join(row)} |" for row in rows)
    return [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}", *lines]


def nothing() -> None:
    """A batch without work."""


def kept(home: Path) -> dict[str, float]:
    """What keeping a seed takes of the driver's processor and of the clock, and how many bytes it is."""
    batch, processor, clock, size = 60, [], [], 0
    with Store.open(home) as store:
        order = Order(experiment().as_json(), "native", store.database.writer, "last")
        for number in range(RECEIVED):
            parcels: Sequence[Parcel] = train_batch(order, range(batch * number, batch * (number + 1)))
            begun, own = time.monotonic(), time.process_time()
            receive(store, parcels)
            clock.append((time.monotonic() - begun) / batch)
            processor.append((time.process_time() - own) / batch)
            size = sum(parcel.bytes for parcel in parcels) // batch
    seconds = {"keep_processor": statistics.median(processor), "keep_clock": statistics.median(clock)}
    return seconds | {"bytes": float(size)}


def spent() -> float:
    """Processor seconds of this process and all that it started, as far as those that have ended are known."""
    own = psutil.Process()
    total = 0.0
    for process in (own, *own.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def table(measured: dict[str, float]) -> list[str]:
    """What was measured."""
    seeds = measured["seeds"]
    rows = (
        ("starting Ray and its workers, once, with 8 seeds: processor s", f"{measured['start']:.1f}"),
        ("the same by the clock, s", f"{measured['start_clock']:.1f}"),
        ("a seed by threads, processor ms", f"{1e3 * measured['threads'] / seeds:.1f}"),
        ("a seed by Ray, all processes, processor ms", f"{1e3 * measured['ray'] / seeds:.1f}"),
        ("share of Ray's processor time that threads would take", f"{measured['threads'] / measured['ray']:.0%}"),
        ("of it the driver, processor ms a seed", f"{1e3 * measured['driver'] / seeds:.1f}"),
        ("a batch of nothing there and back, clock ms", f"{1e3 * measured['empty_seconds']:.1f}"),
        ("keeping a seed, driver's processor ms", f"{1e3 * measured['keep_processor']:.2f}"),
        ("keeping a seed, clock ms", f"{1e3 * measured['keep_clock']:.2f}"),
        ("a seed on the network, kB", f"{measured['bytes'] / 1e3:.1f}"),
    )
    return ["| measured | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows), ""]


def simulated(measured: dict[str, float]) -> list[str]:
    """What so many cores would do, for seeds of several costs."""
    head = "| cores | seeds | one takes, s | hours | efficiency | the limit |"
    lines = [head, "|---:|---:|---:|---:|---:|---|"]
    for each in (measured["threads"] / measured["seeds"], 1.0, 10.0):
        for cores, seeds in SIMULATED:
            hours, efficiency, limit = simulate(cores, seeds, each, measured)
            lines.append(f"| {cores:,} | {seeds:,} | {each:.2f} | {hours:.2f} | {efficiency:.0%} | {limit} |")
    return lines


def simulate(cores: int, seeds: int, each: float, measured: dict[str, float]) -> tuple[float, float, str]:
    """Hours, share of the cores' time that is work, and what the driver is at most: one event for each batch.

    The driver does one thing at a time: it takes a batch over the network, keeps it, and sends the next. A worker has
    up to its share of `AHEAD` batches waiting.
    """
    draw = random.Random(0)
    size = max(1, min(256, round(TARGET / each)))
    left, clock, driver = seeds, 0.0, 0.0
    keeping, moving = measured["keep_clock"], measured["bytes"] / NETWORK
    busy = {"keeping": 0.0, "the network": 0.0, "sending": 0.0}
    under_way: list[tuple[float, int]] = []
    waiting: list[int] = []

    def batch() -> int:
        nonlocal left
        took = max(1, min(size, -(-left // cores), left)) if left else 0
        left -= took
        return took

    def works(begun: float, items: int) -> None:
        seconds = items * each * draw.uniform(1 - SPREAD, 1 + SPREAD)
        heapq.heappush(under_way, (begun + seconds, items))

    for number in range(cores + AHEAD):
        if items := batch():
            driver += measured["empty_seconds"]
            busy["sending"] += measured["empty_seconds"]
            works(driver, items) if number < cores else waiting.append(items)
    while under_way:
        ended, items = heapq.heappop(under_way)
        if waiting:
            works(ended, waiting.pop())
        driver = max(driver, ended) + items * (keeping + moving)
        busy["keeping"] += items * keeping
        busy["the network"] += items * moving
        if following := batch():
            driver += measured["empty_seconds"]
            busy["sending"] += measured["empty_seconds"]
            works(driver, following) if len(under_way) < cores else waiting.append(following)
        clock = max(clock, driver)
    most = max(busy, key=lambda name: busy[name])
    share = sum(busy.values()) / clock
    limit = f"the driver, {share:.0%} of its time, most of it {most}" if share > 0.5 else "the cores"
    return clock / 3600, seeds * each / clock / cores, limit


if __name__ == "__main__":
    main()
