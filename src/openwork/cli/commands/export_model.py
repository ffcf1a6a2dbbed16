"""`openwork export`: a stored model for other libraries, or as plain safetensors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openwork.cli.examples import examples
from openwork.cli.options import JsonFlag, StorePath
from openwork.cli.output import emit, people
from openwork.interop import TARGETS, how_to_load, require_target
from openwork.interop import export_model as write_model
from openwork.runs import Store

ENDINGS = {"gpt2": "", "onnx": ".onnx"}
"""of what is written for each; else that of safetensors"""

app = typer.Typer(add_completion=False)


@app.command(
    epilog=examples(
        "openwork export 3f2a --to transformer-lens-4 -o model.safetensors",
        "openwork export 3f2a --to torch -o model.safetensors",
        "openwork export 3f2a --to gpt2 -o folder",
        "openwork export 3f2a --to safetensors --epoch 12",
    )
)
def export_model(
    run: Annotated[str, typer.Argument(help="A run's name, or how it begins.", show_default=False)],
    to: Annotated[str, typer.Option("--to", help=f"For whom: {', '.join(TARGETS)}.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write, or folder for gpt2; else RUN.", show_default=False),
    ] = None,
    epoch: Annotated[
        int | None, typer.Option("--epoch", min=0, help="After which epoch; else the last.", show_default=False)
    ] = None,
    store: StorePath = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a stored model for TransformerLens 3 or 4, transformers, PyTorch or ONNX, or as plain safetensors.

    Beside the weights goes what they need: a config, and for PyTorch a page of source that needs nothing else. The
    lines of Python that load them are printed. A model that the other library cannot be is refused with the reasons.
    """
    with Store.open(store) as kept:
        stored = kept.find(run)
        target = require_target(to, stored.spec)
        stack = kept.stack(stored) if epoch is None else kept.stack_at(stored, epoch)
    path = output or Path(f"{stored.name}{ENDINGS.get(target, '.safetensors')}")
    written = write_model(stack, target, path)
    if as_json:
        emit({"run": stored.name, "files": [str(file) for file in written], "load": how_to_load(target, path)})
        return
    console = people(as_json)
    console.print(f"Wrote {' and '.join(map(str, written))}. To load:", markup=False, soft_wrap=True)
    console.print(how_to_load(target, path), markup=False, highlight=False, soft_wrap=True)
    if stored.spec.pad_token is not None and target.startswith("transformer-lens"):
        note = f"Keys at token {stored.spec.pad_token} are masked in this model, which weights do not say: "
        how = "ow.to_transformer_lens(run) does it by hooks" if target.endswith("3") else "give it attention_mask"
        console.print(note + how + ".", markup=False, soft_wrap=True)
