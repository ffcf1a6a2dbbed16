"""The live page's recount over all 65,536 inputs beside the native engine: how long, and how the counts compare.

    python bench/recount.py tests/known_circuits/solved/model_A.safetensors

Times are of one page in Chromium (a worker for each core, four at most) and of one native thread, medians of `ROUNDS`.
Counts: the native engine in float64 against the page (none may differ) and against its SIMD levels in float32, over
every component and position replaced by zero, mean, resample and, for MLPs, the affine map.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from safetensors.numpy import load_file

from openwork.analyses import Subject
from openwork.engines.native import NativeEngine, _core
from openwork.interventions import Edit, Linearise, Mean, Plan, Resample, Zero, edit_as_json
from openwork.models import Stack, stack_of
from openwork.page import bundled, embedded, payload
from openwork.training import named_experiment

NOTEBOOK = named_experiment("notebook")
ROUNDS = 5
SHOWN: tuple[Edit | None, ...] = (None, Zero("blocks.0.mlp"), Mean("blocks.1.attn"), Resample("blocks.1.mlp"))
START = """
if (live.inWorker()) live.serve();
else {
  const payload = JSON.parse(document.getElementById("data").textContent);
  globalThis.worker = live.startTeam(document.currentScript.textContent, payload);
}
"""
ASK = """async (edits) => {
  const scores = await worker.recount({ edits: edits.map(live.editFromJson) });
  return { seconds: scores.seconds, right: scores.right };
}"""


def opened(page: Page, subject: Subject, folder: str) -> None:
    """A page with the subject's model and nothing to look at."""
    script = bundled("worker/serve.js", "worker/team.js", "interventions/plain.js", as_global="live") + START
    data = f'<script id="data" type="application/json">{embedded(payload(subject))}</script>'
    path = Path(folder) / "recount.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{data}<script>{script}</script>", encoding="utf-8")
    page.goto(path.as_uri())


def seconds_of(engine: NativeEngine, subject: Subject, plan: Plan) -> float:
    began = time.perf_counter()
    engine.score(subject.stack, subject.inputs, plan)
    return time.perf_counter() - began


def every_replacement(subject: Subject) -> list[Plan]:
    """Every component, whole and at every position."""
    sites = [f"blocks.{layer}.{kind}" for layer in range(subject.spec.n_layers) for kind in ("attn", "mlp")]
    places = [None, *((p,) for p in range(subject.task.n_pos))]
    kinds = [(kind, site) for site in sites for kind in (Zero, Mean, Resample, Linearise)]
    allowed = [(kind, site) for kind, site in kinds if kind is not Linearise or site.endswith("mlp")]
    return [Plan((kind(site, place),)) for kind, site in allowed for place in places]


def main() -> None:
    weights = {name: array[None] for name, array in load_file(sys.argv[1]).items()}
    engine = NativeEngine(1)
    subject = Subject.of(engine, stack_of(NOTEBOOK.spec, weights), NOTEBOOK.task)
    spec = subject.spec.model_copy(update={"dtype": "float64"})
    exact = Stack(spec, subject.stack.flat.astype(np.float64))
    chromium = os.environ.get("OPENWORK_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"]).new_page()
        opened(page, subject, folder)
        for edit in SHOWN:
            plan = Plan(() if edit is None else (edit,))
            asked = [edit_as_json(one) for one in plan.edits]
            found = [page.evaluate(ASK, asked) for _ in range(ROUNDS)]
            native = statistics.median(seconds_of(engine, subject, plan) for _ in range(ROUNDS))
            same = found[0]["right"] == engine.score(exact, subject.inputs, plan).right[0].tolist()
            first, later = found[0]["seconds"], statistics.median(one["seconds"] for one in found[1:])
            print(f"{plan}: page {first:.2f} s, then {later:.2f} s; native {native:.3f} s; same counts: {same}")
    plans = every_replacement(subject)
    exactly = engine.sweep(exact, subject.inputs, plans)
    for level in _core.usable_levels():
        single = NativeEngine(1, level).sweep(subject.stack, subject.inputs, plans)
        turned = [int(np.abs(s.right - e.right).sum()) for s, e in zip(single, exactly, strict=True)]
        print(
            f"float32 {level} counts otherwise than float64 under {np.count_nonzero(turned)} of {len(plans)} plans,",
            end=" ",
        )
        print(f"at most {max(turned)} of {len(subject.inputs) * len(subject.inputs.graded):,} answers")


if __name__ == "__main__":
    main()
