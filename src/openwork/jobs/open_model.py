"""A model in the hand without a task: what it is made of, and what it says to tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openwork.engines import choose_engine
from openwork.errors import visible
from openwork.interop import ImportedModel, Labels, imported_model, read_checkpoint, tracr_checkpoint
from openwork.jobs.looking import AxisNames, Look, Looking, ids_of_symbols, questions_without_task
from openwork.models import ModelSpec


@dataclass(frozen=True, eq=False)
class OpenModel(Looking):
    """Somebody else's model, opened: `model.logits(tokens)`, `model.cache(tokens)`, `model.run(tokens, edits=[…])`.

    Attributes:
        name: of its file, or of what it was in the program.
        imported: the model, how its choices are known, and what was left out or filled in.
        labels: names of the places along some axes (`d_model`, `d_vocab`, `d_vocab_out`), where it comes with them.
        engine: `native` or `torch`; else the one that suits the model.
    """

    name: str
    imported: ImportedModel = field(repr=False)
    labels: Labels = field(default_factory=dict, repr=False)
    engine: str | None = None

    @property
    def spec(self) -> ModelSpec:
        """Sizes and choices."""
        return self.imported.stack.spec

    @cached_property
    def _look(self) -> Look:
        """Its model, asked tokens."""
        names = AxisNames(self.spec, labels=self.labels)
        ask = partial(questions_without_task, self.spec, tuple(self.labels.get("d_vocab", ())))
        return Look(choose_engine(self.spec, self.engine).engine, self.imported.stack, names, ask)

    def tokens(self, symbols: Sequence[Sequence[object]]) -> NDArray[np.int32]:
        """The ids `[input, pos]` of rows of symbols of one length.

        Raises:
            PlanError: the model came without symbols, or with every one that it does not have.
        """
        return ids_of_symbols(tuple(self.labels.get("d_vocab", ())), symbols)

    def __str__(self) -> str:
        lines = [self.name, f"  model  {self.spec}"]
        lines += [f"  known  {known}" for known in self.imported.known]
        lines += [f"  {axis}  {', '.join(names)}" for axis, names in self.labels.items()]
        return visible("\n".join([*lines, *(f"  note   {note}" for note in self.imported.notes)]))


def open_file(
    path: Path, options: Mapping[str, Any], config: Path | None = None, engine: str | None = None
) -> OpenModel:
    """The model of a file or a folder; see `import_file`.

    Raises:
        CheckpointError: it cannot be read or contradicts itself, or leaves open what nobody says; with every reason.
    """
    checkpoint = read_checkpoint(path, config)
    return OpenModel(checkpoint.name, imported_model(checkpoint, options), engine=engine)


def open_tracr(model: Any) -> OpenModel:
    """A model that Tracr compiled, with the names of its residual stream's dimensions, tokens and answers.

    Raises:
        CheckpointError: no such model, or one outside the model family; with every reason.
    """
    checkpoint, labels = tracr_checkpoint(model)
    return OpenModel(checkpoint.name, imported_model(checkpoint, {}), labels)
