"""What every command answers on a store, whole or damaged, and whether that is the truth or a clear error."""

from __future__ import annotations

import io
import json
import re
import shutil
import traceback
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from openwork.cli.app import run
from openwork.engines import choose_engine
from openwork.runs import Store, recorded
from openwork.training import train

TINY = ("reverse-increment", "--param", "base=2", "--param", "length=2", "--epochs", "6", "--batch-size", "2")
MODEL = ("--n-layers", "1", "--d-model", "4", "--n-heads", "1", "--d-head", "2", "--d-mlp", "4")
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
COST = re.compile(r'\d+\.\d+ s\b|"forward_rows": \d+')
"""what depends on the clock, and on what was measured before"""

SIZE = re.compile(r'"bytes": \d+')


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended; `crash` is a traceback."""

    code: int
    out: str
    told: str
    crash: str = ""


@dataclass(frozen=True)
class WholeStore:
    """A store with nothing wrong, and what every command answers on it."""

    home: Path
    runs: tuple[str, ...]
    """names: two that have finished, one in training"""
    answers: dict[tuple[str, ...], Answer]


def answer(command: Sequence[str], home: Path) -> Answer:
    """One command on a store, in this process."""
    out, told = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(told), chdir(home.parent):
        try:
            code = run([*command, "--store", str(home)])
        except Exception:
            return Answer(1, out.getvalue(), told.getvalue(), traceback.format_exc())
    return Answer(code, COST.sub("#", out.getvalue()), told.getvalue())


def whole_store(folder: Path) -> WholeStore:
    """Two finished runs with verdicts and routes, and one that was interrupted in training."""
    home, claims = folder / "whole", folder / "claims.toml"
    claims.write_text(CLAIMS)
    done(answer(("train", *TINY, *MODEL, "--seeds", "0,1", "--json"), home))
    interrupted(home)
    listed = json.loads(done(answer(("runs", "list", "--json"), home)).out)
    names = tuple(found["name"] for found in sorted(listed, key=lambda found: found["seed"]))
    for name in names[:2]:
        assert answer(("check", str(claims), name), home).code in (0, 1)
        done(answer(("routes", name, "--json"), home))
    answers = {}
    for command in commands(names, claims):
        copy = folder / "store"
        shutil.copytree(home, copy)
        answers[command] = answer(command, copy)
        assert answers[command].code in (0, 1), answers[command]
        assert not answers[command].crash, answers[command]
        shutil.rmtree(copy)
    return WholeStore(home, names, answers)


def commands(names: Sequence[str], claims: Path) -> tuple[tuple[str, ...], ...]:
    """What is asked of every store."""
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
        ("train", *TINY, *MODEL, "--seeds", "2"),
    )


def fault_of(found: Answer, truth: Answer) -> str:
    """Empty where an answer is the truth, or an error that says what is damaged and how to mend it."""
    if found.crash:
        places = re.findall(r'File ".*?openwork/(\S+?)", line (\d+)', found.crash)
        return f"traceback: {found.crash.strip().splitlines()[-1]} at {':'.join(places[-1])}"
    if (found.code, found.out) == (truth.code, truth.out):
        return ""
    if "Warning: " in found.told and (found.code, SIZE.sub("#", found.out)) == (truth.code, SIZE.sub("#", truth.out)):
        return ""  # a report counts the seeds that are whole, and says that others are not
    if found.code == 2 and "Error: " in found.told and "-> " in found.told:
        return ""
    return f"wrong answer: exit {found.code}: {(found.out or found.told)[:300]}"


def done(found: Answer) -> Answer:
    """The same answer, where the command did what it should."""
    assert found.code == 0, found
    return found


def interrupted(home: Path) -> None:
    """Trains seed 2 for half its epochs, as one who presses Ctrl-C."""
    with Store.open(home) as store:
        experiment = store.runs()[0].experiment
        engine = choose_engine(experiment.spec, threads=1).engine
        events = train(engine, experiment, store.state_of(experiment, [2]))
        kept = recorded(store, experiment, events, engine.arithmetic)
        list(islice(kept, 3))
        kept.close()
