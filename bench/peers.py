"""The peers: which there are, and the environments that hold them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from programs import has
from worker import Worker

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".venv-bench"
JAX_ENVIRONMENT = HERE.parent / ".venv-jax"
NEEDS = HERE / "peers.txt"


@dataclass(frozen=True)
class Peer:
    """A side of the table, the package it needs, the worker that runs it, and whether it needs minutes to compile."""

    side: str
    package: str
    command: tuple[str, ...]
    slow: bool = False


LENS = Peer("TransformerLens", "transformer_lens", ("worker_transformer_lens.py",))
PEERS = (
    LENS,
    Peer("PyTorch", "torch", ("worker_torch.py",)),
    Peer("torch.compile", "torch", ("worker_torch.py", "--compile"), slow=True),
    Peer("JAX", "jax", ("worker_jax.py",), slow=True),
)


def interpreter(environment: Path) -> str | None:
    """A virtual environment's Python, where it exists."""
    python = environment / "bin" / "python"
    return str(python) if python.exists() else None


def made_environment() -> str:
    """The interpreter of `.venv-bench`; makes it where there is none (1.6 GB)."""
    found = interpreter(ENVIRONMENT)
    if found:
        return found
    print(f"Making {ENVIRONMENT.name} with TransformerLens; this takes minutes.", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    python = str(ENVIRONMENT / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", NEEDS], check=True)
    return python


def started(pythons: list[str], quick: bool) -> tuple[dict[str, Worker], list[str]]:
    """A worker for each peer that one of these interpreters has, and a sentence for each that is left out."""
    workers, notes = {}, []
    for peer in PEERS:
        python = next((python for python in pythons if has(python, peer.package)), None)
        if quick and peer.slow:
            notes.append(f"{peer.side} is left out of --quick: it takes long to compile.")
        elif python is None:
            notes.append(f"{peer.side} is not installed here, so it is left out.")
        else:
            workers[peer.side] = Worker(python, *peer.command)
    return workers, notes
