"""Run and look: what a run and an opened model say, hold inside, and become under edits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import openwork as ow
from openwork.data import enumerate_domain
from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.errors import EngineError, PlanError
from openwork.interop import export_model
from openwork.interventions import Mean, Plan, Zero
from openwork.jobs.looking import Looking, look
from openwork.models import sites_of, spec_for
from openwork.tasks import ReverseIncrement
from openwork.testing.engine_case import make_case

TASK = ReverseIncrement(3, 4)
PATTERN = "blocks.0.attn.hook_pattern"


@pytest.fixture(scope="module")
def stack():
    spec = spec_for(TASK, n_layers=2, d_model=8, n_heads=2, d_head=3, d_mlp=6)
    return make_case(spec, seed=3, models=1).stack


@pytest.fixture(scope="module")
def file(stack, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    export_model(stack, "safetensors", path)
    return path


@pytest.fixture(scope="module")
def run(file, tmp_path_factory):
    return ow.import_model(file, TASK, store=tmp_path_factory.mktemp("store"), engine="native", threads=1)


@pytest.fixture(scope="module")
def model(file):
    return ow.open_model(file, engine="native")


PLAIN = Plan()


def passed(stack, tokens, plan=PLAIN, **more):
    engine = NativeEngine(1)
    return joined(engine.run(stack, tokens, plan, graded=tuple(range(tokens.shape[1])), **more))


def test_every_question_of_the_domain_and_every_site(run, stack):
    domain = enumerate_domain(TASK)
    trace = passed(stack, domain.tokens, Plan(captures=tuple(sites_of(stack.spec))))
    np.testing.assert_allclose(run.logits(), trace.logits[0], rtol=0, atol=1e-5)
    cache = run.cache()
    assert list(cache) == list(trace.captures)
    for site, value in trace.captures.items():
        assert (cache[site].numpy() == value[0]).all()
        assert cache[site].dims == ("input", *sites_of(stack.spec)[site].axes)


@pytest.mark.parametrize(
    "given",
    [
        [0, 5, 80],
        ["0", "0 0 1 2", "2222"],
        [np.int64(0), "0012", ["2", "2", "2", "2"]],
        np.array([0, 5, 80]),
        (n for n in (0, 5, 80)),
    ],
)
def test_questions_are_numbers_texts_and_symbols(run, stack, given):
    rows = enumerate_domain(TASK).take(np.array([0, 5, 80]))
    asked = run.run(given)
    assert (asked.tokens == rows.tokens).all()
    assert (asked.logits == passed(stack, rows.tokens).logits[0]).all()
    assert (asked.answer_ids == asked.logits.numpy()[:, list(TASK.graded)].argmax(-1)).all()
    assert (asked.right == (asked.answer_ids.numpy() == rows.answers)).all()
    assert asked.accuracy == asked.right.numpy().mean()


@pytest.mark.parametrize("as_given", [np.asarray, torch.tensor, list])
def test_tokens_are_asked_as_they_are_of_both(run, model, stack, as_given):
    tokens = [[0, 1, 2], [2, 2, 2]]
    expected = passed(stack, np.array(tokens, np.int32)).logits[0]
    for asked in (run.run(as_given(tokens)), model.run(as_given(tokens))):
        assert (asked.logits == expected).all()
        assert asked.right is None and asked.accuracy is None
        assert asked.answers.shape == (2, 3)


def test_one_question_alone(run, model):
    assert run.logits("0012").shape == run.logits(5).shape == (1, TASK.n_pos, run.stack.spec.d_vocab_out)
    assert model.logits([0, 1]).shape[:2] == (1, 2)
    assert (run.cache(5, PATTERN)[PATTERN] == run.cache("0012")["pattern", 0]).all()


def test_places_have_their_names(run):
    pattern = run.cache(["0012", 7], PATTERN)["pattern", 0]
    assert pattern.coords["input"] == ("0012", "0021")
    assert pattern.coords["key"][:2] == ("BOS", "x[0]")
    graded = TASK.roles["predicts y[0]"]
    part = pattern.sel(head=1, query="predicts y[0]", key=["x[0]", "x[3]"])
    assert part.dims == ("input", "key") and part.coords["key"] == ("x[0]", "x[3]")
    assert (part == pattern.numpy()[:, 1, graded][:, [1, 4]]).all()
    assert run.logits(0).sel(d_vocab_out="1", pos=-1).shape == (1,)
    with pytest.raises(PlanError) as caught:
        pattern.sel(haed=0, query="predict y[0]", head=2)
    for words in ("did you mean 'head'", "did you mean 'predicts y[0]'", "give 0 to 1"):
        assert words in str(caught.value)


def test_sites_by_pattern_and_by_short_name(run):
    assert list(run.cache(0, ["blocks.*.attn.hook_pattern"])) == [PATTERN, "blocks.1.attn.hook_pattern"]
    cache = run.cache(0, ["blocks.1.mlp", "hook_embed"])
    assert (cache["blocks.1.mlp"] == cache["mlp_out", 1]).all() and "hook_embed" in cache
    with pytest.raises(PlanError, match=r"sites=\['hook_pos_embed'\]"):
        cache["hook_pos_embed"]
    with pytest.raises(PlanError) as caught:
        run.cache(0, ["blocks.0.attn.hook_patern", "blocks.7.*"])
    assert "did you mean 'blocks.0.attn.hook_pattern'" in str(caught.value) and "blocks.7.*" in str(caught.value)


def test_arrays_are_arrays_of_numpy_and_of_torch_without_a_copy(run):
    logits = run.logits([1, 2])
    plain = logits.numpy()
    assert np.asarray(logits) is plain or np.shares_memory(np.asarray(logits), plain)
    assert not plain.flags.writeable and len(logits) == 2 and logits.ndim == 3
    assert torch.from_dlpack(logits).data_ptr() == plain.__array_interface__["data"][0]
    assert (np.from_dlpack(logits) == plain).all()
    assert isinstance(logits - 1, np.ndarray) and ((2 * logits)[0, 0] == 2 * plain[0, 0]).all()
    assert np.asarray(logits, np.float64).dtype == np.float64
    assert (np.exp(logits).sum(-1) > 0).all()


def test_a_data_array_of_xarray_or_how_to_get_it(run, monkeypatch):
    pattern = run.cache([3, 4], PATTERN)[PATTERN]
    monkeypatch.setitem(__import__("sys").modules, "xarray", None)
    with pytest.raises(EngineError, match="pip install xarray"):
        pattern.to_xarray()


def test_a_real_data_array(run):
    pytest.importorskip("xarray", reason="xarray is not installed here; the dev extra has it")
    pattern = run.cache([3, 4], PATTERN)[PATTERN]
    found = pattern.to_xarray()
    assert found.dims == pattern.dims and found.name == PATTERN
    assert (found.sel(head=1, key="x[0]").values == pattern.sel(head=1, key="x[0]").numpy()).all()


def test_edits_are_those_of_the_engine(run, stack):
    domain = enumerate_domain(TASK)
    ran = run.run(edits=[run.ablate("blocks.0.mlp"), run.ablate("blocks.1.attn.head.1", by="zero", positions="x[0]")])
    plan = Plan((Mean("blocks.0.hook_mlp_out"), Zero("blocks.1.attn.hook_z", (TASK.roles["x[0]"],), (1,))))
    assert ran.edits == plan.edits
    expected = passed(stack, domain.tokens, plan).logits[0]
    assert (ran.logits == expected).all()
    assert (ran.plain.logits == run.logits()).all()
    assert (ran.difference == expected - run.logits().numpy()).all()
    assert (ran.changed == (ran.answer_ids.numpy() != ran.plain.answer_ids.numpy())).all()


def test_means_are_over_all_inputs_whatever_is_asked(run):
    edit = run.ablate("blocks.0.attn")
    np.testing.assert_allclose(run.logits([5], edits=edit)[0], run.logits(edits=edit)[5], rtol=0, atol=1e-5)


def test_a_patch_from_questions_and_from_a_cache(run):
    site = "blocks.0.hook_resid_post"
    there = run.cache([70, 71], site)[site]
    by_questions = run.run([3, 4], edits=run.patch(site, [70, 71], positions="x[1]"))
    by_values = run.run([3, 4], edits=run.patch(site, there, positions="x[1]"))
    np.testing.assert_allclose(by_questions.logits, by_values.logits, rtol=0, atol=1e-5)
    whole = run.run([3, 4], edits=run.patch(site, [70, 71]))
    assert whole.changed is not None and (by_questions.difference.numpy() != 0).any()
    one = run.run([3, 4], edits=run.patch(site, 70))
    np.testing.assert_allclose(one.logits, run.logits([3, 4], edits=run.patch(site, there[0])), rtol=0, atol=1e-5)
    with pytest.raises(PlanError, match="takes from 2 inputs, and 3 are asked"):
        run.run([1, 2, 3], edits=[run.patch(site, [70, 71])])
    with pytest.raises(PlanError, match="holds those of"):
        run.patch("blocks.0.mlp", there)


def test_a_function_is_an_edit_and_blocks_are_the_whole_in_turn(run, model):
    edit = ow.Apply(PATTERN, lambda value: value[..., ::-1])
    whole = run.run(edits=[edit], sites=PATTERN)
    parts = list(run.blocks(None, PATTERN, edits=[edit], block=32))
    assert [len(part.questions) for part in parts] == [32, 32, 17]
    assert (np.concatenate([part.logits for part in parts]) == whole.logits).all()
    assert (np.concatenate([part.cache[PATTERN] for part in parts]) == whole.cache[PATTERN]).all()
    asked = model.run([[0, 1, 2]], edits=edit)
    assert (asked.difference.numpy() != 0).any()
    paired = run.patch("blocks.0.mlp", list(range(80, -1, -1)))
    halves = np.concatenate([part.logits for part in run.blocks(edits=paired, block=40)])
    np.testing.assert_allclose(halves, run.logits(edits=paired), rtol=0, atol=1e-5)


def test_more_than_memory_should_hold_is_refused_before_it_runs(run, monkeypatch):
    monkeypatch.setattr(look, "MOST_BYTES", 1000)
    with pytest.raises(PlanError, match=r"run\.blocks\(questions, sites\)"):
        run.cache()
    assert len(next(iter(run.blocks(sites=None))).cache) == len(sites_of(run.stack.spec))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda run: run.run([1, "0 1", 99, None]), ["questions[1]", "questions[3]", "[99] are not in the domain"]),
        (lambda run: run.run([]), ["holds no question", "None for all"]),
        (lambda run: run.run(7.5), ["'7.5' is none"]),
        (lambda run: run.run([[0, 99]]), ["id 99 at input 0, pos 1", "ids are 0 to"]),
        (lambda run: run.run([[0] * 40]), ["more than n_ctx"]),
        (lambda run: run.run(1, edits=["blocks.0.mlp", 3]), ["edits[0]", "edits[1]", "run.ablate"]),
        (lambda run: run.run(1, edits=Zero("blocks.0.mlp", positions=(99,))), ["[99] out of range"]),
        (lambda run: run.ablate("blocks.0.mpl", by="men"), ["did you mean 'mean'", "did you mean 'blocks.0.mlp'"]),
        (lambda run: run.ablate("blocks.0.mlp", positions=["x[9]"]), ["'x[9]'", "did you mean"]),
        (lambda run: run.ablate("blocks.0.attn.hook_z", heads=["a"]), ["are no numbers"]),
        (lambda run: run.patch("blocks.0.attn.head.7", 1), ["heads are 0 to 1"]),
        (lambda run: run.blocks(block=0), ["give 1 input or more"]),
        (lambda run: run.weights["blocks.0.attn.WQ"], ["did you mean 'blocks.0.attn.W_Q'"]),
        (lambda run: run.attention(0, ["0 1 2"]), ["questions[0]: '0 1 2' is no question"]),
        (lambda run: run.attention("a"), ["layer: 'a' does not fit"]),
        (lambda run: run.component_outputs("blocks.0.mlp", 5), ["questions: '5' does not fit (give a list)"]),
        (lambda run: run.ablation(3, seed=None), ["components: '3'", "seed: 'None'"]),
        (lambda run: run.ablation("blocks.0.mlp", by="men"), ["did you mean 'mean'"]),
    ],
)
def test_what_does_not_fit_is_told_by_the_name_of_the_argument(run, call, told):
    with pytest.raises(PlanError) as caught:
        call(run)
    for words in told:
        assert words in str(caught.value), str(caught.value)


def test_a_model_without_a_task_says_so(model):
    with pytest.raises(PlanError, match="has no task"):
        model.run()
    with pytest.raises(PlanError, match="ids only"):
        model.run("a b")


def test_arguments_of_numpy_are_those_of_python(run):
    assert run.attention(np.int64(1)).layer == 1
    assert run.attention(0, np.arange(2)).questions == (0, 1)
    assert run.attention(0, ["0012"]).questions == (5,)


def test_the_stored_run_is_where_it_was_and_says_that_it_moved(run):
    with pytest.warns(DeprecationWarning, match=r"run\.stored\.name"):
        assert run.run.name == run.stored.name
    assert run.run.__doc__ == Looking.run.__doc__


def test_what_is_shown_fits_a_terminal_and_a_notebook(run, model):
    shown = [
        *(
            run.logits([1, 2]),
            run.logits(),
            run.cache(1),
            run.run(edits=run.ablate("blocks.0.mlp")),
            run.run(1).answers,
        ),
        *(run.run([1], sites=None), model.run([[0, 1]], edits=ow.Apply(PATTERN, np.sin))),
    ]
    for value in shown:
        assert all(len(line) <= 80 for line in repr(value).splitlines()), repr(value)
        assert value._repr_html_().startswith("<")
    assert "0012" in repr(run.logits([5])) and "without edits" in repr(shown[3])


@pytest.mark.parametrize("name", [n for n in vars(Looking) if not n.startswith("_")])
def test_every_method_says_what_it_takes(name):
    method = getattr(Looking, name)
    assert method.__doc__
    if callable(method):
        asked = [p for p in __import__("inspect").signature(method).parameters if p != "self"]
        assert all(f"\n            {one}: " in method.__doc__ for one in asked) and "Raises:" in method.__doc__
