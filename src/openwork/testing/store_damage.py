"""Damage to stores, and what every command says then: the truth, or which run or file is damaged; never anything else.

A pristine store is made once. Each attack copies it, damages the copy as a disk or a careless hand would, and asks one
command. Right is what the command answers on the pristine store, or a clear error with exit code 2 that names what is
damaged. A traceback is a fault, and so is any other answer.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random

from openwork.cli.app import run

TINY = ("reverse-increment", "--param", "base=2", "--param", "length=2")
MODEL = ("--n-layers", "1", "--d-model", "4", "--n-heads", "1", "--d-head", "2", "--d-mlp", "4", "--batch-size", "2")
FEW = ("--epochs", "6")
CLAIMS = """format = 1
task = "reverse-increment"
[[claim]]
id = "right"
kind = "accuracy"
at_least = 0.5
[[claim]]
id = "mlp"
kind = "necessary"
components = "blocks.0.mlp"
at_most = 0.9
"""
FOLDERS = ("weights", "checkpoints", "progress", "states")
TIMES = re.compile(r"\d+\.\d+ s\b|\d+ rows/s")
"""what no two runs of a command share"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended; `crash` is a traceback."""

    code: int
    out: str
    told: str
    crash: str = ""


@dataclass(frozen=True)
class Pristine:
    """A whole store, and what every command answers on it."""

    home: Path
    runs: tuple[str, ...]
    """names: two that have finished, one in training"""
    claims: Path
    answers: dict[tuple[str, ...], Answer]


@dataclass(frozen=True)
class Fault:
    """A command that crashed, or answered otherwise than the truth or a clear error."""

    attack: str
    seed: int
    command: tuple[str, ...]
    kind: str
    what: str


def answer(command: Sequence[str], home: Path) -> Answer:
    """One command on a store, in this process."""
    out, told = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(told), chdir(home.parent):
        try:
            code = run([*command, "--store", str(home)])
        except Exception:
            return Answer(1, out.getvalue(), told.getvalue(), traceback.format_exc())
    return Answer(code, TIMES.sub("#", out.getvalue()), told.getvalue())


def pristine(folder: Path) -> Pristine:
    """Makes the store: two finished runs with verdicts and routes, and one that was interrupted in training."""
    home, claims = folder / "pristine", folder / "claims.toml"
    claims.write_text(CLAIMS)
    _done(answer(("train", *TINY, *MODEL, *FEW, "--seeds", "0,1", "--json"), home))
    _interrupted(home)
    listed = json.loads(_done(answer(("runs", "list", "--json"), home)).out)
    names = tuple(found["name"] for found in sorted(listed, key=lambda found: found["seed"]))
    for name in names[:2]:
        answer(("check", str(claims), name), home)
        _done(answer(("routes", name, "--json"), home))
    asked = commands(names, claims)
    answers = {}
    for command in asked:
        copy = folder / "asked"
        shutil.copytree(home, copy)
        answers[command] = answer(command, copy)
        if answers[command].crash or answers[command].code == 2:
            raise AssertionError(f"{command} fails on a whole store: {answers[command]}")
        shutil.rmtree(copy)
    return Pristine(home, names, claims, answers)


def commands(names: Sequence[str], claims: Path) -> tuple[tuple[str, ...], ...]:
    """What is asked of every damaged store."""
    first, second, third = names
    return (
        ("runs", "list"),
        ("runs", "list", "--task", "reverse-increment", "--json"),
        ("runs", "show", first, "--json"),
        ("runs", "show", third),
        ("report", second, "--static", "--json", "-o", "page.html"),
        ("check", str(claims), first, "--json"),
        ("trace", second, "1", "--json"),
        ("routes", first, "--json"),
        ("analyse", second, "accuracy", "--json"),
        ("train", *TINY, *MODEL, *FEW, "--seeds", "2"),
    )


