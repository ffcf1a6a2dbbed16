"""Which inputs are trained on, and which are held out."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from openwork.data.domain import MOST_ENUMERATED
from openwork.data.randomness import bits, permutation
from openwork.errors import Reason, RecipeError
from openwork.tasks import Task, format_count


class DataSplit(BaseModel):
    """A way to divide the inputs: the last `held_out` questions, in the order that `kind` gives, are not trained on.

    `lexicographic` keeps the domain's own order, so the held-out questions are all alike in their first variables;
    `shuffled` draws an order from `seed` first.

    With `inputs`, so many questions are drawn by the task's sampler instead, and `seed` decides of every question
    there is on which side it lies: one that is held out is never trained on, however often it is drawn. With `fresh`,
    each epoch draws anew; the score in training is then that on the questions of the first.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    kind: Literal["shuffled", "lexicographic"] = "shuffled"
    held_out: float = Field(default=5536 / 65536, ge=0, lt=1)
    """share of the inputs that is held out, rounded to whole questions"""
    seed: int = Field(default=0, ge=0)
    """of the shuffle, or of the sampler; not the model's seed"""
    inputs: int | None = Field(default=None, ge=1, le=MOST_ENUMERATED)
    """how many questions are drawn, those held out included; None takes the whole domain"""
    fresh: bool = False
    """draw the questions to train on anew in every epoch"""

    @model_validator(mode="after")
    def _drawn_or_not(self) -> Self:
        if self.fresh and self.inputs is None:
            raise ValueError("fresh draws questions: say in inputs how many, those held out included")
        if self.inputs is not None and self.kind == "lexicographic":
            raise ValueError("lexicographic is an order of the whole domain: leave inputs out, or leave it shuffled")
        return self

    @model_serializer(mode="wrap")
    def _as_before_samplers(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `inputs` and `fresh` where nothing is drawn: older runs are named by the hash of this."""
        written: dict[str, Any] = fields(self)
        return (
            written if self.inputs is not None else {k: v for k, v in written.items() if k not in ("inputs", "fresh")}
        )

    def sizes(self, task: Task) -> tuple[int, int]:
        """How many questions are trained on in an epoch, and how many are held out.

        Raises:
            RecipeError: none is left to train on, or the domain is too large to train on all of it.
        """
        size = task.domain_size
        total = size if self.inputs is None else self.inputs
        if total is None or total > MOST_ENUMERATED:
            what = f"the questions of {task} are {format_count(size)}"
            mend = "draw some of them: split.inputs = 60000, or --train-inputs 60000"
            raise RecipeError("not every question can be trained on", Reason("split.inputs", what, mend))
        train = self.train_size(total)
        return train, total - train

    def train_size(self, inputs: int) -> int:
        """How many of so many questions are trained on.

        Raises:
            RecipeError: none is left.
        """
        size = inputs - round(self.held_out * inputs)
        if size < 1:
            what = f"{self.held_out} of {inputs} questions leaves none to train on"
            raise RecipeError("nothing is left to train on", Reason("split.held_out", what, "hold out less"))
        return size

    def parts(self, domain_size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of the questions to train on and of those held out, of a whole domain of this size.

        Raises:
            RecipeError: nothing is left to train on.
        """
        cut = self.train_size(domain_size)
        order = np.arange(domain_size, dtype=np.int64)
        if self.kind == "shuffled":
            order = permutation(bits("split", self.seed), domain_size)
        return order[:cut], order[cut:]
