"""As many hostile files as one has time for: `scripts/hostile_files COUNT SEED`."""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from tests.interop.hostile import at_random, by_hand, sound

from openwork.errors import CheckpointError
from openwork.interop import imported_model, read_checkpoint
from openwork.interop.transformer_lens import state_dict_for
from openwork.models import model_spec
from openwork.testing.engine_case import make_case

SPEC = model_spec(n_layers=2, d_model=6, n_heads=2, d_head=3, d_mlp=5, d_vocab=7, d_vocab_out=4, n_ctx=8)
SOON, LIMIT = 5.0, 2**33


def outcome(path: Path) -> str:
    """What becomes of a file; whatever is no refusal by name is raised."""
    try:
        imported_model(read_checkpoint(path), {"attn_scale": None, "act_fn": "relu"})
    except CheckpointError as refusal:
        if path.name not in str(refusal):
            raise AssertionError(f"refused without its name: {refusal}") from refusal
        said = "it does not say all" if "does not say all" in str(refusal) else "refused"
        return said
    return "read"


def main(count: int = 10_000, seed: int = 0) -> None:
    """Prints how many were refused or read, and the worst time and memory."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    arrays = state_dict_for(make_case(SPEC, seed=1, models=1).stack, "transformer-lens-3")
    tensors = {name: torch.tensor(np.array(array)) for name, array in arrays.items()}
    good, found, slowest = sound(tensors), Counter[str](), (0.0, "")
    tricks = list(by_hand(tensors))
    endings = sorted(good)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(len(tricks) + count):
            if number < len(tricks):
                name, ending, data = tricks[number]
            else:
                at = seed + number - len(tricks)
                name, ending = f"seed {at}", endings[at % len(endings)]
                data = at_random(good[ending], random.Random(at))
            path = Path(folder) / f"hostile{ending}"
            path.write_bytes(data)
            start = time.process_time()
            try:
                found[outcome(path)] += 1
            except BaseException:
                print(f"{name}: the promise is broken", file=sys.stderr)
                raise
            took = time.process_time() - start
            slowest = max(slowest, (took, name))
            if took > SOON:
                raise AssertionError(f"{name} took {took:.1f} s")
    print(f"{len(tricks)} tricks by hand, {count:,} files at random from seed {seed} on: {dict(found)}")
    print(f"slowest {slowest[0]:.2f} s ({slowest[1]}); nothing ran, nothing crashed")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
