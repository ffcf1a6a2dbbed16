"""What parts of a model add to an answer: all of it is the logits, each part's share is what numpy makes of the
engine's values, and its pieces sum to it, also with a part off."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from safetensors.numpy import save

from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.interventions import Edit, Plan, Zero, edit_as_json
from openwork.models import ModelSpec
from openwork.testing.engine_case import EngineCase, make_case
from openwork.testing.specs import specs

from .conftest import numbers

SPECS = 12
READ = """({spec, weights, tokens, edits}) => {
  const model = live.readModel({ spec, weights });
  const votes = new live.Votes(model, false);
  const own = live.tokensOf([tokens]);
  const positions = [...tokens.keys()];
  const plan = { edits: edits.map(live.editFromJson), captures: live.votedFrom(spec) };
  const trace = live.run(model, own, plan, { graded: positions, context: {} });
  const at = (site) => trace.captures[site].data;
  const flat = (shares) => page.sent(shares.flatMap((one) => [...one]));
  const parts = positions.map((p) => votes.parts(at, p));
  const pieces = (part, p) => part.head >= 0
    ? votes.keys(at, part.layer, part.head, p).map((one) => one.votes)
    : (({ neurons, bias }) => [...neurons.map((one) => one.votes), bias])(votes.mlp(at, part.layer, p));
  const sum = (all) => all.reduce((total, one) => total.map((value, i) => value + one[i]));
  const openable = ({ code, head }) => head >= 0 || code.endsWith("M");
  return {
    logits: page.sent(trace.logits),
    codes: parts[0].map(({ code }) => code),
    parts: flat(parts.flatMap((shares) => shares.map((one) => one.votes))),
    opened: flat(parts.flatMap((shares, p) => shares.filter(openable).map((part) => sum(pieces(part, p))))),
  };
}"""


def drawn() -> list[ModelSpec]:
    found: list[ModelSpec] = []

    @settings(derandomize=True, deadline=None, database=None, max_examples=SPECS)
    @given(specs())
    def draw(spec: ModelSpec) -> None:
        found.append(spec)

    draw()
    return found


def read(tab: Any, case: EngineCase, *edits: Edit) -> dict[str, Any]:
    weights = save({name: np.ascontiguousarray(array[0]) for name, array in case.stack.named().items()})
    asked = {
        "spec": case.spec.model_dump(mode="json"),
        "weights": base64.b64encode(weights).decode(),
        "tokens": case.dataset.tokens[0].tolist(),
        "edits": [edit_as_json(edit) for edit in edits],
    }
    return tab.evaluate(READ, asked)


def expected(case: EngineCase, codes: list[str]) -> np.ndarray:
    """`[position, part, answer]` of heads and MLPs, from the native engine's values; of others nothing."""
    spec = case.spec
    sites = [
        f"blocks.{layer}.{site}" for layer in range(spec.n_layers) for site in ("attn.hook_result", "hook_mlp_out")
    ]
    sites = [site for site in sites if not (spec.attn_only and site.endswith("mlp_out"))]
    scale = ("ln_final.hook_scale",) if spec.normalization_type else ()
    plan = Plan(captures=(*sites, *scale))
    tokens = case.dataset.tokens[:1]
    kept = joined(NativeEngine(1).run(case.stack, tokens, plan, graded=tuple(range(tokens.shape[1])))).captures
    weights = {name: array[0] for name, array in case.stack.named().items()}
    found = np.full((tokens.shape[1], len(codes), spec.d_vocab_out), np.nan)
    for at, code in enumerate(codes):
        if code[0] != "L":
            continue
        layer, kind = code[1], code[2]
        value = kept[f"blocks.{layer}.hook_mlp_out"] if kind == "M" else kept[f"blocks.{layer}.attn.hook_result"]
        written = value[0, 0] if kind == "M" else value[0, 0][:, int(code[3:])]
        if spec.normalization_type in ("LN", "LNPre"):
            written = written - written.mean(-1, keepdims=True)
        written = written * weights.get("ln_final.w", 1.0)
        found[:, at] = written / (kept[scale[0]][0, 0] if scale else 1.0) @ weights["unembed.W_U"]
    return found


def test_parts_sum_to_the_logits_and_pieces_to_their_part(tab):
    for seed, spec in enumerate(drawn()):
        case = make_case(spec, seed, models=1, inputs=3).in_other_dtype()
        found = read(tab, case)
        positions, answers = case.dataset.tokens.shape[1], spec.d_vocab_out
        parts = numbers(found["parts"]).reshape(positions, len(found["codes"]), answers)
        reach = max(1.0, float(np.abs(parts).max()))
        assert "rest" not in found["codes"], spec
        assert np.abs(parts.sum(1) - numbers(found["logits"]).reshape(positions, answers)).max() < 1e-9 * reach, spec
        wanted = expected(case, found["codes"])
        made = ~np.isnan(wanted)
        assert made.any() and np.abs(parts[made] - wanted[made]).max() < 1e-9 * reach, spec
        opened = [at for at, code in enumerate(found["codes"]) if code[0] == "L"]
        assert np.abs(numbers(found["opened"]) - parts[:, opened].ravel()).max() < 1e-9 * reach, spec


@pytest.mark.parametrize("site", ["blocks.0.attn", "blocks.0.hook_resid_pre"])
def test_with_a_part_off_the_sum_is_still_the_logits(tab, subject, site):
    case = make_case(subject.spec, 5, models=1, inputs=3).in_other_dtype()
    found = read(tab, case, Zero(site))
    positions = case.dataset.tokens.shape[1]
    parts = numbers(found["parts"]).reshape(positions, len(found["codes"]), -1)
    assert ("rest" in found["codes"]) == (site == "blocks.0.hook_resid_pre")
    assert ("L0A" in found["codes"]) == (site == "blocks.0.attn")
    assert np.abs(parts.sum(1).ravel() - numbers(found["logits"])).max() < 1e-9 * max(1.0, float(np.abs(parts).max()))
