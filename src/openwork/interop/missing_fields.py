"""What a file of weights cannot say of its model, and what is said of it elsewhere: in options, or in a config."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openwork.errors import CheckpointError, Reason, suggestion
from openwork.interop.sizes import Sizes
from openwork.tasks import Task

ACTIVATIONS = ("relu", "gelu", "gelu_new", "silu")
NORMS: dict[str, tuple[str | None, ...]] = {"w and b": ("LN",), "w": ("RMS",), "none": (None, "LNPre", "RMSPre")}
"""by what weights a file has for them; without any, they were folded into the next matrix, or there are none"""
ELSEWHERE = ("gated_mlp", "n_key_value_heads", "parallel_attn_mlp", "use_local_attn", "final_rms", "num_experts")
"""fields of TransformerLens' config that would make another model of it"""
CAPS = ("attn_scores_soft_cap", "output_logits_soft_cap")
SIZES = ("n_layers", "d_model", "n_heads", "d_head", "d_mlp", "d_vocab", "d_vocab_out", "n_ctx", "attn_only")

LARGEST = 1e30
"""up to which a number is read"""
NUMBER, WHOLE = ((int, float), "a finite number"), ((int,), "a whole number")
TEXT, TRUTH = ((str,), "text"), ((bool,), "true or false")
KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(("eps", "attn_scale", *CAPS), NUMBER),
    **dict.fromkeys((*SIZES, "pad_token"), WHOLE),
    **dict.fromkeys(("normalization_type", "attention_dir", "act_fn", "positional_embedding_type"), TEXT),
    **dict.fromkeys(("attn_only", "use_attn_scale"), TRUTH),
}


@dataclass(frozen=True)
class KnownField:
    """The value of a field, and how it came to be known."""

    field: str
    value: Any
    by: str

    def __str__(self) -> str:
        return f"{self.field} = {shown(self.field, self.value)} ({self.by})"


@dataclass(frozen=True)
class MissingField:
    """A field that nothing says, with the values it may have."""

    field: str
    values: tuple[Any, ...]

    @property
    def how_to_say(self) -> str:
        """The option that says it."""
        return f"{self.option} " + "|".join(self.choices[:6])

    @property
    def option(self) -> str:
        """The option's name."""
        return f"--{self.field.replace('_', '-')}"

    @property
    def choices(self) -> tuple[str, ...]:
        """The values, as options write them."""
        return tuple(shown(self.field, value) for value in self.values)


def shown(field: str, value: Any) -> str:
    """A value as options write it."""
    if field == "attn_scale" and value is None:
        return "sqrt"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def from_options(options: Mapping[str, Any]) -> list[KnownField]:
    """What the user said; None also by the word for it, `sqrt` or `none`."""
    given = {field: None if value == shown(field, None) else value for field, value in options.items()}
    return [KnownField(field, value, "given") for field, value in given.items()]


def from_config(source: str, config: Mapping[str, Any], sizes: Sizes | None) -> list[KnownField]:
    """What a config in TransformerLens' words says of the fields that shapes do not.

    Raises:
        CheckpointError: it is of another family, or contradicts the shapes; with every reason.
    """
    reasons = _not_of_their_kind(source, config)
    if reasons:
        raise CheckpointError("the config does not fit", reasons)
    reasons = [
        Reason(f"{source}, {field}", f"{brief(config[field])} is not in the model family")
        for field in ELSEWHERE
        if config.get(field)
    ]
    reasons += [
        Reason(f"{source}, {cap}", f"{brief(config[cap])}: soft caps are not in the model family")
        for cap in CAPS
        if isinstance(config.get(cap), int | float) and config[cap] > 0
    ]
    for field in SIZES if sizes else ():
        read = sizes.fields.get(field) if sizes else None
        said = config.get(field)
        if said is not None and read is not None and said != read and not (field == "d_vocab_out" and said == -1):
            reasons.append(Reason(f"{source}, {field}", f"{said!r}, but the weights say {read!r}"))
    kind = config.get("positional_embedding_type", "standard")
    if kind not in ("standard", "none"):
        reasons.append(Reason(f"{source}, positional_embedding_type", f"{kind!r} is not in the model family"))
    if config.get("act_fn", "relu") not in ACTIVATIONS and not config.get("attn_only"):
        what = f"{config['act_fn']!r} is not in the model family"
        reasons.append(Reason(f"{source}, act_fn", what, suggestion(str(config["act_fn"]), ACTIVATIONS)))
    if reasons:
        raise CheckpointError("the config does not fit", reasons)
    said_there = {
        f: config[f] for f in ("normalization_type", "attention_dir", "eps", "pad_token", "n_heads") if f in config
    }
    if "act_fn" in config and not config.get("attn_only"):
        said_there["act_fn"] = config["act_fn"]
    if config.get("use_attn_scale") is False:
        said_there["attn_scale"] = 1.0
    elif "attn_scale" in config or "use_attn_scale" in config:
        scale, d_head = float(config.get("attn_scale") or -1), config.get("d_head")
        usual = scale <= 0 or (d_head is not None and math.isclose(scale, d_head**0.5))
        said_there["attn_scale"] = None if usual else scale
    return [KnownField(field, value, f"from {source}") for field, value in said_there.items()]


def _not_of_their_kind(source: str, config: Mapping[str, Any]) -> list[Reason]:
    """Values of the fields that are read here, of a kind that they cannot have."""
    reasons = []
    for field, (kinds, kind) in KINDS.items():
        value = config.get(field)
        fits = isinstance(value, kinds) and (bool in kinds) == isinstance(value, bool)
        if value is not None and not (fits and (isinstance(value, str) or abs(value) <= LARGEST)):
            reasons.append(Reason(f"{source}, {field}", f"{brief(value)} is not {kind}"))
    return reasons


def brief(value: Any) -> str:
    """A value of somebody else's config, or only what it is where it is no short text or number."""
    plain = isinstance(value, str | bool | float) or (isinstance(value, int) and abs(value) <= LARGEST)
    return repr(value)[:60] if plain else type(value).__name__


def missing_fields(sizes: Sizes, known: Sequence[str], task: Task | None) -> list[MissingField]:
    """Every field with more than one value that shapes do not decide and nobody has said.

    With a task the only pads are its own.
    """
    pads = (None, 0) if task is None else (None,) if task.pad_token is None else (task.pad_token, None)
    values: dict[str, tuple[Any, ...]] = {
        "normalization_type": NORMS[sizes.norm_weights],
        "attention_dir": ("causal", "bidirectional"),
        "act_fn": () if sizes.fields["attn_only"] else ACTIVATIONS,
        "attn_scale": (None, 1.0) if sizes.fields["n_layers"] and sizes.fields["d_head"] != 1 else (),
        "pad_token": pads,
    }
    return [MissingField(field, of) for field, of in values.items() if field not in known and len(of) > 1]


def decided(sizes: Sizes) -> list[KnownField]:
    """What the shapes decide, and what is usual where no file says otherwise."""
    norms = NORMS[sizes.norm_weights]
    fields = [KnownField("normalization_type", norms[0], "its norms have these weights")] if len(norms) == 1 else []
    return [*fields, KnownField("eps", 1e-5, "TransformerLens' default")]
