"""`openwork import`: somebody else's model into the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from openwork.cli import options
from openwork.cli.examples import examples
from openwork.cli.output import aside, emit, people, print_facts
from openwork.cli.run_view import run_summary
from openwork.data import Inputs
from openwork.errors import CheckpointError, Reason, suggestion
from openwork.interop import Checkpoint, Description, ImportedModel, describe_checkpoint, read_checkpoint
from openwork.jobs.given_task import given_task
from openwork.jobs.imports import import_file
from openwork.jobs.setting import Setting
from openwork.report.terminal.quantities import share_text
from openwork.runs import Run, Store

app = typer.Typer(add_completion=False)
MOST_CHOICES = 6
"""values of an open field that are named one by one"""
SIZES = ("n_layers", "d_model", "n_heads", "d_head", "d_mlp", "d_vocab", "d_vocab_out", "n_ctx")
WORDS = {
    "--act-fn": ("relu", "gelu", "gelu_new", "silu"),
    "--normalization-type": ("LN", "LNPre", "RMS", "RMSPre", "none"),
    "--attention-dir": ("causal", "bidirectional"),
}

Task = Annotated[
    str | None,
    typer.Option(
        "--task", help="A task, or a Python file of yours; without, it is read and not kept.", show_default=False
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="A JSON file with the model's config; else the one beside the file.", show_default=False
    ),
]


def _said(name: str, text: str) -> Any:
    return typer.Option(name, help=text, show_default=False, rich_help_panel="What the file does not say")


TokenShift = Annotated[
    int | None,
    _said("--token-shift", "The embedding's row of the task's token 0; the others follow, and go round."),
]
PositionOffset = Annotated[
    int | None,
    _said("--position-offset", "The row of its position table at which a question starts; 0 unless said."),
]


@app.command(
    epilog=examples(
        "openwork import brackets.pt --task balanced-brackets",
        "openwork import mine.safetensors --task palindrome --attention-dir causal --attn-scale sqrt",
        "openwork import gpt2-folder --task my_task.py",
    )
)
def import_model(
    file: Annotated[Path, typer.Argument(help="Its file, or the folder with it.", show_default=False)],
    task: Task = None,
    param: options.TaskParams = None,
    act_fn: Annotated[str | None, _said("--act-fn", "relu, gelu, gelu_new or silu.")] = None,
    normalization_type: Annotated[str | None, _said("--normalization-type", "LN, LNPre, RMS, RMSPre or none.")] = None,
    attention_dir: Annotated[str | None, _said("--attention-dir", "causal or bidirectional.")] = None,
    attn_scale: Annotated[
        str | None, _said("--attn-scale", "What scores are divided by: sqrt (of d_head), or a number.")
    ] = None,
    pad_token: Annotated[str | None, _said("--pad-token", "The token whose keys are masked, or none.")] = None,
    n_heads: Annotated[
        int | None, _said("--n-heads", "Heads in a layer, which TransformerLens 4 does not save.")
    ] = None,
    eps: Annotated[float | None, _said("--eps", "Of the norms; 1e-5 unless said.")] = None,
    token_shift: TokenShift = None,
    position_offset: PositionOffset = None,
    config: Config = None,
    inputs: options.MostInputs = None,
    sample_seed: options.SampleSeed = 0,
    engine: options.EngineName = None,
    threads: options.Threads = None,
    store: options.StorePath = None,
    as_json: options.JsonFlag = False,
) -> None:
    """Bring somebody else's model into the store, to be judged like our own.

    Reads GPT-2 as Hugging Face stores it, nanoGPT, and state dicts of TransformerLens 1 to 4, in .safetensors, .pt,
    .pth or .bin (docs/models_of_others.md). Nothing in a file is executed. What the file does not say is taken from
    these options, else from a config, else found by trial: which values answer the task's questions best?

    Without a task the file is read and described, with what it leaves open, and nothing is kept.
    """
    words = {"--act-fn": act_fn, "--normalization-type": normalization_type, "--attention-dir": attention_dir}
    numbers = {"n_heads": n_heads, "eps": eps, "token_shift": token_shift, "position_offset": position_offset}
    said = _options(words, attn_scale, pad_token, numbers)
    if task is None:
        checkpoint = read_checkpoint(file, config)
        _describe(file, checkpoint, describe_checkpoint(checkpoint, said), as_json)
        return
    wanted = given_task(task, options.params_of(param))
    console = aside()
    with Store.open(store) as kept, console.status("reading", spinner="dots") as status:
        run, imported = import_file(
            file,
            wanted,
            Setting(kept, engine, threads),
            said,
            config=config,
            inputs=Inputs(inputs, sample_seed),
            tell=lambda line: status.update(f"trying {line}"),
        )
    if as_json:
        emit(run_summary(run) | {"said": [vars(s) for s in imported.known], "notes": imported.notes})
        return
    _show(people(as_json), file, run, imported)


def _describe(file: Path, checkpoint: Checkpoint, found: Description, as_json: bool) -> None:
    """What a file holds, where no task is named."""
    if as_json:
        left = [{"field": field.field, "option": field.option, "values": field.choices} for field in found.open]
        spec = None if found.spec is None else found.spec.model_dump()
        said = {"said": [vars(s) for s in found.known], "open": left, "notes": found.notes}
        emit({"names": found.dialect, "sizes": found.sizes, "spec": spec} | said)
        return
    console, numbers = people(as_json), sum(array.size for array in checkpoint.arrays.values())
    console.print(f"[bold]{escape(checkpoint.name)}[/bold]", soft_wrap=True)
    held = f"{len(checkpoint.arrays)} arrays, {numbers:,} numbers, named as {found.dialect} names them"
    facts: list[tuple[str, object]] = [("holds", held)]
    facts += [("model", _sizes_line(found) if found.spec is None else found.spec)]
    facts += [("known", said) for said in found.known]
    facts += [("open", f"{field.field}: {_either(field.choices)}") for field in found.open]
    print_facts(console, [*facts, *(("note", note) for note in found.notes)])
    how = " What is open is found by trial then." if found.open else ""
    console.print(f"It was read and not kept, for a run is about a task: name one that openwork tasks lists.{how}")
    console.print(f"Next: openwork import {file} --task TASK", markup=False, soft_wrap=True)


def _sizes_line(found: Description) -> str:
    """What the shapes say, where that is not all."""
    mlp = ", attention only" if found.sizes["attn_only"] else ""
    return ", ".join(f"{name} {found.sizes[name]}" for name in SIZES if name in found.sizes) + mlp


def _either(choices: Sequence[str]) -> str:
    if len(choices) > MOST_CHOICES:
        return f"{choices[0]} to {choices[-1]}"
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _show(console: Console, file: Path, run: Run, imported: ImportedModel) -> None:
    measured = run.last.train
    console.print(f"[bold]{run.name}[/bold]  {escape(file.name)}", soft_wrap=True)
    right = (
        f"{share_text(measured.accuracy)} of answers right; {measured.sequences:,} of {measured.inputs:,} inputs whole"
    )
    facts: list[tuple[str, object]] = [("model", run.spec), ("task", run.task), ("accuracy", right)]
    facts += [("settings", known) for known in imported.known]
    facts += [] if imported.identified is None else [("search", imported.search)]
    print_facts(console, [*facts, *(("note", note) for note in imported.notes)])
    console.print(f"Next: openwork check CLAIMS.toml {run.name}", f"or:   openwork report {run.name}", sep="\n")


def _options(
    words: dict[str, str | None],
    attn_scale: str | None,
    pad_token: str | None,
    rest: Mapping[str, float | None],
) -> dict[str, Any]:
    """The fields that were said.

    Raises:
        CheckpointError: with every value that cannot be.
    """
    reasons = [
        Reason(option, f"there is no {value!r}", suggestion(value, WORDS[option]))
        for option, value in words.items()
        if value is not None and value not in WORDS[option]
    ]
    fields: dict[str, Any] = {
        option[2:].replace("-", "_"): value for option, value in words.items() if value is not None
    }
    numbers = {"attn_scale": (attn_scale, "sqrt", float), "pad_token": (pad_token, "none", int)}
    for name, (text, usual, kind) in numbers.items():
        if text is None:
            continue
        try:
            fields[name] = text if text == usual else kind(text)
        except ValueError:
            reasons.append(Reason(f"--{name.replace('_', '-')}", f"{text!r} is not {usual} or a number"))
    if reasons:
        raise CheckpointError("the options cannot be read", reasons)
    return fields | {name: value for name, value in rest.items() if value is not None}
