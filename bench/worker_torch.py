"""Times plain PyTorch: a minimal model that does only what the loss needs. With `--compile`, under `torch.compile`.

Given every advantage that does not change the result: fused AdamW, queries, keys and values in one matrix, the last
layer's MLP and the unembedding at graded positions only; many seeds as one batched model under `vmap`.
"""

import sys
from functools import cache

import torch
import torch.nn.functional as F

import notebook as nb
from serve import fastest, per_second, seconds_each, serve

torch.set_num_threads(1)
COMPILED = "--compile" in sys.argv[1:]
MASK = torch.full((nb.POSITIONS, nb.POSITIONS), -torch.inf).triu(1)
SEQUENCES = torch.from_numpy(nb.sequences())
SIZES = (1024, 2048, 4096, 8192)


def logits(w, tokens, zeroed=False):
    """Of the graded positions; with `zeroed`, without what layer 0's MLP writes."""
    x = F.embedding(tokens, w["W_E"]) + w["W_pos"][: nb.POSITIONS]
    for layer in map(str, range(nb.LAYERS)):
        read = F.layer_norm(x, (nb.D_MODEL,), w[f"{layer}.norm1"], w[f"{layer}.b_norm1"])
        q, k, v = (read @ w[f"{layer}.W_QKV"] + w[f"{layer}.b_QKV"]).chunk(3, -1)
        pattern = (q @ k.transpose(-1, -2) * nb.D_HEAD**-0.5 + MASK).softmax(-1)
        x = x + pattern @ v @ w[f"{layer}.W_O"] + w[f"{layer}.b_O"]
        if layer == str(nb.LAYERS - 1):
            x = x[:, nb.LENGTH :]
        if layer == "0" and zeroed:
            continue
        read = F.layer_norm(x, (nb.D_MODEL,), w[f"{layer}.norm2"], w[f"{layer}.b_norm2"])
        x = x + (read @ w[f"{layer}.W_in"] + w[f"{layer}.b_in"]).relu() @ w[f"{layer}.W_out"] + w[f"{layer}.b_out"]
    return F.layer_norm(x, (nb.D_MODEL,), w["norm"], w["b_norm"]) @ w["W_U"] + w["b_U"]


def loss(w, batch):
    """The mean cross-entropy at graded positions."""
    return F.cross_entropy(logits(w, batch[:, :-1]).flatten(0, 1), batch[:, nb.LENGTH + 1 :].flatten())


def losses(w, batches):
    """The sum over models of their losses, so that each model's gradient is its own."""
    return torch.func.vmap(loss)(w, batches).sum()


def parameters(arrays):
    """Trainable tensors by name."""
    return {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in arrays.items()}


class Training:
    """One optimiser step for each call, over the epoch's batches and round again."""

    def __init__(self, arrays, of, models=1):
        self.w, self.models = parameters(arrays), models
        self.optimiser = torch.optim.AdamW(self.w.values(), lr=nb.RATE, weight_decay=nb.DECAY, fused=True)
        self.of = torch.compile(of) if COMPILED else of
        self.batches = torch.from_numpy(nb.epoch())
        self.done = 0

    def __call__(self):
        batch = SEQUENCES[self.batches[self.done % len(self.batches)]]
        self.done += 1
        self.optimiser.zero_grad()
        if self.models == 1:
            self.of(self.w, batch).backward()
            torch.nn.utils.clip_grad_norm_(self.w.values(), nb.CLIP, foreach=True)
        else:
            self.of(self.w, batch.expand(self.models, -1, -1)).backward()
            self.clip_each()
        self.optimiser.step()

    def clip_each(self):
        """Every model's gradient by its own norm."""
        grads = [x.grad for x in self.w.values()]
        norms = torch.cat([g.flatten(1) for g in grads], 1).norm(dim=1)
        factors = (nb.CLIP / (norms + 1e-6)).clamp(max=1.0)
        torch._foreach_mul_(grads, [factors.view(-1, *[1] * (g.dim() - 1)) for g in grads])


one = Training(nb.weights(), loss)
many = Training(nb.stacked(), losses, nb.SEEDS)
passing = torch.compile(logits) if COMPILED else logits


def whole_pass(size, zeroed):
    """Right answers over the domain, in batches of `size`."""
    right = torch.zeros(nb.LENGTH, dtype=torch.int64)
    with torch.no_grad():
        for start in range(0, len(SEQUENCES), size):
            rows = SEQUENCES[start : start + size]
            right += (passing(one.w, rows[:, :-1], zeroed).argmax(-1) == rows[:, nb.LENGTH + 1 :]).sum(0)
    return right


@cache
def best():
    """The batch size at which the pass with one component zeroed is fastest."""
    return fastest(SIZES, lambda size: whole_pass(size, True))


serve(
    f"torch.compile {torch.__version__}" if COMPILED else f"PyTorch {torch.__version__}",
    {
        "train": lambda seconds: per_second(one, seconds),
        "seeds": lambda seconds: per_second(many, seconds, nb.SEEDS),
        "pass": lambda seconds: 1000 * seconds_each(lambda: whole_pass(best(), False), seconds),
        "zero": lambda seconds: 1000 * seconds_each(lambda: whole_pass(best(), True), seconds),
    },
)
