"""A certificate that is true is found so by a program that shares nothing with us; false ones are not."""

from __future__ import annotations

import ast
import copy
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tests.proofs.conftest import with_weights
from tests.proofs.test_enclosure import PLAIN, drawn

from openwork.engines.native import NativeEngine
from openwork.engines.native.enclosure import enclose
from openwork.errors import PlanError
from openwork.models import model_spec
from openwork.proofs import certificate_of, prove
from openwork.proofs.certificate import _packed, digest
from openwork_certificate import check as checker
from openwork_certificate import command


@pytest.fixture(scope="module")
def true(tiny):
    return certificate_of(tiny, prove(tiny))


def test_a_true_one(true, tiny, tmp_path, capsys):
    path, weights = tmp_path / "model.cert.json", tmp_path / "model.safetensors"
    path.write_text(json.dumps(true))
    save_file({name: array for name, array in tiny.stack.named().items()}, weights)
    assert command.main([str(path), "--weights", str(weights)]) == 0
    said = capsys.readouterr().out
    assert "TRUE" in said and str(tiny.task) in said and "those of the file given" in said


def unpacked(held):
    return checker.unpack(held, "test").copy()


def set_in(*path, to):
    def change(held):
        *way, last = path
        place = held
        for name in way:
            place = place[name]
        place[last] = to(place[last]) if callable(to) else to

    return change


def array_in(*path, change):
    def apply(held):
        place = held
        for name in path:
            place = place[name]
        place |= _packed(change(unpacked(place)))

    return apply


def first_row(value):
    def change(array):
        array[0] = value(array)
        return array

    return change


