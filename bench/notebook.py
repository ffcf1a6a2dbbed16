"""The notebook's task and model in plain arrays, for the peers: they know nothing of openwork."""

from __future__ import annotations

import numpy as np

BATCH, BASE, LENGTH = 256, 4, 8
POSITIONS, VOCABULARY = 2 * LENGTH, BASE + 1
LAYERS, D_MODEL, D_HEAD, D_MLP = 2, 4, 2, 16
TRAINED_ON = 60_000
STEPS = -(-TRAINED_ON // BATCH)
RATE, DECAY, CLIP, BETAS, EPS = 6e-3, 0.01, 1.0, (0.9, 0.999), 1e-8
SEEDS = 8


def sequences() -> np.ndarray:
    """All 65,536: `[input, 17]`, BOS, the digits, the answer."""
    digits = np.stack(np.unravel_index(np.arange(BASE**LENGTH), (BASE,) * LENGTH), axis=1)
    bos = np.full((len(digits), 1), BASE)
    return np.concatenate([bos, digits, (digits[:, ::-1] + 1) % BASE], axis=1).astype(np.int64)


def epoch(seed: int = 0) -> np.ndarray:
    """One epoch's batches, the last one left out where it is not whole: `[step, 256]`, rows of `sequences`."""
    order = np.random.default_rng(seed).permutation(TRAINED_ON)
    return order[: TRAINED_ON // BATCH * BATCH].reshape(-1, BATCH)


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    """The 533 parameters as a minimal model holds them: matrices `[in, out]`, queries, keys and values in one."""
    shapes: dict[str, tuple[int, ...]] = {"W_E": (VOCABULARY, D_MODEL), "W_pos": (POSITIONS + 1, D_MODEL)}
    for layer in range(LAYERS):
        shapes |= {
            f"{layer}.norm1": (D_MODEL,),
            f"{layer}.b_norm1": (D_MODEL,),
            f"{layer}.W_QKV": (D_MODEL, 3 * D_HEAD),
            f"{layer}.b_QKV": (3 * D_HEAD,),
            f"{layer}.W_O": (D_HEAD, D_MODEL),
            f"{layer}.b_O": (D_MODEL,),
            f"{layer}.norm2": (D_MODEL,),
            f"{layer}.b_norm2": (D_MODEL,),
            f"{layer}.W_in": (D_MODEL, D_MLP),
            f"{layer}.b_in": (D_MLP,),
            f"{layer}.W_out": (D_MLP, D_MODEL),
            f"{layer}.b_out": (D_MODEL,),
        }
    shapes |= {"norm": (D_MODEL,), "b_norm": (D_MODEL,), "W_U": (D_MODEL, VOCABULARY), "b_U": (VOCABULARY,)}
    random = np.random.default_rng(seed)
    return {name: _drawn(name.split(".")[-1], shape, random) for name, shape in shapes.items()}


def _drawn(name: str, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    if name.startswith("W_"):
        return random.normal(0, 0.8 / np.sqrt(D_MODEL), shape).astype(np.float32)
    return np.full(shape, float(name.startswith("norm")), np.float32)


def stacked(seeds: int = SEEDS) -> dict[str, np.ndarray]:
    """The weights of many models, each with a leading axis `model`."""
    drawn = [weights(seed) for seed in range(seeds)]
    return {name: np.stack([w[name] for w in drawn]) for name in drawn[0]}
