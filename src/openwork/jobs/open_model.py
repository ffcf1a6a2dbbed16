"""A model in the hand without a task: what it is made of, and what it says to tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openwork.engines import choose_engine, joined
from openwork.errors import PlanError, Reason, suggestion, visible
from openwork.interop import ImportedModel, Labels, imported_model, read_checkpoint, tracr_checkpoint
from openwork.models import ModelSpec


@dataclass(frozen=True, eq=False)
class OpenModel:
    """Somebody else's model, opened.

    Attributes:
        name: of its file, or of what it was in the program.
        imported: the model, how its choices are known, and what was left out or filled in.
        labels: names of the places along some axes (`d_model`, `d_vocab`, `d_vocab_out`), where it comes with them.
    """

    name: str
    imported: ImportedModel = field(repr=False)
    labels: Labels = field(default_factory=dict, repr=False)

    @property
    def spec(self) -> ModelSpec:
        """Sizes and choices."""
        return self.imported.stack.spec

    @cached_property
    def weights(self) -> Mapping[str, NDArray[np.floating]]:
        """Every weight by TransformerLens' name, such as `blocks.0.attn.W_Q` `[head, d_model, d_head]`; read-only."""
        return {name: array[0] for name, array in self.imported.stack.named().items()}

    def logits(self, tokens: ArrayLike, *, engine: str | None = None) -> NDArray[np.floating]:
        """`[input, pos, d_vocab_out]`, after every position.

        Args:
            tokens: ids `[input, pos]`, or `[pos]` for one input.
            engine: `native` or `torch`; else the one that suits the model.

        Raises:
            PlanError: no whole numbers, another number of axes, ids outside the vocabulary, or too many positions.
        """
        ids = np.asarray(tokens)
        if ids.dtype.kind not in "iu" or ids.ndim not in (1, 2) or 0 in ids.shape:
            what = f"an array of {ids.dtype} of shape {ids.shape}"
            raise PlanError("these are no tokens", Reason("tokens", what, "give ids as [input, pos] or [pos]"))
        rows = np.ascontiguousarray(np.atleast_2d(ids).astype(np.int32, casting="unsafe"))
        if (rows != np.atleast_2d(ids)).any():
            raise PlanError("these are no tokens", Reason("tokens", "holds ids too large for any vocabulary"))
        runner = choose_engine(self.spec, engine).engine
        trace = joined(runner.run(self.imported.stack, rows, graded=tuple(range(rows.shape[1]))))
        found: NDArray[np.floating] = trace.logits[0]
        return found

    def tokens(self, symbols: Sequence[Sequence[object]]) -> NDArray[np.int32]:
        """The ids `[input, pos]` of rows of symbols of one length.

        Raises:
            PlanError: the model came without symbols, or with every one that it does not have.
        """
        known = {symbol: i for i, symbol in enumerate(self.labels.get("d_vocab", ()))}
        if not known:
            raise PlanError("the model has no symbols", Reason("symbols", "it came with ids only", "give logits ids"))
        rows = [[str(symbol) for symbol in row] for row in symbols]
        strange = dict.fromkeys(symbol for row in rows for symbol in row if symbol not in known)
        reasons = [Reason(repr(symbol), "is no symbol of the model", suggestion(symbol, known)) for symbol in strange]
        if len({len(row) for row in rows}) > 1:
            reasons.append(Reason("symbols", "the rows have several lengths", "ask each length by itself"))
        if reasons:
            raise PlanError("these symbols cannot be asked", reasons)
        return np.array([[known[symbol] for symbol in row] for row in rows], np.int32)

    def __str__(self) -> str:
        lines = [self.name, f"  model  {self.spec}"]
        lines += [f"  known  {known}" for known in self.imported.known]
        lines += [f"  {axis}  {', '.join(names)}" for axis, names in self.labels.items()]
        return visible("\n".join([*lines, *(f"  note   {note}" for note in self.imported.notes)]))


def open_file(path: Path, options: Mapping[str, Any], config: Path | None = None) -> OpenModel:
    """The model of a file or a folder; see `import_file`.

    Raises:
        CheckpointError: it cannot be read or contradicts itself, or leaves open what nobody says; with every reason.
    """
    checkpoint = read_checkpoint(path, config)
    return OpenModel(checkpoint.name, imported_model(checkpoint, options))


def open_tracr(model: Any) -> OpenModel:
    """A model that Tracr compiled, with the names of its residual stream's dimensions, tokens and answers.

    Raises:
        CheckpointError: no such model, or one outside the model family; with every reason.
    """
    checkpoint, labels = tracr_checkpoint(model)
    return OpenModel(checkpoint.name, imported_model(checkpoint, {}), labels)
