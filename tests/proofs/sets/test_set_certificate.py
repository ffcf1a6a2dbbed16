"""A certificate by sets is made again, with cases of the checker's own; false ones are refused."""

from __future__ import annotations

import ast
import copy
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tests.proofs.conftest import with_weights
from tests.proofs.sets.test_set_proof import reads_the_largest_off, subject_of
from tests.proofs.test_certificate import array_in, set_in

from openwork.analyses import Subject
from openwork.data import Inputs
from openwork.engines.native import NativeEngine
from openwork.errors import PlanError
from openwork.models import spec_for, stack_of, weight_shapes
from openwork.proofs import OutputProof, prove_by_sets, write_set_certificate
from openwork.proofs.certificate import digest
from openwork.proofs.sets.leads import leads
from openwork.proofs.sets.tables import tables_of
from openwork.tasks import Maximum, ReversedAddition
from openwork.training.experiments.provable_adder import provable_adder
from openwork_certificate import bounds, cases, check, command, edited, sets, told

DIGITS = 10
MARGIN = 8.356
"""of the adder that lies beside this, as `python bench/by_sets.py --adder` has it"""


@pytest.fixture(scope="module")
def largest() -> Subject:
    return reads_the_largest_off(Maximum(5, 4))


@pytest.fixture(scope="module")
def true(largest) -> dict:
    return json.loads(write_set_certificate(largest, prove_by_sets(largest)))


@pytest.fixture(scope="module")
def adder() -> Subject:
    task = ReversedAddition(10, DIGITS)
    named = load_file(Path(__file__).parent / "adder.safetensors")
    stack = stack_of(provable_adder(task).spec, {name: array[None] for name, array in named.items()})
    return Subject.of(NativeEngine(1), stack, task, Inputs(200))


def written(held: dict, path: Path) -> str:
    """With a digest of its own."""
    path.write_text(json.dumps(held | {"sha256": digest(held)}))
    return str(path)


def test_a_true_one(true, largest, tmp_path, capsys):
    weights = tmp_path / "model.safetensors"
    save_file(dict(largest.stack.named()), weights)
    assert command.main([written(true, tmp_path / "a.json"), "--weights", str(weights)]) == 0
    said = capsys.readouterr().out
    assert "TRUE: right on at least 625 of 625" in said and "those of the file given" in said