FALSE = {
    "a larger margin": set_in("margin", to=lambda m: m + 1.0),
    "a margin and a lead that are larger": lambda held: (
        set_in("margin", to=50.0)(held),
        set_in("found", "smallest_lead", to=60.0)(held),
    ),
    "a negative margin": set_in("margin", to=-1.0),
    "an infinite margin": set_in("margin", to=1e999),
    "a margin that is text": set_in("margin", to="2"),
    "a smallest lead that is too large": set_in("found", "smallest_lead", to=lambda x: x * 1.01 + 0.1),
    "a smallest lead below the margin": set_in("found", "smallest_lead", to=lambda x: x / 2 - 1),
    "a place that there is not": set_in("found", "where", to=10**9),
    "a negative radius": set_in("found", "largest_radius", to=-1.0),
    "fewer proved": set_in("counts", "proved", to=lambda n: n - 1),
    "fewer inputs": set_in("counts", "inputs", to=lambda n: n - 1),
    "more inputs and proved": lambda held: held["counts"].update(inputs=10**6, proved=10**6),
    "no inputs": lambda held: held["counts"].update(inputs=0, proved=0),
    "another number of answers": set_in("counts", "graded", to=lambda n: n + 1),
    "a wrong answer": array_in("domain", "answers", change=first_row(lambda a: (a[0] + 1) % (a.max() + 1))),
    "an answer outside the vocabulary": array_in("domain", "answers", change=first_row(lambda a: 255)),
    "an input twice": array_in("domain", "tokens", change=first_row(lambda a: a[1])),
    "a token outside the vocabulary": array_in("domain", "tokens", change=first_row(lambda a: 255)),
    "one input less": array_in("domain", "tokens", change=lambda a: a[1:]),
    "other graded positions": set_in("domain", "graded", to=lambda g: [p - 1 for p in g]),
    "a graded position twice": set_in("domain", "graded", to=lambda g: [g[0]] * len(g)),
    "weights of zero": array_in("weights", change=lambda w: w * 0),
    "weights turned over": array_in("weights", change=lambda w: -w),
    "weights that are not numbers": array_in("weights", change=lambda w: w * np.float32(np.nan)),
    "fewer weights": array_in("weights", change=lambda w: w[:-1]),
    "weights of another dtype": set_in("weights", "dtype", to="float64"),
    "another SHA-256 of the weights": set_in("weights", "sha256", to="0" * 64),
    "half the heads' scale": set_in("model", "attn_scale", to=1e6),
    "another norm": set_in("model", "normalization_type", to="LNPre"),
    "another size of heads, and so another scale": set_in("model", "d_head", to=lambda n: 4 * n),
    "places left out": set_in("model", "positional_embedding_type", to="none"),
    "a head left out": set_in("model", "n_heads", to=lambda n: n - 1),
    "an activation that nobody knows": set_in("model", "act_fn", to="tanh"),
    "no layers": set_in("model", "n_layers", to=0),
    "another format": set_in("format", to="another"),
    "another version": set_in("version", to=2),
    "a pad for every place": set_in("model", "pad_token", to=[0]),
    "a pad that is no token": set_in("model", "pad_token", to=-1),
    "a field that nobody reads": set_in("model", "final_softcap", to=30.0),
    "an eps that is text": set_in("model", "eps", to="1e-5"),
    "places that are yes and no": set_in("domain", "graded", to=lambda g: [False, True]),
    "another statement": set_in("statement", to=lambda s: s + " So it is on every machine."),
    "no model": lambda held: held.pop("model"),
    "no domain": lambda held: held.pop("domain"),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_ones_are_refused_even_with_a_digest_of_their_own(true, name, tmp_path, capsys):
    held = copy.deepcopy(true)
    FALSE[name](held)
    path = tmp_path / "false.cert.json"
    path.write_text(json.dumps(held | {"sha256": digest(held)}))
    assert command.main([str(path)]) in (1, 2)
    assert capsys.readouterr().out.startswith("REFUSED")


def test_one_changed_number_is_seen_by_the_digest(true, tmp_path, capsys):
    held = copy.deepcopy(true)
    held["seconds"] += 1
    (tmp_path / "a.json").write_text(json.dumps(held))
    assert command.main([str(tmp_path / "a.json")]) == 1
    assert "SHA-256" in capsys.readouterr().out


def test_for_another_model_it_is_refused(true, tiny, tmp_path, capsys):
    (tmp_path / "a.json").write_text(json.dumps(true))
    save_file(dict(with_weights(tiny, 0.5).stack.named()), tmp_path / "other.safetensors")
    assert command.main([str(tmp_path / "a.json"), "--weights", str(tmp_path / "other.safetensors")]) == 1
    assert "b_U" in capsys.readouterr().out


@pytest.mark.parametrize("change", ["a layer more", "another shape"])
def test_a_file_of_another_model_is_refused_though_it_holds_these_numbers(true, tiny, change, tmp_path, capsys):
    (tmp_path / "a.json").write_text(json.dumps(true))
    named = {name: array[0] for name, array in tiny.stack.named().items()}
    if change == "a layer more":
        named["blocks.7.attn.b_O"] = named["blocks.0.attn.b_O"]
    else:
        named["blocks.0.attn.W_Q"] = named["blocks.0.attn.W_Q"].swapaxes(0, 1).reshape(-1)
    save_file(named, tmp_path / "other.safetensors")
    assert command.main([str(tmp_path / "a.json"), "--weights", str(tmp_path / "other.safetensors")]) == 1
    assert "other.safetensors" in capsys.readouterr().out


def test_of_scores_that_overflow_nothing_is_known():
    """A key whose score may be anything up to infinity is not one that weighs little."""
    low, high = np.array([[0.0, 5.0]]), np.array([[np.inf, 5.0]])
    with np.errstate(invalid="ignore"):
        assert np.isnan(checker.softmax((low, high), np.zeros((1, 2), bool))[1]).any()


@pytest.mark.parametrize("x", [0.0, 5e-324, 2.0**-1022, 1e-300, 1.0, 1 + 2.0**-52, 2.0, 3.7, 1e300, 1.7e308])
def test_its_ends_reach_the_neighbours(x):
    for one in (x, -x):
        assert checker.down(one) <= np.nextafter(one, -np.inf) and checker.up(one) >= np.nextafter(one, np.inf)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": 1}', "nonsense", '{"format": "openwork certificate"}'])
def test_what_is_no_certificate_is_refused_in_words(text, tmp_path, capsys):
    (tmp_path / "a.json").write_text(text)
    assert command.main([str(tmp_path / "a.json")]) in (1, 2)
    assert capsys.readouterr().out.startswith("REFUSED")


def test_nothing_is_certified_that_is_not_proved(tiny):
    wrong = with_weights(tiny, 100.0)
    with pytest.raises(PlanError, match="nothing to certify"):
        certificate_of(wrong, prove(wrong))


def test_the_checker_is_short_and_imports_numpy_alone():
    text = Path(checker.__file__).read_text()
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    standard = {"base64", "hashlib", "json", "math", "zlib", "fractions", "__future__"}
    assert names == standard | {"numpy"} and len(text.splitlines()) < 400


@pytest.mark.parametrize("norm", [None, "LN", "LNPre", "RMS", "RMSPre"])
@pytest.mark.parametrize("act_fn", ["relu", "gelu", "gelu_new", "silu"])
@pytest.mark.parametrize("mask", ["causal", "bidirectional"])
def test_its_arithmetic_agrees_with_ours(norm, act_fn, mask):
    """Two enclosures of one number overlap, and both are narrow."""
    fields = PLAIN | dict(n_layers=2, normalization_type=norm, act_fn=act_fn, attention_dir=mask, pad_token=2)
    stack, data = drawn(model_spec(**fields), 7, 20, size=0.5)
    ours = enclose(NativeEngine(1), stack, data)
    weights = {name: array[0].astype(float) for name, array in stack.named().items()}
    found = checker.logits(stack.spec.model_dump() | {"pad_token": 2}, weights, data.tokens, list(data.graded))
    least, most = checker.leads(found, data.answers)
    assert (least <= ours.upper).all() and (ours.lower <= most).all()
    assert (most - least).max() < 1e-3
