"""Times JAX: the minimal model under `jit`, an epoch of steps in one `lax.scan`, many seeds under `vmap`.

XLA shares its work among threads as it likes, so this process is held to one core.
"""

import os
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np

import notebook as nb
from serve import fastest, per_second, seconds_each, serve

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # before the first array: that starts XLA's threads

MASK = np.triu(np.full((nb.POSITIONS, nb.POSITIONS), -np.inf, np.float32), 1)
SEQUENCES = jnp.asarray(nb.sequences(), jnp.int32)
BATCHES = jnp.asarray(nb.epoch(), jnp.int32)
SIZES = (512, 2048, 8192)


def norm(x, weight, bias):
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * weight + bias


def logits(w, tokens, zeroed=False):
    """Of the graded positions; with `zeroed`, without what layer 0's MLP writes."""
    x = w["W_E"][tokens] + w["W_pos"][: nb.POSITIONS]
    for layer in range(nb.LAYERS):
        read = norm(x, w[f"{layer}.norm1"], w[f"{layer}.b_norm1"])
        q, k, v = jnp.split(read @ w[f"{layer}.W_QKV"] + w[f"{layer}.b_QKV"], 3, axis=-1)
        pattern = jax.nn.softmax(q @ k.swapaxes(-1, -2) * nb.D_HEAD**-0.5 + MASK, axis=-1)
        x = x + pattern @ v @ w[f"{layer}.W_O"] + w[f"{layer}.b_O"]
        if layer == nb.LAYERS - 1:
            x = x[:, nb.LENGTH :]
        if layer == 0 and zeroed:
            continue
        read = norm(x, w[f"{layer}.norm2"], w[f"{layer}.b_norm2"])
        hidden = jax.nn.relu(read @ w[f"{layer}.W_in"] + w[f"{layer}.b_in"])
        x = x + hidden @ w[f"{layer}.W_out"] + w[f"{layer}.b_out"]
    return norm(x, w["norm"], w["b_norm"]) @ w["W_U"] + w["b_U"]


def loss(w, batch):
    """The mean cross-entropy at graded positions."""
    said = jax.nn.log_softmax(logits(w, batch[:, :-1]))
    return -jnp.take_along_axis(said, batch[:, nb.LENGTH + 1 :, None], -1).mean()


def step(state, rows):
    """AdamW after a clip of the gradient's norm."""
    w, first, second, done = state
    value, grads = jax.value_and_grad(loss)(w, SEQUENCES[rows])
    size = jnp.sqrt(sum((g**2).sum() for g in grads.values()))
    scale, done, (b1, b2) = jnp.minimum(1.0, nb.CLIP / (size + 1e-6)), done + 1, nb.BETAS
    grads = {name: g * scale for name, g in grads.items()}
    first = {name: b1 * first[name] + (1 - b1) * g for name, g in grads.items()}
    second = {name: b2 * second[name] + (1 - b2) * g**2 for name, g in grads.items()}
    w = {
        name: x * (1 - nb.RATE * nb.DECAY)
        - nb.RATE * first[name] / (1 - b1**done) / (jnp.sqrt(second[name] / (1 - b2**done)) + nb.EPS)
        for name, x in w.items()
    }
    return (w, first, second, done), value


def one_epoch(state):
    return jax.lax.scan(step, state, BATCHES)[0]


class Training:
    """One epoch for each call."""

    def __init__(self, arrays, epochs, models=()):
        w = {name: jnp.asarray(array) for name, array in arrays.items()}
        zeros = {name: jnp.zeros_like(x) for name, x in w.items()}
        self.state, self.epochs = (w, zeros, zeros, jnp.zeros(models, jnp.float32)), epochs

    def __call__(self):
        self.state = jax.block_until_ready(self.epochs(self.state))


one = Training(nb.weights(), jax.jit(one_epoch))
many = Training(nb.stacked(), jax.jit(jax.vmap(one_epoch)), (nb.SEEDS,))


@partial(jax.jit, static_argnums=(1, 2))
def right(w, size, zeroed):
    """Right answers over the domain, in one compiled call, in batches of `size`."""

    def batch(total, rows):
        return total + (logits(w, rows[:, :-1], zeroed).argmax(-1) == rows[:, nb.LENGTH + 1 :]).sum(0), None

    return jax.lax.scan(batch, jnp.zeros(nb.LENGTH, jnp.int32), SEQUENCES.reshape(-1, size, nb.POSITIONS + 1))[0]


def whole_pass(size, zeroed):
    """The same, waited for."""
    return right(one.state[0], size, zeroed).block_until_ready()


@cache
def best():
    """The batch size at which the pass with one component zeroed is fastest."""
    return fastest(SIZES, lambda size: whole_pass(size, True))


serve(
    f"JAX {jax.__version__}",
    {
        "train": lambda seconds: per_second(one, seconds, len(BATCHES)),
        "seeds": lambda seconds: per_second(many, seconds, len(BATCHES) * nb.SEEDS),
        "pass": lambda seconds: 1000 * seconds_each(lambda: whole_pass(best(), False), seconds),
        "zero": lambda seconds: 1000 * seconds_each(lambda: whole_pass(best(), True), seconds),
    },
)
