"""What a browser needs to repeat a claim's test: the evidence that the claim rests on, in plain values."""

from __future__ import annotations

import re
from typing import Any

from openwork.claims import Claim, Context, Verdict
from openwork.claims.counterexample import OTHER
from openwork.claims.evidence import AttentionWeights, InterchangeAnswers, NearestAnswer, Predictions
from openwork.interventions import Edit, Patch, Resample, edit_as_json

LAYER = re.compile(r"blocks\.(\d+)\.")


def again(claim: Claim, verdict: Verdict, context: Context) -> dict[str, Any] | None:
    """One measurement for each part of the verdict; None where the browser cannot make it."""
    wanted = claim.needs(context) if verdict.parts else ()
    if not wanted or not context.subject.inputs.one_symbol_each:
        return None
    outputs = [_outputs(context, part.label) for part in verdict.parts]
    edited = [evidence for evidence in wanted if isinstance(evidence, Predictions)]
    if len(edited) == len(wanted):
        edited *= len(outputs) if len(edited) == 1 else 1
        if len(edited) != len(outputs):
            return None
        return {"kind": "ablation", "cases": [_ablated(p, o) for p, o in zip(edited, outputs, strict=True)]}
    pairs = [evidence for evidence in wanted if isinstance(evidence, InterchangeAnswers)]
    if len(pairs) == len(wanted) == len(outputs):
        return {"kind": "interchange", "cases": [_interchanged(evidence, context) for evidence in pairs]}
    match wanted:
        case (AttentionWeights() as weights,):
            return _attention(weights, verdict, context)
        case (NearestAnswer() as nearest,):
            way = nearest.way
            about = {"site": nearest.site, "basis": way.basis, "afterNorm": way.after_norm, "measure": way.measure}
            return {"kind": "readout"} | about | {"cases": [{"outputs": o} for o in outputs]}
    return None


def _ablated(evidence: Predictions, outputs: list[int]) -> dict[str, Any]:
    return {"edits": [edit_as_json(_drawn(edit, evidence.seed)) for edit in evidence.edits], "outputs": outputs}


def _drawn(edit: Edit, seed: int) -> Edit:
    """A patch from another input, drawn by a seed, by the name of what it is."""
    if isinstance(edit, Patch) and edit.source == OTHER:
        return Resample(edit.site, edit.positions, edit.heads, edit.units, seed)
    return edit


def _interchanged(evidence: InterchangeAnswers, context: Context) -> dict[str, Any]:
    return {
        "edits": [edit_as_json(edit) for edit in evidence.edits],
        "variable": evidence.variable,
        "output": context.task.outputs.index(evidence.output),
        "kept": evidence.kept,
    }


def _attention(weights: AttentionWeights, verdict: Verdict, context: Context) -> dict[str, Any] | None:
    """Means over inputs, for heads that are asked about at graded positions only."""
    graded, layer = context.subject.inputs.graded, LAYER.search(weights.site)
    if layer is None or len(weights.pairs) != len(verdict.parts):
        return None
    if any(query not in graded for query, _ in weights.pairs):
        return None
    same = {"layer": int(layer[1]), "head": weights.head}
    return {"kind": "attention", "cases": [same | {"query": query, "key": key} for query, key in weights.pairs]}


def _outputs(context: Context, label: str) -> list[int]:
    """The output that a part is named after, or all of them."""
    names = context.task.outputs
    return [names.index(label)] if label in names else list(range(len(names)))
