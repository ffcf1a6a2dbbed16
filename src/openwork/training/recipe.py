"""How a model learns: one frozen value, a unit under each field."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

from openwork.engines import AdamW
from openwork.errors import RecipeError
from openwork.models import LEAST_EPS, reasons_of

NEWER = {"record_every": 1, "attn_entropy": 0.0, "initializer_range": None}
"""fields that older runs did not have: every epoch was recorded, the loss had no other term, weights began at 0.8 /
sqrt(d_model)"""


class Recipe(BaseModel):
    """AdamW with a warm-up, a cosine and a clip. Make one with `recipe`, which tells every mistake at once."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    epochs: int = Field(default=40, ge=1)
    """passes over the training inputs"""
    batch_size: int = Field(default=256, ge=1)
    """inputs; the last batch of an epoch may be smaller"""
    lr: float = Field(default=6e-3, gt=0)
    """learning rate that the schedule multiplies"""
    schedule: Literal["warmup-cosine", "constant"] = "warmup-cosine"
    warmup_epochs: int = Field(default=5, ge=0)
    """epochs of linear warm-up, of `warmup-cosine`"""
    peak: float = Field(default=1.3, gt=0)
    """factor on `lr` where the cosine starts, of `warmup-cosine`"""
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.999, ge=0, lt=1)
    eps: float = Field(default=1e-8, ge=LEAST_EPS)
    weight_decay: float = Field(default=0.01, ge=0)
    """AdamW's, on every parameter"""
    max_grad_norm: float | None = Field(default=1.0, gt=0)
    """global L2 norm that gradients are clipped to; None clips nothing"""
    attn_entropy: float = Field(default=0.0, ge=0)
    """weight of a term of the loss that makes attention sharp: `H + 10 H^2` of its entropy `H` in nats, averaged over
    heads, queries and layers; from two fifths of the epochs on, whole from three fifths on"""
    initializer_range: float | None = Field(default=None, gt=0)
    """standard deviation of every matrix as it is first drawn; None for 0.8 / sqrt(d_model)"""
    stop_when_solved: bool = True
    """end a model's training after the first recorded epoch at whose end it is right on the whole domain"""
    record_every: int = Field(default=1, ge=1)
    """epochs between two that are measured and kept; the last one always is. Where an epoch is one step on everything
    there are thousands, and measuring each would take longer than training"""

    @model_serializer(mode="wrap")
    def _as_before(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without fields that older runs did not have, where they say what was done then: runs are named by the hash
        of this."""
        written: dict[str, Any] = fields(self)
        return {name: value for name, value in written.items() if name not in NEWER or value != NEWER[name]}

    @property
    def optimiser(self) -> AdamW:
        """The constants that engines want."""
        return AdamW(self.beta1, self.beta2, self.eps, self.weight_decay, self.max_grad_norm)


def recipe(**fields: Any) -> Recipe:
    """A checked recipe.

    Raises:
        RecipeError: with every field that is wrong.
    """
    try:
        return Recipe(**fields)
    except ValidationError as error:
        raise RecipeError("no such recipe can be run", reasons_of(error, Recipe)) from error