def attack(whole: Pristine, name: str, seed: int, folder: Path) -> Iterator[Fault]:
    """Damages copies of the store in one way and asks every command."""
    damaged = folder / "damaged"
    for command in whole.answers:
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(whole.home, damaged)
        ATTACKS[name](damaged, Random(f"{name} {seed}"))
        before = _files(damaged)
        found = answer(command, damaged)
        fault = judged(found, whole.answers[command], command)
        lost = {path for path in before - _files(damaged) if "weights" in path or path == "store.sqlite"}
        if fault is None and lost:
            fault = ("lost", ", ".join(sorted(lost)))
        if fault is not None:
            yield Fault(name, seed, command, *fault)


def judged(found: Answer, truth: Answer, command: Sequence[str]) -> tuple[str, str] | None:
    """None where the answer is the truth, or an error that names the damage; else the kind of fault and what it was."""
    if found.crash:
        return "traceback", found.crash.strip().splitlines()[-1] + _place(found.crash)
    if found.code == truth.code and found.out == truth.out:
        return None
    if found.code == 2 and "Error: " in found.told:
        return None
    return "wrong answer", f"exit {found.code}: {(found.out or found.told)[:300]}"


def _place(crash: str) -> str:
    places = re.findall(r'File ".*?openwork/(\S+?)", line (\d+)', crash)
    return f" at {places[-1][0]}:{places[-1][1]}" if places else ""


def _files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def _done(found: Answer) -> Answer:
    if found.code:
        raise AssertionError(f"the store cannot be made: {found}")
    return found


def _interrupted(home: Path) -> None:
    """Trains seed 2 for half its epochs, as one who presses Ctrl-C."""
    from itertools import islice

    from openwork.engines import choose_engine
    from openwork.runs import Store, recorded
    from openwork.training import train

    with Store.open(home) as store:
        experiment = store.runs()[0].experiment
        engine = choose_engine(experiment.spec, threads=1).engine
        events = recorded(
            store, experiment, train(engine, experiment, store.state_of(experiment, [2])), engine.arithmetic
        )
        list(islice(events, 3))
        events.close()


