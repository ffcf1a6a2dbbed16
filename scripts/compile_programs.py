"""Compiles the RASP programs of tests/programs/test_compiled_programs.py with Tracr, and trains some of them on.

    .venv-tracr/bin/python scripts/compile_programs.py      in the environment that `scripts/interop tracr` makes

Writes tests/programs/compiled/NAME.safetensors. Noisy ones are compiled, moved by random numbers in every weight, and
trained on until every answer is right again: no direction of their residual stream is one thing's own any more.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from tracr.compiler import compiling, lib
from tracr.rasp import rasp

import openwork as ow

FOLDER = Path(__file__).parent.parent / "tests" / "programs" / "compiled"
SYMBOLS, LENGTH = 4, 5
NOISE, LEARNING_RATE, MOST_STEPS = 0.03, 3e-3, 3000
MARGIN = 1.0
"""by which every answer is right before training stops"""
T, PLACES = rasp.tokens, rasp.indices


def fetch(back: int, of: rasp.SOp = T) -> rasp.SOp:
    """What stands so far back."""
    return lib.shift_by(back, of)


def at(place: int, of: rasp.SOp = T) -> rasp.SOp:
    """What stands at one place, everywhere."""
    return rasp.Aggregate(rasp.Select(PLACES, PLACES, lambda k, q: k == place), of, default=None)


def mirrored(of: rasp.SOp = T) -> rasp.SOp:
    """What stands at the mirrored place, where the length is known."""
    return rasp.Aggregate(rasp.Select(PLACES, PLACES, lambda k, q: k == LENGTH - 1 - q), of, default=None)


def both(of: Callable[[Any, Any], int], one: rasp.SOp, other: rasp.SOp) -> rasp.SOp:
    return rasp.SequenceMap(of, one, other)


def width(holds: Callable[[Any, Any], bool], keys: rasp.SOp = T, queries: rasp.SOp = T) -> rasp.SOp:
    return rasp.SelectorWidth(rasp.Select(keys, queries, holds))


PROGRAMS: dict[str, Callable[[], rasp.SOp]] = {
    "reverse": lambda: lib.make_reverse(T),
    "reverse-increment": lambda: rasp.Map(lambda t: (t + 1) % SYMBOLS, mirrored()),
    "previous": lambda: fetch(1),
    "two-back": lambda: fetch(1, fetch(1)),
    "three-back": lambda: fetch(1, fetch(1, fetch(1))),
    "first-plus": lambda: both(lambda a, b: (a + b) % SYMBOLS, T, at(0)),
    "mirror-sum": lambda: both(lambda a, b: (a + b) % SYMBOLS, T, mirrored()),
    "mirror-same": lambda: both(lambda a, b: int(a == b), T, mirrored()),
    "step": lambda: both(lambda a, b: (a - b) % SYMBOLS, T, fetch(1)),
    "rises": lambda: both(lambda a, b: int(a >= b), T, fetch(1)),
    "larger-of-two": lambda: both(max, T, fetch(1)),
    "one-then-two": lambda: both(lambda a, b: int(a == 2 and b == 1), T, fetch(1)),
    "histogram": lib.make_hist,
    "twice": lambda: rasp.Map(lambda n: int(n >= 2), lib.make_hist()),
    "count-of-2": lambda: width(lambda k, q: k == 2),
    "smaller": lambda: width(lambda k, q: k < q),
    "like-first": lambda: width(lambda k, q: k == q, T, at(0)),
    "majority-of-1": lambda: rasp.Map(lambda n: int(n >= 3), width(lambda k, q: k == 1)),
    "parity-of-1": lambda: rasp.Map(lambda n: n % 2, width(lambda k, q: k == 1)),
    "sort": lambda: lib.make_sort(T, T, max_seq_len=LENGTH, min_key=1),
}
NOISY = ("previous", "two-back", "first-plus", "mirror-sum", "larger-of-two", "mirror-same", "step", "three-back")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    models = {}
    for name, program in PROGRAMS.items():
        models[name] = ow.from_tracr(
            compiling.compile_rasp_to_model(
                program(), vocab=set(range(SYMBOLS)), max_seq_len=LENGTH, compiler_bos="BOS", causal=False
            )
        )
        write(name, models[name].weights)
    rows = [["BOS", *row] for row in itertools.product(range(SYMBOLS), repeat=LENGTH)]
    for name in NOISY:
        write(f"{name}-noisy", trained_on(models[name], np.asarray(models[name].tokens(rows))))


def write(name: str, weights: Any) -> None:
    arrays = {key: np.ascontiguousarray(array, np.float32) for key, array in weights.items()}
    save_file(arrays, FOLDER / f"{name}.safetensors")
    print(name, sum(array.size for array in arrays.values()), "weights")


def trained_on(model: Any, tokens: Any) -> dict[str, Any]:
    """Its weights after noise and training on its own answers, wherever it gives one clearly."""
    tokens = torch.tensor(tokens, dtype=torch.long)
    network = ow.to_torch(model)
    with torch.no_grad():
        plain = network(tokens)
        best = plain.topk(2, dim=-1)
        clear = best.values[..., 0] - best.values[..., 1] > 0.25
        clear[:, 0] = False
        generator = torch.Generator().manual_seed(0)
        for weight in network.parameters():
            weight += NOISE * torch.randn(weight.shape, generator=generator)
    answers = best.indices[..., 0]
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
    for step in range(MOST_STEPS):
        logits = network(tokens)
        loss = torch.nn.functional.cross_entropy(logits[clear], answers[clear])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0 and margin(logits[clear], answers[clear]) > MARGIN:
            print("  noisy after", step, "steps")
            return named({name: value.numpy(force=True) for name, value in network.state_dict().items()})
    raise SystemExit(f"not right again after {MOST_STEPS} steps, by {margin(logits[clear], answers[clear]):.3f}")


def named(state: dict[str, Any]) -> dict[str, Any]:
    """Weights of a plain PyTorch module of one head under the names and in the shapes of `HookedTransformer`."""
    found = {"embed.W_E": state["embed.weight"], "pos_embed.W_pos": state["pos_embed.weight"]}
    found |= {"unembed.W_U": state["unembed.weight"].T, "unembed.b_U": state["unembed.bias"]}
    for layer in range(sum(name.endswith("attn.q.weight") for name in state)):
        block = f"blocks.{layer}"
        for part in "qkv":
            found[f"{block}.attn.W_{part.upper()}"] = state[f"{block}.attn.{part}.weight"].T[None]
            found[f"{block}.attn.b_{part.upper()}"] = state[f"{block}.attn.{part}.bias"][None]
        found[f"{block}.attn.W_O"] = state[f"{block}.attn.o.weight"].T[None]
        found[f"{block}.attn.b_O"] = state[f"{block}.attn.o.bias"]
        for number, part in ((0, "in"), (2, "out")):
            found[f"{block}.mlp.W_{part}"] = state[f"{block}.mlp.{number}.weight"].T
            found[f"{block}.mlp.b_{part}"] = state[f"{block}.mlp.{number}.bias"]
    return found


@torch.no_grad()
def margin(logits: torch.Tensor, answers: torch.Tensor) -> float:
    """The least by which an answer is ahead of all others."""
    right = logits.gather(-1, answers[..., None])
    others = logits.scatter(-1, answers[..., None], -torch.inf).amax(-1, keepdim=True)
    return float((right - others).min())


if __name__ == "__main__":
    main()
