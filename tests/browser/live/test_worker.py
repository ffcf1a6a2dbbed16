"""What the page's worker measures over the whole domain, against the same job in Python.

Exactly what the native engine counts in float64. In float32 a count may differ by the answers that the worker calls
close, as it does between float32 engines.
"""

from __future__ import annotations

import numpy as np
import pytest

from openwork import analyses
from openwork.analyses import Subject
from openwork.claims import Context
from openwork.claims.evidence import InterchangeAnswers
from openwork.data import change_variable
from openwork.engines import World
from openwork.interventions import Edit, Linearise, Mean, Patch, Plan, Resample, Set, Zero, drawn_rows, edit_as_json

from .conftest import NOTEBOOK, doubled, numbers

MANY = Plan(
    (Zero("blocks.1.mlp", positions=(9, 11)), Mean("blocks.0.attn.hook_z", positions=(8,)), Zero("blocks.0.mlp", (15,)))
)
EDITS: dict[str, Edit] = {
    "zero": Zero("blocks.0.attn"),
    "mean": Mean("blocks.1.attn"),
    "resample": Resample("blocks.1.mlp", positions=(8, 9, 10), seed=3),
    "set": Set("blocks.0.mlp.hook_post", units=(0, 5), value=0.25),
    "cut": Set("blocks.1.attn.hook_attn_scores", positions=(14,), heads=(0,), units=(3,), value=-np.inf),
    "linearise": Linearise("blocks.1.mlp"),
}


def scored(tab, edits, sources=None):
    asked = [list(map(edit_as_json, edits)), sources or {}]
    return tab.evaluate("([edits, sources]) => page.recount(edits, sources)", asked)


def exactly(subject):
    return Subject(subject.engine, doubled(subject.stack), subject.task, subject.inputs)


def assert_same(found, subject, plan, sources=None):
    exact = exactly(subject).score(plan, sources)
    assert found["inputs"] == exact.inputs == 65_536
    assert found["right"] == exact.right[0].tolist()
    assert found["sequences"] == exact.sequences[0]
    assert found["loss"] == pytest.approx(exact.loss[0], rel=1e-9)
    assert found["margin"] == pytest.approx(exact.margin[0], rel=1e-9)
    single = subject.score(plan, sources)
    assert np.abs(single.right[0] - exact.right[0]).sum() <= found["close"] < 200


@pytest.mark.parametrize("name", EDITS)
def test_a_recount_is_the_engines_score(tab, subject, name):
    assert_same(scored(tab, [EDITS[name]]), subject, Plan((EDITS[name],)))


def test_a_recount_under_several_edits_and_none(tab, subject):
    assert_same(scored(tab, MANY.edits), subject, MANY)
    assert_same(scored(tab, []), subject, Plan())


def test_a_patch_from_a_second_question_for_all(tab, subject):
    edit = Patch("blocks.0.hook_resid_post", positions=(3, 5))
    other = np.repeat(subject.inputs.tokens[[12_345]], 65_536, axis=0)
    found = scored(tab, [edit], {"source": {"question": 12_345}})
    assert_same(found, subject, Plan((edit,)), {"source": other})


def test_a_patch_from_the_question_with_one_variable_changed(tab, subject):
    edit = Patch("blocks.0.attn", positions=(9,))
    for how in ({"shift": 2}, {"seed": 4}):
        other = change_variable(subject.task, subject.inputs, "x[6]", **how).tokens
        found = scored(tab, [edit], {"source": {"variable": "x[6]", **how}})
        assert_same(found, subject, Plan((edit,)), {"source": other})


def test_a_patch_from_a_world(tab, subject):
    pair = change_variable(subject.task, subject.inputs, "x[1]", shift=1).tokens
    here = Zero("blocks.0.mlp", positions=(3,))
    edit = Patch("blocks.1.attn", positions=(14,), source="world")
    pairing = {"variable": "x[1]", "shift": 1, "edits": [{"kind": "zero", "site": here.site, "positions": [3]}]}
    assert_same(scored(tab, [edit], {"world": pairing}), subject, Plan((edit,)), {"world": World(pair, (here,))})


def test_means_maps_and_draws(tab, subject):
    found = tab.evaluate("async () => page.sent((await page.worker.means(['blocks.0.mlp']))['blocks.0.hook_mlp_out'])")
    outputs = [t.captures["blocks.0.hook_mlp_out"][0] for t in subject.blocks("blocks.0.hook_mlp_out")]
    expected = np.concatenate(outputs).mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(numbers(found).reshape(expected.shape), expected, atol=1e-4)
    drawn = tab.evaluate("async () => page.sent(await page.worker.drawn(5))")
    assert numbers(drawn).tolist() == drawn_rows(5, 65_536, 65_536).tolist()


