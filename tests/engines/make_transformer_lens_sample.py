"""Writes transformer_lens_3_9.safetensors: what TransformerLens 3.9 computes, as a frozen sample.

Run it in an environment of its own: `pip install transformer-lens==3.9.0 safetensors`, then
`python tests/engines/make_transformer_lens_sample.py`. Everything is float64 on the CPU.

For every config it holds `NAME/weight/...` in state-dict names, `NAME/tokens`, `NAME/logits`, every cached activation
as `NAME/site/HOOK`, and as `NAME/edited/HOOK` the logits of a pass in which that activation was set to 0.5 throughout.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformer_lens import HookedTransformer, HookedTransformerConfig

CONFIGS = {
    "ln-relu": dict(n_layers=2, d_model=4, n_heads=2, d_head=3, d_mlp=5, act_fn="relu", normalization_type="LN"),
    "rms-silu-bidirectional": dict(
        n_layers=1,
        d_model=5,
        n_heads=1,
        d_head=2,
        d_mlp=3,
        act_fn="silu",
        normalization_type="RMS",
        attention_dir="bidirectional",
    ),
    "attention-only": dict(
        n_layers=2, d_model=3, n_heads=3, d_head=2, attn_only=True, normalization_type=None, attn_scale=1.5
    ),
    "lnpre-gelu": dict(n_layers=1, d_model=4, n_heads=1, d_head=4, d_mlp=6, act_fn="gelu", normalization_type="LNPre"),
    "rmspre-gelu-new": dict(
        n_layers=1, d_model=4, n_heads=2, d_head=1, d_mlp=6, act_fn="gelu_new", normalization_type="RMSPre"
    ),
}
VOCABULARY = dict(d_vocab=5, d_vocab_out=4, n_ctx=6)
INPUTS, POSITIONS = 3, 5


def sample(name: str, config: dict) -> dict[str, torch.Tensor]:
    """Weights, inputs and everything that follows from them, of one config."""
    model = HookedTransformer(
        HookedTransformerConfig(**config, **VOCABULARY, dtype=torch.float64, device="cpu", seed=0)
    )
    model.set_use_attn_result(True)
    generator = torch.Generator().manual_seed(len(name))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64) * 0.7)
    tokens = torch.randint(VOCABULARY["d_vocab"], (INPUTS, POSITIONS), generator=generator)
    logits, cache = model.run_with_cache(tokens)
    found = {"tokens": tokens, "logits": logits}
    found |= {f"weight/{key}": value for key, value in model.named_parameters()}
    found |= {f"site/{key}": value for key, value in cache.items()}
    for hook in cache:
        to_half = partial(lambda value, hook: torch.full_like(value, 0.5))
        found[f"edited/{hook}"] = model.run_with_hooks(tokens, fwd_hooks=[(hook, to_half)])
    return {f"{name}/{key}": value.detach().clone().contiguous() for key, value in found.items()}


def main() -> None:
    """Writes the file beside this script."""
    torch.set_default_dtype(torch.float64)
    tensors: dict[str, torch.Tensor] = {}
    for name, config in CONFIGS.items():
        tensors |= sample(name, config)
    specs = {name: json.dumps(config | VOCABULARY) for name, config in CONFIGS.items()}
    save_file(tensors, Path(__file__).with_name("transformer_lens_3_9.safetensors"), metadata=specs)


if __name__ == "__main__":
    main()
