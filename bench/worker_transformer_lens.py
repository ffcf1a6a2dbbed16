"""Times TransformerLens on the notebook's model, one thread, passes at the batch size that is fastest here.

Needs `torch==2.13.0` and `transformer-lens==3.9.0`, and nothing of openwork.
"""

import importlib.metadata
from functools import cache

import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig

import notebook as nb
from serve import fastest, per_second, seconds_each, serve

SIZES = (1024, 2048, 4096, 8192)
MLP, ATTENTION, LAST = "blocks.0.hook_mlp_out", "blocks.0.hook_attn_out", "blocks.1.hook_resid_post"
SWEPT = 4096
"""Inputs of the patch sweep, spread over the domain; its cost is given for one patched input."""

torch.set_num_threads(1)
torch.manual_seed(0)
model = HookedTransformer(
    HookedTransformerConfig(
        n_layers=nb.LAYERS,
        d_model=nb.D_MODEL,
        n_heads=1,
        d_head=nb.D_HEAD,
        d_mlp=nb.D_MLP,
        n_ctx=nb.POSITIONS + 1,
        d_vocab=nb.VOCABULARY,
        act_fn="relu",
        normalization_type="LN",
    )
)
optimiser = torch.optim.AdamW(model.parameters(), lr=nb.RATE, weight_decay=nb.DECAY)
sequences = torch.from_numpy(nb.sequences())
batches = torch.from_numpy(nb.epoch())
steps_done = 0


def step():
    """One optimiser step, as the notebook writes it."""
    global steps_done
    batch = sequences[batches[steps_done % len(batches)]]
    steps_done += 1
    logits = model(batch[:, :-1])[:, nb.LENGTH :]
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, nb.LENGTH + 1 :].flatten())
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), nb.CLIP)
    optimiser.step()


def with_hooks(hooks, rows):
    """Logits of some sequences under hooks."""
    return model.run_with_hooks(rows[:, :-1], fwd_hooks=hooks)


def kept(rows, *names):
    """Activations of some sequences."""
    return model.run_with_cache(rows[:, :-1], names_filter=list(names))[1]


def right(logits, rows):
    return (logits[:, nb.LENGTH :].argmax(-1) == rows[:, nb.LENGTH + 1 :]).sum(0)


def over_domain(of_rows, size, every=1):
    """Calls `of_rows` for every batch of the domain, or of every few of its inputs; the sum of what it returns."""
    inputs = sequences[::every]
    with torch.no_grad():
        return sum(of_rows(inputs[start : start + size]) for start in range(0, len(inputs), size))


def plain(rows):
    return right(model(rows[:, :-1]), rows)


def zero(rows):
    return right(with_hooks([(MLP, lambda value, hook: torch.zeros_like(value))], rows), rows)


def mean(size):
    """The mean over the domain first, then the pass."""
    total = over_domain(lambda rows: kept(rows, MLP)[MLP].sum(0), size)
    average = total / len(sequences)
    return over_domain(
        lambda rows: right(with_hooks([(MLP, lambda value, hook: average.expand_as(value))], rows), rows), size
    )


def capture(rows):
    return kept(rows, LAST)[LAST][0, 0, 0]


def patch(rows):
    """Each input is paired with the one whose first digit is another."""
    source = rows.clone()
    source[:, 1] = (source[:, 1] + 1) % nb.BASE
    value = kept(source, ATTENTION)[ATTENTION]
    return right(with_hooks([(ATTENTION, lambda _, hook: value)], rows), rows)


def sweep():
    """Every head's output at every graded position, from inputs with another mirrored digit."""
    base = sequences[:: len(sequences) // SWEPT]
    names = [f"blocks.{layer}.hook_attn_out" for layer in range(nb.LAYERS)]
    with torch.no_grad():
        for output in range(nb.LENGTH):
            source, position = base.clone(), nb.LENGTH + output
            source[:, nb.LENGTH - output] = (source[:, nb.LENGTH - output] + 1) % nb.BASE
            source[:, position + 1] = (source[:, position + 1] + 1) % nb.BASE
            values = kept(source, *names)
            for name in names:

                def take(value, hook, position=position, new=values[name]):
                    value[:, position] = new[:, position]
                    return value

                answers = with_hooks([(name, take)], base)[:, position].argmax(-1)
                (answers == source[:, position + 1]).sum()


@cache
def best() -> int:
    """The batch size at which the pass with one component zeroed is fastest."""
    return fastest(SIZES, lambda size: over_domain(zero, size, every=4))


def milliseconds(of_rows):
    return lambda seconds: 1000 * seconds_each(lambda: over_domain(of_rows, best()), seconds)


serve(
    f"TransformerLens {importlib.metadata.version('transformer-lens')}",
    {
        "train": lambda seconds: per_second(step, seconds),
        "pass": milliseconds(plain),
        "zero": milliseconds(zero),
        "mean": lambda seconds: 1000 * seconds_each(lambda: mean(best()), seconds),
        "capture": milliseconds(capture),
        "patch": milliseconds(patch),
        "sweep": lambda seconds: 1e6 * seconds_each(sweep, seconds) / (SWEPT * nb.LAYERS * nb.LENGTH),
    },
)