FALSE = {
    "a larger margin": set_in("margin", to=lambda m: m + 1.0),
    "a negative margin": set_in("margin", to=-1.0),
    "an infinite margin": set_in("margin", to=1e999),
    "a margin that is text": set_in("margin", to="0.5"),
    "none proved": set_in("counts", "proved", to="0"),
    "more proved than there are": set_in("counts", "proved", to="626"),
    "another share": set_in("counts", "share", to="99.0000 %"),
    "fewer questions": lambda held: held["counts"].update(questions="624", proved="624"),
    "more questions": lambda held: held["counts"].update(questions="10000", proved="10000"),
    "another task": set_in("task", "name", to="minimum"),
    "another size of the task": set_in("task", "params", "length", to=5),
    "more numbers than the model knows": lambda held: (
        set_in("task", "params", "numbers", to=7)(held),
        held["counts"].update(questions="2401", proved="2401"),
    ),
    "parameters that are not the task's": set_in("task", "params", to={"base": 5}),
    "a parameter that is text": set_in("task", "params", "length", to="4"),
    "another output": set_in("outputs", 0, "output", to="minimum"),
    "an output more": lambda held: held["outputs"].append(held["outputs"][0]),
    "weights of zero": array_in("weights", change=lambda w: w * 0),
    "weights turned over": array_in("weights", change=lambda w: -w),
    "weights that are not numbers": array_in("weights", change=lambda w: w * np.float32(np.nan)),
    "fewer weights": array_in("weights", change=lambda w: w[:-1]),
    "another SHA-256 of the weights": set_in("weights", "sha256", to="0" * 64),
    "another scale of attention": set_in("model", "attn_scale", to=1e6),
    "another size of heads, and so another scale": set_in("model", "d_head", to=1),
    "places left out": set_in("model", "positional_embedding_type", to="none"),
    "weights that nothing reads": lambda held: (
        held["weights"]["shapes"].update({"blocks.1.attn.b_O": [6]}),
        array_in("weights", change=lambda w: np.append(w, np.full(6, 1e3, np.float32)))(held),
    ),
    "two layers": set_in("model", "n_layers", to=2),
    "pads": set_in("model", "pad_token", to=2),
    "another version": set_in("version", to=1),
    "another statement": set_in("statement", to="For every question of every task."),
    "a field that nobody reads": set_in("model", "parallel_attn_mlp", to=True),
    "an output that is said to be proved less": set_in("outputs", 0, "unproved", to="-1"),
    "no model": lambda held: held.pop("model"),
    "no task": lambda held: held.pop("task"),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_ones_are_refused_even_with_a_digest_of_their_own(true, name, tmp_path, capsys):
    held = copy.deepcopy(true)
    FALSE[name](held)
    assert command.main([written(held, tmp_path / "a.json")]) in (1, 2)
    assert capsys.readouterr().out.startswith("REFUSED")


def test_one_changed_number_is_seen_by_the_digest(true, tmp_path, capsys):
    (tmp_path / "a.json").write_text(json.dumps(true | {"seconds": -1.0}))
    assert command.main([str(tmp_path / "a.json")]) == 1
    assert "SHA-256" in capsys.readouterr().out


def test_for_another_model_it_is_refused(true, largest, tmp_path, capsys):
    save_file(dict(with_weights(largest, 0.5).stack.named()), tmp_path / "other.safetensors")
    given = [written(true, tmp_path / "a.json"), "--weights", str(tmp_path / "other.safetensors")]
    assert command.main(given) == 1 and "b_U" in capsys.readouterr().out


def test_of_a_model_that_is_wrong_somewhere_the_share_is_made_again(tmp_path, capsys):
    """One head, nobody trained it: sets are divided, here as there."""
    subject = subject_of(Maximum(6, 3), attn_only=True, d_mlp=0, n_heads=1, normalization_type=None)
    proof = prove_by_sets(subject)
    assert 0 < proof.proved < proof.inputs
    held = json.loads(write_set_certificate(subject, proof))
    assert command.main([written(held, tmp_path / "a.json")]) == 0
    assert f"at least {proof.proved} of 216" in capsys.readouterr().out
    more = proof.proved + 1
    held["counts"].update(proved=str(more), share=sets.share_of(more, 216))
    assert command.main([written(held, tmp_path / "a.json")]) == 1
    assert f"no more than {proof.proved} could be shown" in capsys.readouterr().out


def test_where_known_places_may_weigh_nothing_nothing_is_shown(tmp_path, capsys):
    """An `=` that never stands there outweighs all else, and so the known places' weights may be 0. Seven questions of
    the eight are wrong; but a mean divided by less than 0 says that they are right."""
    zero, one, ask, equals = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, 1, 1, -1], [2, 0, 0, 0]], np.float32)
    fields = {"n_layers": 1, "d_model": 4, "n_heads": 1, "d_head": 4, "attn_only": True, "d_mlp": 0}
    spec = spec_for(Maximum(2, 3), **fields, normalization_type="RMSPre")
    named = {name: np.zeros((1, *shape), np.float32) for name, shape in weight_shapes(spec).items()}
    named["embed.W_E"][0], named["pos_embed.W_pos"][0, -1] = (zero, one, equals), ask - equals
    named["blocks.0.attn.b_Q"][0, 0, :2] = 1000, -1000
    named["blocks.0.attn.W_K"][0, 0] = named["blocks.0.attn.W_V"][0, 0] = np.eye(4)
    named["blocks.0.attn.W_O"][0, 0] = 10 * np.eye(4)
    named["unembed.W_U"][0, :2, 0], named["unembed.b_U"][0, 1] = 0.75, 1.7
    subject = Subject.of(NativeEngine(1), stack_of(spec, named), Maximum(2, 3))
    proof = prove_by_sets(subject)
    assert len(proof.wrong) == 7 and proof.proved == 1
    held = json.loads(write_set_certificate(subject, proof))
    held["counts"].update(proved="7", share=sets.share_of(7, 8))
    assert command.main([written(held, tmp_path / "a.json")]) == 1
    assert "no more than" in capsys.readouterr().out


