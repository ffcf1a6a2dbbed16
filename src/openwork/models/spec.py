"""Sizes and choices of a model, in the names and meaning of TransformerLens' config fields."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from openwork.errors import Reason, SpecError, suggestion
from openwork.tasks import Task

LARGEST = 2**24
"""of any size; a matrix between two such would take 2**50 bytes"""
LEAST_EPS = 2.0**-126
"""the least number that float32 has in full: what is smaller may be 0 in a pass"""
Normalization = Literal["LN", "LNPre", "RMS", "RMSPre"]


class ModelSpec(BaseModel):
    """A pre-norm decoder or encoder as TransformerLens 3 defines it, with biases everywhere.

    Make one with `model_spec`, which tells every mistake at once in the house's own error.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    n_layers: int = Field(ge=0, le=64)
    d_model: int = Field(ge=1, le=LARGEST)
    n_heads: int = Field(ge=1, le=LARGEST)
    d_head: int = Field(ge=1, le=LARGEST)
    d_mlp: int = Field(ge=0, le=LARGEST)
    """neurons in each MLP; 0 exactly when `attn_only`"""
    d_vocab: int = Field(ge=1, le=LARGEST)
    d_vocab_out: int = Field(ge=1, le=LARGEST)
    n_ctx: int = Field(ge=1, le=LARGEST)
    act_fn: Literal["relu", "gelu", "gelu_new", "silu"] = "relu"
    normalization_type: Normalization | None = "LN"
    eps: float = Field(default=1e-5, gt=0, le=1e30)
    attention_dir: Literal["causal", "bidirectional"] = "causal"
    attn_only: bool = False
    positional_embedding_type: Literal["standard", "none"] = "standard"
    attn_scale: float | None = Field(default=None, ge=1e-30, le=1e30)
    """scores are divided by this; None means sqrt(d_head)"""
    dtype: Literal["float32", "float64"] = "float32"
    pad_token: int | None = Field(default=None, ge=0)
    """keys at positions with this token are masked out for every query; a query with no key left attends to nothing"""

    @model_validator(mode="after")
    def _mlp_agrees(self) -> Self:
        if self.attn_only != (self.d_mlp == 0):
            raise ValueError("d_mlp is 0 exactly when attn_only is true: give the MLP neurons, or say attn_only")
        return self

    @model_validator(mode="after")
    def _eps_is_not_nothing(self) -> Self:
        if self.dtype == "float32" and self.eps < LEAST_EPS:
            raise ValueError(f"eps {self.eps:g} is 0 in float32: give {LEAST_EPS:.2g} or more")
        return self

    @model_validator(mode="after")
    def _pad_is_a_token(self) -> Self:
        if self.pad_token is not None and self.pad_token >= self.d_vocab:
            raise ValueError(f"pad_token {self.pad_token} is not in the vocabulary: tokens are 0 to {self.d_vocab - 1}")
        return self

    @model_serializer(mode="wrap")
    def _as_before_pads(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `pad_token` where there is none: a run is named by the hash of this, and some are older than pads."""
        written: dict[str, Any] = fields(self)
        return written if self.pad_token is not None else {k: v for k, v in written.items() if k != "pad_token"}

    @property
    def score_divisor(self) -> float:
        """What attention scores are divided by."""
        return self.attn_scale if self.attn_scale is not None else float(self.d_head**0.5)

    @property
    def norm_has_weights(self) -> bool:
        """Whether the norms have learned weights (`LN`, `RMS`) rather than folded ones."""
        return self.normalization_type in ("LN", "RMS")

    def __str__(self) -> str:
        mlp = "attention only" if self.attn_only else f"d_mlp {self.d_mlp} {self.act_fn}"
        norm = self.normalization_type or "no norm"
        pads = "" if self.pad_token is None else f", pads {self.pad_token} masked"
        return (
            f"{_counted(self.n_layers, 'layer')}, d_model {self.d_model}, "
            f"{_counted(self.n_heads, 'head')} of {self.d_head}, {mlp}, {norm}, "
            f"{self.attention_dir}{pads}, n_ctx {self.n_ctx}"
        )


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def model_spec(**fields: Any) -> ModelSpec:
    """A checked spec. `d_vocab_out` defaults to `d_vocab`, `d_mlp` to 0 for attention-only models.

    Raises:
        SpecError: with every field that is wrong.
    """
    fields.setdefault("d_vocab_out", fields.get("d_vocab"))
    if fields.get("attn_only"):
        fields.setdefault("d_mlp", 0)
    try:
        return ModelSpec(**fields)
    except ValidationError as error:
        raise SpecError("no such model can exist", reasons_of(error, ModelSpec)) from error


def spec_for(task: Task, **fields: Any) -> ModelSpec:
    """A checked spec whose vocabulary, context, attention direction and pad token are the task's.

    Raises:
        SpecError: with every field that is wrong, a context too short for the task included.
    """
    sizes: dict[str, Any] = {
        "d_vocab": len(task.vocabulary),
        "d_vocab_out": len(task.answer_vocabulary),
        "n_ctx": task.n_ctx,
    }
    sizes |= {"attention_dir": task.attention_dir, "pad_token": task.pad_token}
    spec = model_spec(**sizes | fields)
    require_fit(spec, task)
    return spec


def require_fit(spec: ModelSpec, task: Task) -> None:
    """Raises SpecError unless a model of this spec can do this task."""
    needs = {
        "n_ctx": (spec.n_ctx, task.n_pos),
        "d_vocab": (spec.d_vocab, len(task.vocabulary)),
        "d_vocab_out": (spec.d_vocab_out, len(task.answer_vocabulary)),
    }
    reasons = [
        Reason(field, f"{has} is too small: {task} needs {need}", f"give {field} {need} or more")
        for field, (has, need) in needs.items()
        if has < need
    ]
    if reasons:
        raise SpecError(f"the model does not fit the task {task}", reasons)


def reasons_of(error: ValidationError, kind: type[BaseModel] | None = None) -> list[Reason]:
    """A pydantic error as our reasons, one for each field; with `kind`, a field it does not have gets the nearest."""
    reasons = []
    for item in error.errors(include_url=False):
        where = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            mend = suggestion(where, kind.model_fields) if kind else ""
            reasons.append(Reason(where, "there is no such field", mend))
            continue
        given = "" if item["type"] in ("missing", "value_error") else f", got {item['input']!r}"
        reasons.append(Reason(where, item["msg"].removeprefix("Value error, ") + given))
    return reasons
