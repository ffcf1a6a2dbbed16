"""Times TransformerLens: reads `go` from standard input, trains the notebook's model, answers steps per second.

Needs `torch==2.13.0` and `transformer-lens==3.9.0`, and nothing of openwork.
"""

import importlib.metadata
import sys
import time

import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig

SECONDS, BATCH, BASE, LENGTH = 4.0, 256, 4, 8

torch.set_num_threads(1)
torch.manual_seed(0)
model = HookedTransformer(
    HookedTransformerConfig(
        n_layers=2,
        d_model=4,
        n_heads=1,
        d_head=2,
        d_mlp=16,
        n_ctx=17,
        d_vocab=5,
        act_fn="relu",
        normalization_type="LN",
    )
)
optimiser = torch.optim.AdamW(model.parameters(), lr=6e-3, weight_decay=0.01)
digits = torch.randint(0, BASE, (60_000, LENGTH))
sequences = torch.cat([torch.full((len(digits), 1), BASE), digits, (digits.flip(1) + 1) % BASE], dim=1)


def step(batch):
    logits = model(batch[:, :-1])[:, LENGTH:]
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, BASE + 1), batch[:, LENGTH + 1 :].reshape(-1))
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


print("ready", "TransformerLens", importlib.metadata.version("transformer-lens"), flush=True)
for _ in sys.stdin:
    order, done, started = torch.randperm(len(sequences)), 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        step(sequences[order[done % 200 * BATCH :][:BATCH]])
        done += 1
    print(done / (time.perf_counter() - started), flush=True)
