"""Written on and differentiated: `run.generate` and `run.gradients`, of a run and of a model without a task."""

from __future__ import annotations

import numpy as np
import pytest

import openwork as ow
from openwork.errors import PlanError
from openwork.interop import export_model
from openwork.models import initial_stack, spec_for
from openwork.tasks import CountUp, Dyck, ReverseIncrement

COUNT, DYCK, REVERSE = CountUp(numbers=6, most=4), Dyck(2, 4), ReverseIncrement(3, 3)
POST = "blocks.0.hook_resid_post"


def opened(folder, task=None):
    spec = spec_for(task or REVERSE, n_layers=1, d_model=8, n_heads=2, d_head=4, d_mlp=6)
    export_model(initial_stack(spec, [0]), "safetensors", folder / "model.safetensors")
    if task is None:
        return ow.open_model(folder / "model.safetensors", engine="native")
    return ow.import_model(folder / "model.safetensors", task, store=folder / "store", engine="native", threads=1)


def test_prompts_of_several_lengths_are_each_written_on_as_alone(tmp_path):
    model = opened(tmp_path)
    together = model.generate([[3, 0, 1], [3], [3, 2]], most=3)
    for row, prompt in enumerate(([3, 0, 1], [3], [3, 2])):
        alone = model.generate([prompt], most=3)
        assert together[row] == alone[0] and len(together[row]) == 3
        assert alone.tokens[0].tolist() == [*prompt, *map(int, alone[0])]
    assert "3 prompts written on" in repr(together) and "3 2 -> " in repr(together)


def test_the_end_is_the_last_symbol_that_is_written(tmp_path):
    model = opened(tmp_path)
    free = model.generate([[3, 0]])
    ended = model.generate([[3, 0]], end=int(free[0][0]))
    assert ended[0] == free[0][:1] and len(free[0]) == model.spec.n_ctx - 1


def test_a_question_is_written_on_from_where_its_answer_begins(tmp_path):
    run = opened(tmp_path, COUNT)
    written = run.generate(["0 1", "2 4"])
    assert written.prompts.tolist() == [4, 4]
    assert [run.subject.task.vocabulary.symbols[t] for t in written.tokens[1, :4]] == ["<bos>", "2", "4", "<sep>"]
    assert all("<eos>" not in symbols[:-1] for symbols in written)
    every = run.generate()
    assert len(every) == COUNT.domain_size
    whole = [symbols == (*map(str, range(a, b + 1)), "<eos>") for symbols, (a, b) in zip(every, _asked(), strict=True)]
    assert sum(whole) == run.as_generated().result.right


def _asked():
    return [tuple(map(int, COUNT.question_symbols(q))) for q in COUNT.questions(np.arange(COUNT.domain_size))]


def test_of_a_fixed_length_as_many_symbols_are_written_as_it_has_answers(tmp_path):
    run = opened(tmp_path, REVERSE)
    assert {len(symbols) for symbols in run.generate([0, 5, 7])} == {3}


def test_the_gradient_of_a_logit_is_how_it_changes(tmp_path):
    model = opened(tmp_path)
    tokens, eps = np.array([[3, 0, 1, 2], [3, 2, 2, 0]]), 1e-2
    slopes = np.zeros(model.logits(tokens).numpy().shape, np.float32)
    slopes[:, -1, 1] = 1
    found = model.gradients(tokens, POST, slopes=slopes)[POST].numpy()
    way = np.random.default_rng(0).normal(size=found.shape).astype(np.float32)
    moved = [model.logits(tokens, edits=ow.Apply(POST, lambda x, s=s: x + s * eps * way)).numpy() for s in (1, -1)]
    expected = (moved[0] - moved[1])[:, -1, 1] / (2 * eps)
    np.testing.assert_allclose((found * way).sum(axis=(1, 2)), expected, rtol=0.02, atol=1e-3)


def test_a_run_has_gradients_of_its_loss(tmp_path):
    run = opened(tmp_path, REVERSE)
    found = run.gradients([0, 1], "blocks.0.*resid*")
    assert set(found) >= {POST} and np.abs(found[POST].numpy()).max() > 0
    assert found[POST].dims[0] == "input"
    (tmp_path / "sets").mkdir()
    language = opened(tmp_path / "sets", DYCK)
    assert np.abs(language.gradients(["a b"], POST)[POST].numpy()).max() > 0


def test_what_cannot_be_is_told(tmp_path):
    model = opened(tmp_path)
    with pytest.raises(PlanError, match="give slopes"):
        model.gradients([[3, 0, 1]], POST)
    for told in ({"most": 0}, {"most": "3"}, {"end": "<eos>"}, {"end": 99}):
        with pytest.raises(PlanError, match=r"most|end"):
            model.generate([[3, 0]], **told)
    (tmp_path / "sets").mkdir()
    run = opened(tmp_path / "sets", DYCK)
    with pytest.raises(PlanError, match="does not show a model its own answers"):
        run.generate(["a b"])
