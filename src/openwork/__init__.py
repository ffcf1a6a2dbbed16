"""openwork trains a tiny transformer, opens it up, and explains it in claims tested causally on every input.

::

    import openwork as ow

    run = ow.explain("reverse-increment")
    run.accuracy, run.attention(layer=0), run.ablation("blocks.0.mlp", by="mean"), run.claims

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openwork.api import (
        explain,
        from_tracr,
        from_transformer_lens,
        import_model,
        open_model,
        open_run,
        reproduce,
        stored_runs,
        to_torch,
        to_transformer_lens,
        train,
    )
    from openwork.claims import (
        Accuracy,
        Attends,
        Carries,
        Claim,
        Decompiles,
        Implements,
        Learns,
        Linear,
        Necessary,
        Outcome,
        Proved,
        ReadsOut,
        Split,
        Sufficient,
        Unnecessary,
        Verdict,
        parse_claims,
    )
    from openwork.errors import OpenworkError
    from openwork.interventions import Apply, Edit, Given, Linearise, Mean, Resample, Set, Zero
    from openwork.jobs.looking import Cache, LabelledArray, Ran, Written
    from openwork.jobs.open_model import OpenModel
    from openwork.jobs.opened import OpenedRun
    from openwork.models import ModelSpec, model_spec, spec_for
    from openwork.tasks import (
        END,
        Free,
        Language,
        Task,
        WordQuestions,
        WrittenOut,
        automaton_of,
        language,
        make_task,
        task,
    )
    from openwork.training import Experiment, Recipe, named_experiment, recipe

__all__ = [
    "END",
    "Accuracy",
    "Apply",
    "Attends",
    "Cache",
    "Carries",
    "Claim",
    "Decompiles",
    "Edit",
    "Experiment",
    "Free",
    "Given",
    "Implements",
    "LabelledArray",
    "Language",
    "Learns",
    "Linear",
    "Linearise",
    "Mean",
    "ModelSpec",
    "Necessary",
    "OpenModel",
    "OpenedRun",
    "OpenworkError",
    "Outcome",
    "Proved",
    "Ran",
    "ReadsOut",
    "Recipe",
    "Resample",
    "Set",
    "Split",
    "Sufficient",
    "Task",
    "Unnecessary",
    "Verdict",
    "WordQuestions",
    "Written",
    "WrittenOut",
    "Zero",
    "automaton_of",
    "explain",
    "from_tracr",
    "from_transformer_lens",
    "import_model",
    "language",
    "make_task",
    "model_spec",
    "named_experiment",
    "open_model",
    "open_run",
    "parse_claims",
    "recipe",
    "reproduce",
    "spec_for",
    "stored_runs",
    "task",
    "to_torch",
    "to_transformer_lens",
    "train",
]

_ROOMS = {
    "api": (
        *("explain", "from_tracr", "from_transformer_lens", "import_model", "open_model", "open_run", "reproduce"),
        *("stored_runs", "to_torch", "to_transformer_lens", "train"),
    ),
    "errors": ("OpenworkError",),
    "models": ("ModelSpec", "model_spec", "spec_for"),
    "interventions": ("Apply", "Edit", "Given", "Linearise", "Mean", "Resample", "Set", "Zero"),
    "jobs.looking": ("Cache", "LabelledArray", "Ran", "Written"),
    "jobs.open_model": ("OpenModel",),
    "jobs.opened": ("OpenedRun",),
    "tasks": (
        *("END", "Free", "Language", "Task", "WordQuestions", "WrittenOut"),
        *("automaton_of", "language", "make_task", "task"),
    ),
    "training": ("Experiment", "Recipe", "named_experiment", "recipe"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'openwork' has no attribute {name!r}")
    return getattr(importlib.import_module(f"openwork.{_HOME.get(name, 'claims')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
