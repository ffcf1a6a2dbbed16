"""GPT-2 as Hugging Face stores it, and what is built like it (nanoGPT, minGPT), under the names of a native bridge.

GPT-2's linear layers are `Conv1D`, whose matrix is `[in, out]`; nanoGPT's are PyTorch's, `[out, in]`. Which of the two
a file has shows in the shape of `c_attn`, where queries, keys and values lie side by side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from openwork.errors import CheckpointError, Reason, suggestion
from openwork.interop.checkpoint import Checkpoint
from openwork.interop.layouts.gpt2_config import GPT2Sizes, in_gpt2_words, read_gpt2_config
from openwork.interop.missing_fields import KnownField, from_config
from openwork.interop.names import MOST_TOLD, Arrays, Named, not_numbers
from openwork.interop.sizes import MOST_LAYERS

HEADS = ("lm_head", "score", "classifier")
"""of a language model, of `GPT2ForSequenceClassification`, of `GPT2ForTokenClassification`"""
LINEAR = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
BLOCK = re.compile(rf"h\.(0|[1-9][0-9]{{0,2}})\.((?:ln_[12]|{'|'.join(map(re.escape, LINEAR))})\.(?:weight|bias))")
OUTSIDE = re.compile(rf"w[tp]e\.weight|ln_f\.(weight|bias)|({'|'.join(HEADS)})\.(weight|bias)")
BUFFER = re.compile(r"h\.[0-9]+\.attn\.(bias|masked_bias)")
UNSUPPORTED = {
    r"cross": "cross-attention is not in the family",
    r"lora_|adapter": "weights beside others (LoRA, adapters) are not read: merge them first",
    r"(multiple_choice|qa_outputs)": "such a head is not in the family: its outputs are no classes of a position",
    r"(q_attn|rotary|rope)": "is not a part of GPT-2",
}
BRIDGE = {"ln_1": "ln1", "ln_2": "ln2", "attn.c_proj": "attn.o", "mlp.c_fc": "mlp.in", "mlp.c_proj": "mlp.out"}


def looks_like_gpt2(arrays: Arrays) -> bool:
    """Whether any of these names, without a prefix, is one of a block or an embedding of GPT-2."""
    return any(BLOCK.fullmatch(name) or name in ("wte.weight", "wpe.weight") for name in _bare(arrays))


def named_gpt2(checkpoint: Checkpoint, arrays: Arrays) -> Named:
    """The weights of a GPT-2 under the names of a native bridge.

    Args:
        checkpoint: its name and its config, in the words of Hugging Face, of nanoGPT or of TransformerLens.
        arrays: what it holds, without a prefix.

    Raises:
        CheckpointError: parts that GPT-2 does not have or the family does not, shapes or a config that contradict the
            rest; with every reason.
    """
    source, bare = checkpoint.name, _bare(arrays)
    buffers = tuple(name for name in bare if BUFFER.fullmatch(name))
    kept = {name: array for name, array in bare.items() if name not in buffers}
    reasons = _strange(source, kept) + not_numbers(source, kept)
    file, wrong = _read(source, kept)
    reasons += wrong
    said: list[KnownField] = []
    if in_gpt2_words(checkpoint.config) or not checkpoint.config:
        misfits, said = read_gpt2_config(source, checkpoint.config, file.sizes)
        reasons += misfits + _contradicted(checkpoint, kept, file)
    if reasons:
        raise CheckpointError("the checkpoint is no GPT-2 that can be read", reasons)
    if checkpoint.config and not said:
        said = from_config(f"{source}'s config", checkpoint.config, None)
    usual = [KnownField("attention_dir", "causal", "GPT-2 is")]
    known = {field.field: field for field in [*usual, *said]}
    dialect = "GPT-2" if file.conv1d else "nanoGPT"
    return Named(dialect, _translated(kept, file), buffers, True, tuple(known.values()), _notes(kept, file))


@dataclass(frozen=True)
class _File:
    """What the shapes say; `conv1d`: whether matrices are `[in, out]`; `head`: which one it has, empty for none."""

    sizes: GPT2Sizes
    conv1d: bool
    head: str


def _bare(arrays: Arrays) -> Arrays:
    """Without the prefix of the model inside: `GPT2Model` is saved without, and with a head around it with."""
    return {name.removeprefix("transformer."): array for name, array in arrays.items()}


def _strange(source: str, arrays: Arrays) -> list[Reason]:
    known = [name for name in arrays if BLOCK.fullmatch(name) or OUTSIDE.fullmatch(name)]
    strange = [name for name in arrays if name not in set(known)]
    if not known:
        what = f"none of its {len(arrays)} names is one of GPT-2's, for example {next(iter(arrays), '')!r}"
        return [Reason(source, what, "give the weights that belong to the config")]
    reasons = []
    for name in strange[:MOST_TOLD]:
        why = next((what for pattern, what in UNSUPPORTED.items() if re.search(pattern, name)), "")
        mend = "" if why else suggestion(name, known)
        reasons.append(Reason(f"{source}, {name}", why or "is not a weight of GPT-2", mend))
    if len(strange) > MOST_TOLD:
        reasons.append(Reason(source, f"{len(strange) - MOST_TOLD:,} more of its names are not GPT-2's either"))
    return reasons


def _read(source: str, arrays: Arrays) -> tuple[_File, list[Reason]]:
    """The sizes, and every weight that is missing or has another shape than they need."""
    layers = sorted({int(match[1]) for name in arrays if (match := BLOCK.fullmatch(name))})
    heads = [head for head in HEADS if f"{head}.weight" in arrays]
    vocabulary, width = _shape(arrays, "wte.weight")
    joined, conv1d = _shape(arrays, "h.0.attn.c_attn.weight"), True
    if joined[0] == 3 * width and joined[1] == width:
        conv1d = False
    inner = _shape(arrays, "h.0.mlp.c_fc.weight")[1 if conv1d else 0]
    sizes = GPT2Sizes(len(layers), width, inner, vocabulary, _shape(arrays, "wpe.weight")[0])
    file = _File(sizes, conv1d, heads[0] if heads else "")
    reasons = []
    if len(layers) > MOST_LAYERS or layers != list(range(len(layers))):
        shown = layers if len(layers) <= MOST_TOLD else f"{len(layers)} layers"
        reasons.append(Reason(f"{source}, h", f"has the layers {shown}: expected 0 to at most {MOST_LAYERS - 1}"))
    if len(heads) > 1:
        reasons.append(Reason(source, f"has {len(heads)} heads: {', '.join(heads)}", "keep the one that is asked"))
    for name, shape in _expected(file, arrays).items():
        if name not in arrays:
            biases = name.endswith(".bias") and (not conv1d or name.split(".")[0] in HEADS)
            if not biases:
                reasons.append(Reason(f"{source}, {name}", "is missing"))
        elif arrays[name].shape != shape and 0 not in shape:
            reasons.append(Reason(f"{source}, {name}", f"has shape {arrays[name].shape}, expected {shape}"))
    return file, reasons[:MOST_TOLD]


def _shape(arrays: Arrays, name: str) -> tuple[int, int]:
    """Of a matrix; zeros where there is none."""
    array = arrays.get(name)
    return (0, 0) if array is None or array.ndim != 2 else (int(array.shape[0]), int(array.shape[1]))


def _expected(file: _File, arrays: Arrays) -> dict[str, tuple[int, ...]]:
    """The shape of every weight of such a model."""
    sizes, d = file.sizes, file.sizes.n_embd
    shapes: dict[str, tuple[int, ...]] = {"wte.weight": (sizes.vocab_size, d), "wpe.weight": (sizes.n_positions, d)}
    matrices = dict(zip(LINEAR, ((d, 3 * d), (d, d), (d, sizes.n_inner), (sizes.n_inner, d)), strict=True))
    for layer in range(min(sizes.n_layer, MOST_LAYERS)):
        for norm in ("ln_1", "ln_2"):
            shapes |= {f"h.{layer}.{norm}.weight": (d,), f"h.{layer}.{norm}.bias": (d,)}
        for tail, (inputs, outputs) in matrices.items():
            matrix = (inputs, outputs) if file.conv1d else (outputs, inputs)
            shapes |= {f"h.{layer}.{tail}.weight": matrix, f"h.{layer}.{tail}.bias": (outputs,)}
    shapes |= {"ln_f.weight": (d,), "ln_f.bias": (d,)}
    if file.head:
        out = sizes.vocab_size if file.head == "lm_head" else _shape(arrays, f"{file.head}.weight")[0]
        shapes |= {f"{file.head}.weight": (out, d), f"{file.head}.bias": (out,)}
    return shapes


def _contradicted(checkpoint: Checkpoint, arrays: Arrays, file: _File) -> list[Reason]:
    """Where the config says one thing of the weights, and the weights another."""
    config, reasons = checkpoint.config, []
    where = f"{checkpoint.name}'s config"
    if config.get("model_type") == "gpt2" and not file.conv1d:
        what = "is [out, in], and GPT-2's Conv1D is [in, out]"
        reasons.append(
            Reason(f"{checkpoint.name}, h.0.attn.c_attn.weight", what, "transpose it, or give its own config")
        )
    tied = config.get("tie_word_embeddings", True if config.get("model_type") == "gpt2" else None)
    own = file.head == "lm_head"
    if tied is True and own and not np.array_equal(arrays["lm_head.weight"], arrays.get("wte.weight", np.zeros(0))):
        what = "the embeddings are tied, and the file has an lm_head.weight that differs from wte.weight"
        mend = 'write "tie_word_embeddings": false in it, or leave lm_head.weight out of the file'
        reasons.append(Reason(f"{where}, tie_word_embeddings", what, mend))
    if tied is False and not file.head:
        what = "the embeddings are not tied, and the file has no lm_head.weight"
        reasons.append(Reason(f"{where}, tie_word_embeddings", what, "give a file that holds it"))
    if not file.head and config.get("architectures") == ["GPT2Model"]:
        what = "GPT2Model gives hidden states and no logits"
        reasons.append(Reason(f"{where}, architectures", what, "save the model with its head: GPT2LMHeadModel"))
    return reasons


def _translated(arrays: Arrays, file: _File) -> Arrays:
    """Under the names of a native bridge, whose matrices are `[out, in]`."""
    head = file.head or "wte"
    found = {
        "embed.weight": arrays["wte.weight"],
        "pos_embed.weight": arrays["wpe.weight"],
        "unembed.weight": arrays[f"{head}.weight"],
    }
    if f"{head}.bias" in arrays:
        found["unembed.bias"] = arrays[f"{head}.bias"]
    zero = np.zeros_like(arrays["ln_f.weight"])
    found |= {"ln_final.weight": arrays["ln_f.weight"], "ln_final.bias": arrays.get("ln_f.bias", zero)}
    for layer in range(file.sizes.n_layer):
        for norm in ("ln1", "ln2"):  # a LayerNorm without a bias is no RMSNorm
            found[f"blocks.{layer}.{norm}.bias"] = zero
    for name, array in arrays.items():
        if not (block := BLOCK.fullmatch(name)):
            continue
        place, kind = block[2].rsplit(".", 1)
        turned = array.T if file.conv1d and kind == "weight" and place in LINEAR else array
        if place == "attn.c_attn":
            for part, rows in zip("qkv", np.split(turned, 3), strict=True):
                found[f"blocks.{block[1]}.attn.{part}.{kind}"] = rows
        else:
            found[f"blocks.{block[1]}.{BRIDGE[place]}.{kind}"] = turned
    return found


def _notes(arrays: Mapping[str, object], file: _File) -> tuple[str, ...]:
    notes = [] if file.head else ["it has no unembedding of its own: the embedding's transpose, as GPT-2 ties them"]
    if "ln_f.bias" not in arrays:
        notes.append("its norms have no bias: taken for zero")
    return tuple(notes)