@pytest.mark.parametrize(
    ("output", "edit"),
    [
        (5, Patch("blocks.1.attn", (13,), source="other")),
        (2, Patch("blocks.0.attn.hook_z", (10,), (0,), source="other")),
    ],
)
def test_an_interchange_of_a_drawn_alternative(tab, subject, output, edit):
    component = "blocks.0.attn.head.0" if edit.heads else edit.site
    theirs = analyses.interchange(exactly(subject), component, [f"y[{output}]"], alternatives="one", seed=3)
    ours = carried(tab, edit, output, alternatives="one", seed=3)
    assert ours["pairs"] == ours["inputs"] == theirs.pairs[0] == 65_536
    assert ours["share"] == ours["right"] / ours["pairs"] == theirs.share[0, 0]


def test_whether_an_output_is_carried_with_forced_outputs_kept(tab, subject):
    edit = Patch("blocks.0.attn", (3,), source="other")
    evidence = InterchangeAnswers((edit,), "x[1]", "y[6]", kept=True)
    found = evidence.measure(Context(exactly(subject), NOTEBOOK))
    ours = carried(tab, edit, 6, kept=True)
    assert ours["pairs"] == found.wanted.size == 3 * 65_536
    assert ours["right"] == (found.found == found.wanted).sum() > 0.9 * ours["pairs"]


def carried(tab, edit, output, **how):
    asked = {"edits": [edit_as_json(edit)], "variable": f"x[{7 - output}]", "output": output} | how
    return tab.evaluate("asked => page.worker.carries({...asked, edits: asked.edits.map(live.editFromJson)})", asked)


@pytest.mark.parametrize("way", [("W_U", True, "cosine"), ("W_E", False, "cosine"), ("W_U", True, "logit")])
def test_a_readout(tab, subject, way):
    basis, after_norm, measure = way
    site = "blocks.1.hook_resid_post"
    theirs = analyses.readout(exactly(subject), site, basis, after_norm, measure)
    asked = {"site": site, "basis": basis, "afterNorm": after_norm, "measure": measure}
    ours = tab.evaluate("asked => page.worker.readout(asked)", asked)
    assert [right / ours["inputs"] for right in ours["right"]] == list(theirs.per_position)
    assert ours["share"] == pytest.approx(theirs.share)


def test_attention(tab, subject):
    theirs = analyses.attention(exactly(subject), layer=1)
    for name, expected in (("mean", theirs.mean), ("largest", theirs.largest)):
        ours = numbers(tab.evaluate("async name => page.sent((await page.worker.attention(1))[name])", name))
        np.testing.assert_allclose(ours.reshape(expected.shape), expected, atol=1e-9)


def test_work_can_be_watched_and_stopped(tab):
    found = tab.evaluate("""async () => {
        const shares = [];
        const all = {edits: [{kind: "zero", site: "blocks.0.mlp"}]};
        const whole = await page.worker.recount(all, {onProgress: (share) => shares.push(share)});
        const stop = new AbortController();
        const stopped = page.worker.recount(all, {onProgress: () => stop.abort(), signal: stop.signal});
        const why = await stopped.catch((error) => error.name);
        const began = performance.now();
        await page.worker.drawn(0);
        return {shares, why, waited: performance.now() - began, seconds: whole.seconds};
    }""")
    shares = found["shares"]
    assert len(shares) > 2 and shares == sorted(shares) and 0 < shares[0] < shares[-1] <= 1
    assert found["why"] == "AbortError"
    assert found["waited"] < 500 * found["seconds"] + 200


def test_what_cannot_be_measured_says_why(tab):
    asked = [
        {"edits": [{"kind": "zero", "site": "blocks.9.mlp"}]},
        {"edits": [{"kind": "zero", "site": "blocks.0.mlp", "positions": [16]}]},
        {"edits": [{"kind": "patch", "site": "blocks.0.mlp", "source": "nobody"}]},
    ]
    said = tab.evaluate(
        "all => Promise.all(all.map((plan) => page.worker.recount(plan).catch((error) => error.message)))", asked
    )
    assert said == [
        "this model has no site blocks.9.mlp",
        "blocks.0.mlp, positions: 16 out of range, 0 to 15",
        "the source nobody is not given",
    ]


def test_a_worker_that_is_gone_says_so_instead_of_keeping_one_waiting(tab):
    broken = """async () => {
        const said = [];
        const worker = live.startWorker("throw new Error('no such luck')", page.payload);
        for (let turn = 0; turn < 2; turn++) said.push(await worker.drawn(0).catch((error) => error.message));
        const closed = live.startWorker("", page.payload);
        closed.close();
        said.push(await closed.drawn(0).catch((error) => error.name));
        return said;
    }"""
    other = tab.context.new_page()  # the browser reports the worker's error there, as it should
    other.goto(tab.url)
    found = other.evaluate(broken)
    other.close()
    assert ["no such luck" in line for line in found] == [True, True, False]
    assert found[2] == "AbortError"