def flip_bytes_of_a_page(home: Path, random: Random) -> None:
    """A few bytes of one page of the database."""
    path = home / "store.sqlite"
    data = bytearray(path.read_bytes())
    page = random.randrange(len(data) // 4096)
    for _ in range(random.choice((1, 1, 2, 8, 64))):
        data[4096 * page + random.randrange(4096)] = random.randrange(256)
    path.write_bytes(data)


def flip_bytes_in_use(home: Path, random: Random) -> None:
    """A few bytes of the database that are not zero: what rows are made of."""
    path = home / "store.sqlite"
    data = bytearray(path.read_bytes())
    used = [place for place, byte in enumerate(data) if byte]
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        data[random.choice(used)] ^= 1 << random.randrange(8)
    path.write_bytes(data)


def zero_a_page(home: Path, random: Random) -> None:
    """One page of the database is gone."""
    path = home / "store.sqlite"
    data = bytearray(path.read_bytes())
    page = random.randrange(len(data) // 4096)
    data[4096 * page : 4096 * page + 4096] = bytes(4096)
    path.write_bytes(data)


def swap_pages(home: Path, random: Random) -> None:
    """Two pages of the database change places."""
    path = home / "store.sqlite"
    data = bytearray(path.read_bytes())
    one, other = (slice(4096 * page, 4096 * page + 4096) for page in random.sample(range(len(data) // 4096), 2))
    data[one], data[other] = data[other], data[one]
    path.write_bytes(data)


def truncate_the_database(home: Path, random: Random) -> None:
    """The database ends too early."""
    path = home / "store.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[: random.randrange(1, len(data))])


def flip_bytes_of_a_file(home: Path, random: Random) -> None:
    """A few bits of one file of arrays."""
    path = _some_file(home, random)
    data = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 1, 2, 8))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


def truncate_a_file(home: Path, random: Random) -> None:
    """One file of arrays ends too early."""
    path = _some_file(home, random)
    data = path.read_bytes()
    path.write_bytes(data[: random.randrange(len(data))])


def swap_files(home: Path, random: Random) -> None:
    """Two files of arrays change places."""
    folder = home / random.choice(("weights", "checkpoints"))
    one, other = random.sample(sorted(folder.iterdir()), 2)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def swap_rows(home: Path, random: Random) -> None:
    """Two runs, or what was kept of them, change places in the database; their names stay."""
    with _rows(home) as rows:
        names = [name for (name,) in rows.execute("SELECT name FROM runs ORDER BY seed")]
        one, other = random.sample(names[:2], 2)
        table = random.choice(("runs", "epochs", "metrics", "verdicts", "results"))
        known = [column[1] for column in rows.execute(f"PRAGMA table_info({table})")]
        key = "name" if table == "runs" else "run"
        columns = [column for column in known if column not in (key, "experiment_key", "seed")]
        if table != "runs":
            rows.execute("PRAGMA foreign_keys = OFF")
            steps = (("between", one), (one, other), (other, "between"))
            for new, old in steps:
                rows.execute(f"UPDATE {table} SET run = ? WHERE run = ?", (new, old))
        else:
            chosen = random.sample(columns, random.randrange(1, len(columns)))
            values = {
                name: rows.execute(f"SELECT {', '.join(chosen)} FROM runs WHERE name = ?", (name,)).fetchone()
                for name in (one, other)
            }
            for name, partner in ((one, other), (other, one)):
                told = ", ".join(f"{column} = ?" for column in chosen)
                rows.execute(f"UPDATE runs SET {told} WHERE name = ?", (*values[partner], name))


def change_a_value(home: Path, random: Random) -> None:
    """One value of one row is another, and SQLite sees nothing wrong."""
    with _rows(home) as rows:
        rows.execute("PRAGMA ignore_check_constraints = ON")
        table = random.choice(("runs", "epochs", "metrics", "verdicts", "results"))
        known = [column[1] for column in rows.execute(f"PRAGMA table_info({table})")]
        column = random.choice(known)
        key = known[0]
        rowids = [row for row in rows.execute(f"SELECT * FROM {table}")]
        row = random.choice(rowids)
        where = " AND ".join(f"{name} IS ?" for name in known)
        old = row[known.index(column)]
        new = old + random.choice((1, -1, 7)) if isinstance(old, int | float) else _other_text(str(old), random)
        try:
            rows.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *row))
        except Exception:  # a key that is taken: as good as undamaged
            del key


def lose_rows(home: Path, random: Random) -> None:
    """Some rows are gone."""
    with _rows(home) as rows:
        rows.execute("PRAGMA foreign_keys = OFF")
        table = random.choice(("runs", "epochs", "metrics"))
        key = "name" if table == "runs" else "run"
        names = [name for (name,) in rows.execute("SELECT name FROM runs ORDER BY seed")]
        name = random.choice(names)
        more = "" if table == "runs" else f" AND epoch >= {random.randrange(1, 4)}"
        rows.execute(f"DELETE FROM {table} WHERE {key} = ?{more}", (name,))


def lose_a_file(home: Path, random: Random) -> None:
    """One file of arrays is gone."""
    _some_file(home, random).unlink()


def _other_text(text: str, random: Random) -> str:
    if not text:
        return "x"
    place = random.randrange(len(text))
    kind = random.choice(("change", "cut", "twice"))
    if kind == "cut":
        return text[:place]
    if kind == "twice":
        return text + text
    return text[:place] + random.choice("0123456789abcdef{}[],x") + text[place + 1 :]


def _rows(home: Path) -> Callable:
    import sqlite3
    from contextlib import closing, contextmanager

    @contextmanager
    def opened():
        with closing(sqlite3.connect(home / "store.sqlite", isolation_level=None)) as rows:
            yield rows
            rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    return opened()


def _some_file(home: Path, random: Random) -> Path:
    files = [path for folder in FOLDERS for path in sorted((home / folder).glob("*.safetensors"))]
    return random.choice(files)


ATTACKS: dict[str, Callable[[Path, Random], None]] = {
    made.__name__.replace("_", " "): made
    for made in (
        flip_bytes_of_a_page,
        flip_bytes_in_use,
        zero_a_page,
        swap_pages,
        truncate_the_database,
        flip_bytes_of_a_file,
        truncate_a_file,
        swap_files,
        swap_rows,
        change_a_value,
        lose_rows,
        lose_a_file,
    )
}
