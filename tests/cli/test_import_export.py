"""A stored model goes out and comes back by the command line, and is judged like one that was trained here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from openwork.interop import export_model
from openwork.jobs import imports
from openwork.runs import Store
from openwork.testing.known_circuits import known_circuits

CIRCUIT = next(circuit for circuit in known_circuits() if circuit.name == "curved-mlp-increments")
TASK = ("--task", "reverse-increment", "--param", "base=4", "--param", "length=3")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.safetensors"
    export_model(CIRCUIT.stack, "safetensors", path)
    return path


def test_an_imported_model_is_judged_reported_and_exported(openwork, file, tmp_path: Path):
    done = openwork("import", str(file), *TASK, "--json")
    assert (done.code, done.value["last"]["train"]["accuracy"]) == (0, 1.0), done.err
    name = done.value["name"]
    assert openwork("import", str(file), *TASK, "--json").value["name"] == name
    claims = tmp_path / "claims.toml"
    claims.write_text('[[claim]]\nkind = "necessary"\ncomponents = "blocks.0.mlp"\n')
    assert openwork("check", str(claims), name).code == 0
    assert openwork("report", name, "-o", "page.html").code == 0
    assert "Imported from" in Path("page.html").read_text()
    shown = openwork("runs", "show", name).out
    assert "from theirs.safetensors" in shown and "act_fn = relu" in shown
    assert "imported" in openwork("runs", "list").out
    out = openwork("export", name, "--to", "transformer-lens-3", "-o", "out.safetensors")
    assert out.code == 0 and "load_state_dict" in out.out
    assert json.loads(Path("out.json").read_text())["act_fn"] == "relu"
    again = openwork("import", "out.safetensors", *TASK, "--json")
    assert again.value["last"]["train"]["accuracy"] == 1.0


def test_without_a_task_a_file_is_described_and_not_kept(openwork, file, tmp_path: Path):
    done = openwork("import", str(file))
    assert done.code == 0 and "read and not kept" in done.out and str(CIRCUIT.stack.spec) in done.out
    assert openwork("import", str(file), "--json").value["spec"]["d_model"] == CIRCUIT.stack.spec.d_model
    bare = tmp_path / "bare.safetensors"
    bare.write_bytes(file.read_bytes().replace(b"openwork.config", b"nothing.at.all!"))
    done = openwork("import", str(bare))
    assert done.code == 0 and "attention_dir: causal or bidirectional" in done.out and "--task TASK" in done.out
    left = openwork("import", str(bare), "--act-fn", "relu", "--json").value
    assert left["spec"] is None and left["sizes"]["d_model"] == CIRCUIT.stack.spec.d_model
    assert [field["option"] for field in left["open"]] == [
        "--normalization-type",
        "--attention-dir",
        "--attn-scale",
        "--pad-token",
    ]
    assert openwork("runs", "list", "--json").value == []


def test_what_had_to_be_found_is_shown(openwork, file, tmp_path: Path):
    weights = tmp_path / "bare.safetensors"
    data = file.read_bytes()
    weights.write_bytes(data.replace(b"openwork.config", b"nothing.at.all!"))
    done = openwork("import", str(weights), *TASK)
    assert done.code == 0 and "normalization_type = none (found: 100.00 % right)" in done.out
    assert "relu (found, but not for sure" in done.out and "combinations tried" in done.out


def test_slips_are_told_all_at_once_and_nothing_is_kept(openwork, file):
    done = openwork("import", str(file), *TASK, "--act-fn", "relo", "--pad-token", "x", "--attention-dir", "back")
    assert done.code == 2 and not done.out
    for words in ("'relo'", "did you mean 'relu'", "'x' is not none or a number", "'back'"):
        assert words in done.err
    assert openwork("import", "nowhere.pt", *TASK).code == 2
    assert openwork("runs", "list", "--json").value == []


def test_an_unknown_target_and_a_place_that_cannot_be_written(openwork, file):
    name = openwork("import", str(file), *TASK, "--json").value["name"]
    done = openwork("export", name, "--to", "transformer-lens-5")
    assert done.code == 2 and "transformer-lens-4" in done.err
    done = openwork("export", name, "--to", "safetensors", "-o", "no/such/folder/x.safetensors")
    assert done.code == 2 and "give another place" in done.err
    assert not list(Path().glob("**/.x*"))


def test_weights_at_an_epoch_of_an_import_are_the_imported_ones(openwork, file):
    name = openwork("import", str(file), *TASK, "--json").value["name"]
    assert openwork("export", name, "--to", "safetensors", "--epoch", "0", "-o", "zero.safetensors").code == 0
    expected = CIRCUIT.stack.named()["embed.W_E"][0]
    np.testing.assert_array_equal(load_file("zero.safetensors")["embed.W_E"], expected)


def test_imports_that_differ_only_in_where_token_ids_start_are_two(openwork, file):
    def imported(*options: str) -> str:
        return openwork("import", str(file), *TASK, "--json", *options).value["name"]

    plain, shifted = imported(), imported("--token-shift", "1")
    assert plain != shifted == imported("--token-shift", "1")
    assert plain == imported() == imported("--token-shift", "0")
    with Store.open() as store:
        one, other = (store.stack(store.find(name)).named()["embed.W_E"] for name in (plain, shifted))
        assert np.array_equal(np.roll(one, -1, axis=1), other)
        assert store.find(shifted).source.run_name == shifted


def test_a_shifted_import_of_before_keeps_its_name(openwork, file):
    """Choices were no part of a name then."""
    options = ("--token-shift", "1")
    with pytest.MonkeyPatch.context() as before:
        before.setattr(imports, "CHOICES", ())
        old = openwork("import", str(file), *TASK, "--json", *options).value["name"]
    assert openwork("import", str(file), *TASK, "--json", *options).value["name"] == old
    assert openwork("import", str(file), *TASK, "--json").value["name"] != old
    assert openwork("report", old).code == 0
    recovered = openwork("runs", "recover")
    assert (recovered.code, len(openwork("runs", "list", "--json").value)) == (0, 2), recovered.err