def test_the_adder_in_a_part(adder, tmp_path, capsys):
    """All of it takes minutes. Every so many-th case here, with its margin, and not with a larger one."""
    names = adder.task.outputs
    outputs = tuple(OutputProof(name, 1, 1, 0, 0, 0, MARGIN + 1e-6, 0.0) for name in names)
    proof = replace(prove_by_sets(adder, seconds=0), outputs=outputs, left=())
    held = json.loads(write_set_certificate(adder, proof))
    assert held["margin"] == MARGIN and proof.whole
    path = written(held, tmp_path / "a.json")
    assert command.main([path, "--every", "4999"]) == 0
    assert "TRUE OF A PART: right in one case of every 4,999" in capsys.readouterr().out
    assert command.main([written(held | {"margin": 30.0}, tmp_path / "b.json"), "--every", "4999"]) == 1


def test_a_part_of_what_is_not_whole_says_nothing(tmp_path, capsys):
    subject = subject_of(Maximum(6, 3), attn_only=True, d_mlp=0, n_heads=1, normalization_type=None)
    held = json.loads(write_set_certificate(subject, prove_by_sets(subject)))
    assert command.main([written(held, tmp_path / "a.json"), "--every", "2"]) == 1
    assert "a part can be checked only" in capsys.readouterr().out


def test_two_arithmetics_agree_of_the_adder(adder):
    """On a digit's first cases: neither bound is above a lead that was run, and they are near one another."""
    weights = {name: array[0].astype(float) for name, array in adder.stack.named().items()}
    spec = adder.spec.model_dump() | {"pad_token": None}
    _, allowed, answers, _ = list(cases.adder(10, DIGITS))[3]
    query = allowed.shape[1] - 1
    alike = (answers == answers[0]) & (allowed[:, query] == allowed[0, query]).all(-1)
    allowed, answers, asks = allowed[alike], answers[alike], allowed[alike, query].argmax(-1)
    tables = bounds.Tables(bounds.Model(spec, weights, query + 1, 12), query)
    theirs, closer = (bounds.ends(tables, asks[0], answers[0], allowed, way)[0].min(-1) for way in (False, True))
    assert (closer >= theirs - 1e-9).all()
    ours = leads(tables_of(adder.spec, weights, query, query + 1), allowed, asks, answers).least
    assert (theirs > MARGIN).all() and abs(ours - theirs).max() < 1.0


@pytest.mark.parametrize("task", [ReversedAddition(3, 1), ReversedAddition(2, 3), Maximum(4, 3)], ids=str)
def test_its_cases_are_the_tasks(task):
    told, size = cases.TASKS[task.name]
    assert size(**task.params) == task.domain_size
    for output, allowed, answers, counts in told(**task.params):
        own = task.cases(output)
        order = [tuple(row.ravel()) for row in own.allowed[:, : allowed.shape[1]]]
        known = dict(zip(order, zip(own.answers.tolist(), own.counts, strict=True), strict=True))
        found = [tuple(row.ravel()) for row in allowed]
        assert {row: (a, n) for row, a, n in zip(found, answers.tolist(), counts, strict=True)} == known
        assert sum(counts) == task.domain_size and len(known) == len(found)


def test_nothing_is_certified_that_is_not_proved():
    subject = subject_of(Maximum(6, 3))
    with pytest.raises(PlanError, match="nothing to certify"):
        write_set_certificate(subject, prove_by_sets(subject, seconds=0))


@pytest.mark.parametrize("text", ["# no weights at all", "[" * 10**5, "", "{}"])
def test_files_that_are_something_else_are_refused(true, text, tmp_path, capsys):
    other, file = tmp_path / "other", written(true, tmp_path / "a.json")
    other.write_text(text)
    for given in ([file, "--weights", str(other)], [str(other)]):
        assert command.main(given) in (1, 2) and capsys.readouterr().out.startswith("REFUSED")


def test_the_command_sends_every_file_where_it_belongs(tmp_path, capsys):
    (tmp_path / "a.json").write_text("[]")
    assert command.main([str(tmp_path / "a.json")]) in (1, 2) and "REFUSED" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        command.main([str(tmp_path / "a.json"), "--every", "3"])
    assert ended.value.code == 2


@pytest.mark.parametrize("module", [sets, bounds, cases, command, edited, told])
def test_it_is_short_and_imports_nothing_of_openwork(module):
    text = Path(module.__file__).read_text()
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name for node in nodes}
    allowed = {"__future__", "argparse", "hashlib", "json", "math", "re", "sys", "time", "typing", "zlib", "numpy"}
    assert (
        names <= allowed | {"openwork_certificate", *(one.__name__ for one in (bounds, cases, check, edited, told))}
        and len(text.splitlines()) < 400
    )
