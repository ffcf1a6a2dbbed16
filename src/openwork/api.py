"""What `import openwork as ow` offers: the spine's jobs, with names and paths in place of values.

Every function shows progress on standard error and keeps its runs in a store, so that asking again is answered at once.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from openwork.analyses import Step
from openwork.claims import Claim, ClaimsHeading, claims_given, require_claims_fit
from openwork.data import Inputs
from openwork.errors import DAMAGED_BESIDE, StoreError
from openwork.interop import plain_torch, to_live
from openwork.jobs import pipeline, reproduction
from openwork.jobs.console import SafeConsole
from openwork.jobs.given_files import read_claims, read_heading, require_writable
from openwork.jobs.given_task import claims_beside, given_task
from openwork.jobs.imports import import_file, import_live, import_tracr
from openwork.jobs.open_model import OpenModel, open_file, open_tracr
from openwork.jobs.opened import OpenedRun
from openwork.jobs.opened import open_run as opened_from
from openwork.jobs.progress import ProgressDisplay
from openwork.jobs.search import train_seeds
from openwork.jobs.setting import Setting, Watch
from openwork.models import ModelSpec
from openwork.report import Reproduction
from openwork.runs import Keep, Run, Store, keep_rule
from openwork.tasks import Task
from openwork.training import Experiment, named_experiment

Seeds = int | Sequence[int]
"""how many, from 0; or which"""
Claims = str | Path | Iterable[Claim]
"""a claims file, or claims"""


def explain(
    task: str | Task | type[Task],
    *,
    seed: int | None = None,
    seeds: Seeds | None = None,
    params: Mapping[str, int] | None = None,
    experiment: Experiment | None = None,
    claims: Claims | None = None,
    page: str | Path | None = None,
    inputs: int | None = None,
    sample_seed: int = 0,
    only_right: bool = False,
    recipe_claims: bool = False,
    compare: bool = False,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> OpenedRun:
    """Trains until a model is right on every input, judges the claims on it, and gives it, ready to be measured.

    Args:
        task: its name, the path of your own Python file, or what `@openwork.task` made of a function.
        seed: train and explain only this seed.
        seeds: train only these, each to its end, and explain the best; else as many as it takes until one is solved.
        params: of the task, where it is not made yet.
        experiment: task, model, recipe and split; else the default of the task.
        claims: what to judge; else those beside a task file, or those that ship for the task.
        page: HTML file to write the report to.
        inputs: measure on this many at most, drawn where there are more; else on all, or 10,000 of more than 2^22.
        sample_seed: seed with which they are drawn.
        only_right: judge how the model works on those inputs only that it answers right.
        recipe_claims: judge also those that ship about a recipe, for which seeds may be trained: `run.recipe`.
        compare: look for the routes of up to two other solved seeds too, for the page.
        store: folder of runs; else `OPENWORK_HOME`, else `openwork-runs`.
        engine: `native` or `torch`; else the one that suits the model.
        threads: cores to use; else all, or OMP_NUM_THREADS. Never changes a result.
        progress: whether to show it.

    Raises:
        OpenworkError: anything that does not fit, every reason at once, before training starts.
    """
    made = given_task(task, params)
    wanted = experiment or named_experiment(made.name, made)
    given = claims_beside(made, wanted.spec) if claims is None else _claims(claims, made, wanted.spec)
    target = _page(page)
    with _display(progress) as display, _store(store) as kept:
        explanation = pipeline.explain(
            made,
            Setting(kept, engine, threads, display),
            experiment=wanted,
            seeds=_seeds(seeds) if seed is None else (seed,),
            claims=given,
            heading=_heading(claims),
            recipe_claims=recipe_claims,
            page=target,
            compare=compare,
            inputs=Inputs(inputs, sample_seed, only_right),
        )
    return explanation.opened


def train(
    task: str | Task | type[Task] | Experiment,
    seeds: Seeds = 1,
    *,
    params: Mapping[str, int] | None = None,
    keep: Keep = "all",
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> tuple[Run, ...]:
    """Trains seeds side by side into the store, or goes on with them; see `explain` for the arguments.

    Args:
        task: or an experiment: task, model, recipe and split.
        seeds: how many, or which.
        params: of the task, where it is not made yet.
        keep: whose checkpoints stay once a seed has ended, by a rule of `openwork runs prune`.
        store, engine, threads, progress: as of `explain`.

    Raises:
        OpenworkError: anything that does not fit, every reason at once, before training starts.
    """
    if isinstance(task, Experiment):
        wanted = task
    else:
        made = given_task(task, params)
        wanted = named_experiment(made.name, made)
    with _display(progress) as display, _store(store) as kept:
        return train_seeds(wanted, _seeds(seeds) or (), Setting(kept, engine, threads, display, keep_rule(keep)))


def reproduce(
    publication: str = "notebook",
    seeds: Seeds = 1,
    *,
    page: str | Path | None = None,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> Reproduction:
    """A published recipe to the letter, every number that it reports beside ours; see `explain` for the arguments.

    Raises:
        OpenworkError: an unknown publication, or a page or store that cannot be written.
    """
    target = _page(page)
    with _display(progress) as display, _store(store) as kept:
        setting = Setting(kept, engine, threads, display)
        return reproduction.reproduce(publication, setting, seeds=_seeds(seeds) or (), page=target)


def import_model(
    file: str | Path,
    task: str | Task | type[Task],
    *,
    params: Mapping[str, int] | None = None,
    config: str | Path | None = None,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    **said: Any,
) -> OpenedRun:
    """Somebody else's model from its file into the store, ready to be measured.

    Args:
        file: `.safetensors`, `.pt`, `.pth` or `.bin`, or a folder with one: GPT-2 as Hugging Face stores it, nanoGPT,
            or a state dict of TransformerLens; nothing in it is executed.
        task: what the model should compute: its name, the path of your own Python file, or what `@openwork.task` made.
        params: of the task, where it is named.
        config: a JSON file with the model's config; else the one beside it, where there is one.
        store: see `explain`.
        engine: see `explain`.
        threads: see `explain`.
        said: what the file does not say: `act_fn`, `normalization_type`, `attention_dir`, `attn_scale` (None or
            "sqrt": sqrt(d_head)), `pad_token`, `n_heads`, `eps`, `token_shift`, `position_offset`. What nobody says is
            found by trial.

    Raises:
        CheckpointError: a file that cannot be read, contradicts itself or does not fit the task; with every reason.
    """
    made = given_task(task, params)
    with _store(store) as kept:
        setting = Setting(kept, engine, threads)
        run, _ = import_file(Path(file), made, setting, said, config=None if config is None else Path(config))
        return opened_from(run, setting)


def open_model(
    path: str | Path, *, config: str | Path | None = None, engine: str | None = None, **said: Any
) -> OpenModel:
    """Somebody else's model without a task: its spec, its weights by hook name, its logits, and all that is inside.

    Nothing is kept.

    Args:
        path: see `import_model`.
        config: see `import_model`.
        engine: see `explain`.
        said: see `import_model`; without a task nothing can be found by trial.

    Raises:
        CheckpointError: it cannot be read or contradicts itself, or leaves open what nobody says; with every reason.
    """
    return open_file(Path(path), said, None if config is None else Path(config), engine)


def from_tracr(
    model: Any,
    task: str | Task | type[Task] | None = None,
    *,
    params: Mapping[str, int] | None = None,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
) -> OpenModel | OpenedRun:
    """A model that Tracr compiled: opened as it is, or with a task into the store, ready to be measured.

    Either keeps the names of the residual stream's dimensions: `labels["d_model"]`, or a note of the run.

    Args:
        model: the `AssembledTransformerModel`; it is only read.
        task: what it computes, its tokens numbered as the model's own encoder numbers them.
        params: of the task, where it is named.
        store: see `explain`.
        engine: see `explain`.
        threads: see `explain`.

    Raises:
        CheckpointError: no such model, one outside the model family, or not one of the task; with every reason.
    """
    if task is None:
        return open_tracr(model)
    made = given_task(task, params)
    with _store(store) as kept:
        setting = Setting(kept, engine, threads)
        return opened_from(import_tracr(model, made, setting), setting)


def from_transformer_lens(
    model: Any,
    task: str | Task | type[Task],
    *,
    params: Mapping[str, int] | None = None,
    pad_token: int | None = None,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
) -> OpenedRun:
    """A live `HookedTransformer`, or `TransformerBridge` booted natively, into the store, ready to be measured.

    Args:
        model: it is only read.
        task: what it should compute, or its name.
        params: of the task, where it is named.
        pad_token: the token whose keys it masks, which its config does not say; found by trial where the task pads.
        store: see `explain`.
        engine: see `explain`.
        threads: see `explain`.

    Raises:
        CheckpointError: not a model of the family, or not one of the task; with every reason.
    """
    made = given_task(task, params)
    with _store(store) as kept:
        setting = Setting(kept, engine, threads)
        return opened_from(import_live(model, made, setting, pad_token), setting)


def to_transformer_lens(run: OpenedRun) -> Any:
    """The run's model as the installed TransformerLens has it: a `HookedTransformer`, or from version 4 on a bridge.

    Raises:
        EngineError: TransformerLens is not installed.
        CheckpointError: it has no such model.
    """
    return to_live(run.stack)


def to_torch(run: OpenedRun | OpenModel) -> Any:
    """The model as a plain `torch.nn.Module` with equal logits, in evaluation mode: tokens `[input, pos]` to logits.

    Its source is a page that needs nothing but PyTorch: `inspect.getsource(inspect.getmodule(model))`, or a file of its
    own with `openwork export RUN --to torch`.

    Raises:
        EngineError: PyTorch is not installed.
    """
    return plain_torch(run.imported.stack if isinstance(run, OpenModel) else run.stack)


def stored_runs(store: str | Path | None = None) -> list[Run]:
    """Every stored run, oldest first."""
    with _store(store) as kept:
        return kept.runs()


def open_run(
    name: str,
    *,
    claims: Claims | None = None,
    inputs: int | None = None,
    sample_seed: int = 0,
    only_right: bool = False,
    store: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> OpenedRun:
    """A stored run, by its name or how that begins, ready to be measured; see `explain` for the arguments.

    Other runs of the store that are damaged are told by a warning, and are `damage` of what is returned.

    Raises:
        UnknownRun: no run has this name, or several begin so.
        ClaimError: the claims cannot be judged.
    """
    with _store(store) as kept:
        setting = Setting(kept, engine, threads, _steps_of(_display(progress)))
        run = kept.find(name)
        given = None if claims is None else _claims(claims, run.task, run.spec)
        opened = opened_from(run, setting, claims=given, inputs=Inputs(inputs, sample_seed, only_right))
    if opened.damage:
        warnings.warn(str(StoreError(DAMAGED_BESIDE, opened.damage)), stacklevel=2)
    return opened


def _seeds(seeds: Seeds | None) -> tuple[int, ...] | None:
    if seeds is None:
        return None
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)


def _claims(claims: Claims, task: Task, spec: ModelSpec) -> tuple[Claim, ...]:
    if isinstance(claims, str | Path):
        return read_claims(Path(claims), task, spec)
    return require_claims_fit(claims_given(claims), task, spec)


def _heading(claims: Claims | None) -> ClaimsHeading | None:
    return read_heading(Path(claims)) if isinstance(claims, str | Path) else None


def _page(page: str | Path | None) -> Path | None:
    if page is None:
        return None
    require_writable(Path(page))
    return Path(page)


def _store(folder: str | Path | None) -> Store:
    return Store.open(None if folder is None else Path(folder))


def _display(progress: bool) -> ProgressDisplay:
    return ProgressDisplay(_console(progress))


def _steps_of(display: ProgressDisplay) -> Watch:
    """Shows measurements alone: what is opened may be measured at any time later, and nobody ends a table then."""
    return lambda event: display(event) if isinstance(event, Step) else None


def _console(progress: bool) -> Console:
    return SafeConsole(file=sys.stderr, highlight=False, quiet=not progress)
