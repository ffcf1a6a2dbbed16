"""From a checkpoint to a model: what its shapes say, what else is said, and what had to be found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openwork.data import Dataset
from openwork.errors import CheckpointError, Reason, SpecError
from openwork.interop.checkpoint import Checkpoint
from openwork.interop.identify import Identified, Tell, Values, identify
from openwork.interop.layouts import named_weights
from openwork.interop.missing_fields import (
    KnownField,
    MissingField,
    decided,
    from_config,
    from_options,
    missing_fields,
    shown,
)
from openwork.interop.names import Arrays, Named, heads_apart
from openwork.interop.positions import positions_from
from openwork.interop.sizes import Sizes, sizes_of
from openwork.models import ModelSpec, Stack, model_spec, stack_of, weight_shapes
from openwork.tasks import Task

SOLVED = 0.9
"""accuracy below which a shift of the token ids is tried too"""
MOST_SHIFTS = 128


@dataclass(frozen=True, eq=False)
class ImportedModel:
    """A model that somebody else trained.

    Attributes:
        stack: its weights, a stack of one.
        dialect: whose names the file had.
        known: every field that shapes do not decide, its value, and how it came to be known.
        identified: the trial on the task's questions; None where nothing had to be found out.
        notes: what was left out or filled in.
    """

    stack: Stack
    dialect: str
    known: tuple[KnownField, ...]
    identified: Identified | None
    notes: tuple[str, ...]

    @property
    def search(self) -> str:
        """What was tried, and how far ahead the best is."""
        identified = self.identified
        if identified is None:
            return "nothing had to be found out"
        if identified.tried == 1:
            return "1 combination, nothing to choose"
        next_best = identified.rivals[0] if identified.rivals else identified.second
        if next_best is None:
            return f"{identified.tried} combinations tried; all are the same model"
        ahead = 100 * (identified.best.accuracy - next_best.accuracy)
        return f"{identified.tried} combinations tried; the best is {ahead:.2f} points ahead of the next ({next_best})"


@dataclass(frozen=True)
class Description:
    """What a file says of its model, where no task is named.

    Attributes:
        dialect: whose names its weights have.
        sizes: what the shapes say, in the names of `ModelSpec`; without those that depend on what is open.
        known: every field that shapes do not decide and that is known, with how.
        open: every field that nothing says, with the values it may have.
        notes: what would be left out or filled in.
        spec: the whole of it; None where anything is open.
    """

    dialect: str
    sizes: Mapping[str, object]
    known: tuple[KnownField, ...]
    open: tuple[MissingField, ...]
    notes: tuple[str, ...]
    spec: ModelSpec | None


def describe_checkpoint(checkpoint: Checkpoint, options: Mapping[str, Any]) -> Description:
    """What a checkpoint and these options say of a model, and what they leave open; see `imported_model`.

    Raises:
        CheckpointError: names, shapes, config or options that contradict each other; with every reason.
    """
    maker = _maker(checkpoint, options, None)
    missing, sizes = tuple(maker.missing_fields), maker.sizes
    if "n_heads" in {field.field for field in missing}:
        sizes = {name: value for name, value in sizes.items() if name not in ("n_heads", "d_head")}
    whole = not missing and "n_ctx" in sizes
    known = tuple(maker.known.values())
    return Description(maker.names.dialect, sizes, known, missing, maker.notes, maker.build({}).spec if whole else None)


def imported_model(
    checkpoint: Checkpoint,
    options: Mapping[str, Any],
    task: Task | None = None,
    dataset: Dataset | None = None,
    tell: Tell = lambda _: None,
) -> ImportedModel:
    """The model of a checkpoint.

    Args:
        checkpoint: what was read.
        options: fields of `ModelSpec` that the user says, `token_shift` and `position_offset`; they go before the
            file's own config.
        task: what the model should compute.
        dataset: questions of the task; what nobody says is found by asking them.
        tell: called with a line about every step of the search.

    Raises:
        CheckpointError: names or shapes that contradict each other, fields that nobody says without a task, a
            task whose vocabulary the model does not have; with every reason.
    """
    maker = _maker(checkpoint, options, task)
    fields = maker.missing_fields
    if fields and (task is None or dataset is None):
        reasons = [Reason(f"{checkpoint.name}, {f.field}", "the file does not say it", f.how_to_say) for f in fields]
        advice = Reason("", "or name a task that the model does", "--task TASK: then each value is tried")
        raise CheckpointError(
            "the checkpoint does not say all that decides what the model computes", [*reasons, advice]
        )
    identified = None
    shiftable = "token_shift" not in maker.known
    if dataset is not None and (fields or shiftable):
        identified = _identified(maker, fields, dataset, shiftable, tell)
    values = {} if identified is None else dict(identified.best.values)
    stack = maker.build(values)
    said = [*maker.known.values()]
    if identified is not None:
        said += [_tried_field(field, value, identified) for field, value in values.items()]
    return ImportedModel(stack, maker.names.dialect, tuple(said), identified, maker.notes)


def _maker(checkpoint: Checkpoint, options: Mapping[str, Any], task: Task | None) -> _Maker:
    names = named_weights(checkpoint)
    known = _known(checkpoint, options, names)
    names = positions_from(checkpoint.name, names, options.get("position_offset", 0))
    if names.known is not None and task is None:
        known.setdefault("pad_token", KnownField("pad_token", None, "it masks no token that it is not told to"))
    causal = "attention_dir" in known and known["attention_dir"].value == "causal"
    if task is not None and task.varying and causal:
        known.setdefault("pad_token", KnownField("pad_token", None, "pads come after all that is asked"))
    heads = _possible_heads(checkpoint.name, names.arrays, known) if names.heads_joined else ()
    return _Maker(checkpoint.name, names, known, task, heads)


def _known(checkpoint: Checkpoint, options: Mapping[str, Any], names: Named) -> dict[str, KnownField]:
    """What is said, by field; the user before the file before what is usual."""
    sizes = None if names.heads_joined else sizes_of(checkpoint.name, names.arrays)
    said = names.known
    if said is None:
        said = tuple(from_config(f"{checkpoint.name}'s config", checkpoint.config, sizes)) if checkpoint.config else ()
    ranked = [*(decided(sizes) if sizes else []), *said, *from_options(options)]
    return {field.field: field for field in ranked}


def _possible_heads(source: str, arrays: Arrays, known: Mapping[str, KnownField]) -> tuple[int, ...]:
    """How many heads the rows of q can be cut into."""
    if "n_heads" in known:
        heads = known["n_heads"].value
        if not isinstance(heads, int) or heads < 1:
            raise CheckpointError("no such model can exist", Reason("n_heads", f"{heads} is below 1", "give 1 or more"))
        return (heads,)
    rows = {int(a.shape[0]) for name, a in arrays.items() if name.endswith("attn.q.weight") and a.ndim == 2}
    if len(rows) > 1:
        what = f"the layers have {sorted(rows)} rows of queries"
        raise CheckpointError("the checkpoint contradicts itself", Reason(f"{source}, attn.q.weight", what))
    width = rows.pop() if rows else 1
    return tuple(n for n in range(1, width + 1) if width % n == 0)


class _Maker:
    """Makes the model under any values of what is not known."""

    def __init__(
        self, source: str, names: Named, known: Mapping[str, KnownField], task: Task | None, heads: Sequence[int]
    ) -> None:
        self.source, self.names, self.known, self.task = source, names, dict(known), task
        self.heads = tuple(heads)
        self._sizes: dict[int, tuple[Sizes, Arrays]] = {}
        sizes, _ = self._at(self.heads[0] if self.heads else 0)
        for said in decided(sizes):
            self.known.setdefault(said.field, said)
        self._require_vocabulary(sizes)

    @property
    def sizes(self) -> Mapping[str, object]:
        """What the shapes say."""
        sizes, _ = self._at(self.heads[0] if self.heads else 0)
        return sizes.fields

    @property
    def missing_fields(self) -> list[MissingField]:
        """What is still open."""
        sizes, _ = self._at(self.heads[0] if self.heads else 0)
        missing = missing_fields(sizes, list(self.known), self.task)
        return ([MissingField("n_heads", self.heads)] if len(self.heads) > 1 else []) + missing

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or filled in."""
        sizes, _ = self._at(self.heads[0] if self.heads else 0)
        notes = [*self.names.notes]
        if self.names.buffers:
            notes.append(
                f"{len(self.names.buffers)} buffers are not used: a saved mask does not tell how the model was trained"
            )
        if sizes.absent:
            notes.append(f"it has no {', '.join(sizes.absent)}: taken for zero")
        return tuple(notes)

    def build(self, values: Values) -> Stack:
        """The model."""
        fields = {said.field: said.value for said in self.known.values()} | dict(values)
        sizes, weights = self._at(int(fields.pop("n_heads", self.heads[0])) if self.heads else 0)
        fields.pop("n_heads", None)
        fields.pop("position_offset", None)
        shift = int(fields.pop("token_shift", 0))
        wanted = dict(sizes.fields) | fields
        if "n_ctx" not in wanted and self.task is not None:
            wanted["n_ctx"] = self.task.n_ctx
        try:
            spec: ModelSpec = model_spec(**wanted)
        except SpecError as error:
            raise CheckpointError(f"{self.source} is no model of the family", error.reasons) from error
        shapes = weight_shapes(spec)
        zero = np.zeros(1, spec.dtype)
        arrays = {
            name: np.asarray(weights.get(name, np.broadcast_to(zero, shape)), spec.dtype)[None]
            for name, shape in shapes.items()
        }
        if shift:
            arrays["embed.W_E"] = np.roll(arrays["embed.W_E"], -shift, axis=1)
        return stack_of(spec, arrays)

    def _at(self, n_heads: int) -> tuple[Sizes, Arrays]:
        if n_heads not in self._sizes:
            arrays = heads_apart(self.names.arrays, n_heads) if n_heads else self.names.arrays
            self._sizes[n_heads] = (sizes_of(self.source, arrays), arrays)
        return self._sizes[n_heads]

    def _require_vocabulary(self, sizes: Sizes) -> None:
        if self.task is None:
            return
        wanted = {"d_vocab": len(self.task.vocabulary), "d_vocab_out": len(self.task.answer_vocabulary)}
        wanted |= {"n_ctx": self.task.n_pos}
        reasons = []
        for field, need in wanted.items():
            has = sizes.fields.get(field, need)
            if (has != need) if field == "d_vocab_out" else (int(str(has)) < need):
                reasons.append(Reason(f"{self.source}, {field}", f"is {has}, and {self.task} needs {need}"))
        if reasons:
            mend = "give the task its parameters with --param, or name another task"
            raise CheckpointError("the model is not one of this task", [*reasons, Reason("task", str(self.task), mend)])


def _identified(
    maker: _Maker, fields: Sequence[MissingField], dataset: Dataset, shiftable: bool, tell: Tell
) -> Identified:
    """The best combination; where none is good, also those that take the task's token ids for others, shifted round."""
    best = identify(fields, maker.build, dataset, tell)
    shifts = maker.build(best.best.values).spec.d_vocab
    if best.best.accuracy >= SOLVED or not shiftable or shifts > MOST_SHIFTS:
        return best
    tell(f"at most {100 * best.best.accuracy:.1f} % right: trying other token ids too")
    shifted = identify([*fields, MissingField("token_shift", tuple(range(shifts)))], maker.build, dataset, tell)
    return shifted if shifted.best.accuracy > best.best.accuracy else best


def _tried_field(field: str, value: Any, found: Identified) -> KnownField:
    if field in found.idle:
        return KnownField(field, value, "makes no difference on this task")
    right = f"{100 * found.best.accuracy:.2f} % right"
    if rivals := found.contested(field):
        also = f"{shown(field, rivals[0].values[field])} gives {100 * rivals[0].accuracy:.2f} %"
        return KnownField(field, value, f"found, but not for sure: {right}, and {also}")
    return KnownField(field, value, f"found: {right}")
