"""Options that change an experiment's model, recipe or split, and the experiment that comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, get_args

import typer
from pydantic import BaseModel, ValidationError

from openwork.data import DataSplit
from openwork.errors import OpenworkError, Reason, RecipeError, suggestion
from openwork.models import ModelSpec, reasons_of, spec_for
from openwork.tasks import Task
from openwork.training import EXPERIMENTS, Experiment, Recipe, named_experiment, recipe

T = TypeVar("T")
OPTIONS = {
    ("Split", "kind"): "--split",
    ("Split", "seed"): "--split-seed",
    ("Split", "inputs"): "--train-inputs",
    ("Split", "fresh"): "--fresh",
}
"""options that are not named as their field"""


def _option(name: str, text: str) -> Any:
    return typer.Option(name, help=text, show_default=False, rich_help_panel="Change the experiment")


Layers = Annotated[int | None, _option("--n-layers", "Layers.")]
Width = Annotated[int | None, _option("--d-model", "Width of the residual stream.")]
Heads = Annotated[int | None, _option("--n-heads", "Attention heads in each layer.")]
HeadWidth = Annotated[int | None, _option("--d-head", "Width of a head.")]
Neurons = Annotated[int | None, _option("--d-mlp", "Neurons in each MLP; 0 makes the model attention only.")]
Activation = Annotated[str | None, _option("--act-fn", "relu, gelu, gelu_new or silu.")]
Epochs = Annotated[int | None, _option("--epochs", "Passes over the training inputs, at most.")]
BatchSize = Annotated[int | None, _option("--batch-size", "Inputs in a batch.")]
Rate = Annotated[float | None, _option("--lr", "Learning rate, which the schedule multiplies.")]
Schedule = Annotated[str | None, _option("--schedule", "warmup-cosine or constant.")]
WeightDecay = Annotated[float | None, _option("--weight-decay", "AdamW's, on every parameter.")]
KeepGoing = Annotated[bool | None, _option("--stop-when-solved/--all-epochs", "End once right on every input, or not.")]
AttnEntropy = Annotated[
    float | None,
    _option("--attn-entropy", "Weight of attention's entropy in the loss: sharp heads can be proved by sets."),
]
InitializerRange = Annotated[
    float | None, _option("--initializer-range", "Standard deviation of the first matrices; 0.8 / sqrt(d_model) else.")
]
RecordEvery = Annotated[int | None, _option("--record-every", "Epochs between two that are measured and kept.")]
SplitKind = Annotated[str | None, _option("--split", "shuffled or lexicographic.")]
HeldOut = Annotated[float | None, _option("--held-out", "Share of the inputs that is not trained on.")]
SplitSeed = Annotated[int | None, _option("--split-seed", "Seed of the shuffle, or of the drawing.")]
TrainInputs = Annotated[
    int | None, _option("--train-inputs", "Draw this many inputs, those held out included; else take the whole domain.")
]
Fresh = Annotated[bool | None, _option("--fresh/--same", "Draw the inputs to train on anew in every epoch, or not.")]


def experiment_with(
    task: Task, name: str | None, model: Mapping[str, Any], learning: Mapping[str, Any], split: Mapping[str, Any]
) -> Experiment:
    """The named experiment, or the task's default one, with the fields that are given (not None) changed.

    Raises:
        RecipeError: an unknown experiment, or fields of the model, recipe or split that cannot be; all at once.
    """
    base = (
        named_experiment(name or task.name, task)
        if name or task.name in EXPERIMENTS or task.learned is not None
        else None
    )
    given = [{key: value for key, value in fields.items() if value is not None} for fields in (model, learning, split)]
    if "d_mlp" in given[0]:
        given[0]["attn_only"] = given[0]["d_mlp"] == 0
    if base is not None:
        parts = (base.spec, base.recipe, base.split)
        given = [part.model_dump() | fields for part, fields in zip(parts, given, strict=True)]
    reasons: list[Reason] = []
    spec = _made(reasons, ModelSpec, given[0], lambda fields: spec_for(task, **fields))
    how = _made(reasons, Recipe, given[1], lambda fields: recipe(**fields))
    which = _made(reasons, DataSplit, given[2], lambda fields: split_with(**fields))
    if spec is None or how is None or which is None:
        raise RecipeError("no such experiment can be run", reasons)
    return Experiment(task, spec, how, which)


def split_with(**fields: Any) -> DataSplit:
    """A checked split.

    Raises:
        RecipeError: with every field that is wrong.
    """
    try:
        return DataSplit(**fields)
    except ValidationError as error:
        raise RecipeError("no such split", reasons_of(error)) from error


def _made(
    reasons: list[Reason], kind: type[BaseModel], fields: dict[str, Any], make: Callable[[dict[str, Any]], T]
) -> T | None:
    """What `make` makes, or None with its reasons added, a misspelt choice's nearest one included."""
    try:
        return make(fields)
    except OpenworkError as error:
        reasons.extend(_mended(kind, fields, reason) for reason in error.reasons)
        return None


def _mended(kind: type[BaseModel], fields: Mapping[str, Any], reason: Reason) -> Reason:
    field = kind.model_fields.get(reason.where)
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)] if field else []
    named = f"--{reason.where.replace('_', '-')}" if reason.where else ""
    option = OPTIONS.get((kind.__name__, reason.where), named)
    mend = suggestion(str(fields.get(reason.where)), choices) if choices and not reason.mend else reason.mend
    return Reason(option, reason.what, mend)
