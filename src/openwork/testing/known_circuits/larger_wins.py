"""A head whose attention depends on what stands there, not on where."""

from __future__ import annotations

from typing import Any

import numpy as np

from openwork.claims import Accuracy, Attends, Carries
from openwork.testing.known_circuits.about import along, implements, necessary, sufficient, unnecessary
from openwork.testing.known_circuits.bench import SHARP, Bench
from openwork.testing.known_circuits.circuit import KnownCircuit
from openwork.testing.known_circuits.larger_digit import LargerDigit
from openwork.testing.known_circuits.programs import comparing, larger

HEAD, AT = "blocks.0.attn.0", "predicts y"


def larger_wins() -> KnownCircuit:
    """A head that looks at the larger digit."""
    task = LargerDigit()
    bench = Bench(task)
    query, key = bench.weights["blocks.0.attn.W_Q"][0], bench.weights["blocks.0.attn.W_K"][0]
    query[bench.spaces["position"].start + task.roles[AT], 0] = bench.spec.score_divisor
    key[: task.base, 0] = SHARP * np.arange(1, task.base + 1)
    bench.head(0, 0).writes(bench.onto("answer"))
    return KnownCircuit(
        name="larger-wins",
        says="the head's scores grow with the digit, by 40 for each step, so that it looks at the larger of the two, "
        "wherever that stands, and writes it",
        trap="no picture of the mean attention shows a rule, and most changes of a digit change no answer",
        task=task,
        stack=bench.stack(),
        confirmed=(
            Accuracy(),
            Attends(head=HEAD, query=AT, key="x[0]", at_least=0.4),
            Attends(head=HEAD, query=AT, key="x[1]", at_least=0.4),
            _carries(HEAD, "x[1]", AT),
            necessary(HEAD),
            along(f"embed @ x[0] -> {HEAD}", f"embed @ x[1] -> {HEAD}", f"{HEAD} -> output"),
            implements(larger(), {"most": f"{HEAD} @ {AT}"}, each=()),
        ),
        refuted=(
            Attends(head=HEAD, query=AT, key="x[0]", at_least=0.6),
            Attends(head=HEAD, query=AT, key="BOS"),
            _carries(HEAD, "x[0]", "x[0]"),
            _carries("hook_embed", "x[0]", "x[1]"),
            unnecessary(HEAD),
            along(f"embed @ x[0] -> {HEAD}", f"{HEAD} -> output"),
            implements(comparing(), {"first": f"{HEAD} @ {AT}"}, each=()),
        ),
        vacuous=(
            _carries(HEAD, "x[0]", AT),
            _carries("hook_embed", "x[0]", "x[0]"),
            sufficient(HEAD),
            _carries(HEAD, "x[0]", "x[0]", at_most=0.1),
        ),
    )


def _carries(component: str, variable: str, at: str, **more: Any) -> Carries:
    return Carries(component=component, variable=variable, output="y", at=(at,), **more)
