"""Files of others become arrays, or are refused with the reason."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from openwork.errors import CheckpointError
from openwork.interop import read_checkpoint
from openwork.interop.safetensors_file import CONFIG_KEY


def test_a_pytorch_file_and_a_safetensors_file_hold_the_same(tensors, save, tmp_path: Path):
    save_file(tensors, tmp_path / "model.safetensors")
    one, other = read_checkpoint(save(tensors)), read_checkpoint(tmp_path / "model.safetensors")
    assert set(one.arrays) == set(other.arrays) == set(tensors)
    assert all(np.array_equal(one.arrays[n], other.arrays[n]) for n in tensors)


def test_half_precision_becomes_float32_and_a_wrapped_state_dict_is_found(tensors, save, tmp_path: Path):
    weights = {n: t for n, t in tensors.items() if t.dtype == torch.float32}
    small = {"epoch": 3, "state_dict": {n: t.bfloat16() for n, t in weights.items()}}
    found = read_checkpoint(save(small))
    assert {a.dtype for a in found.arrays.values()} == {np.dtype("float32")}
    save_file(small["state_dict"], tmp_path / "half.safetensors")
    other = read_checkpoint(tmp_path / "half.safetensors")
    assert all(np.array_equal(found.arrays[n], other.arrays[n]) for n in weights)


def test_the_config_is_read_from_inside_beside_or_where_it_is_said(tensors, tmp_path: Path):
    path = tmp_path / "model.safetensors"
    save_file(tensors, path, {CONFIG_KEY: json.dumps({"act_fn": "gelu"})})
    assert read_checkpoint(path).config == {"act_fn": "gelu"}
    path.with_suffix(".json").write_text('{"act_fn": "silu"}')
    assert read_checkpoint(path).config == {"act_fn": "silu"}
    other = tmp_path / "other.json"
    other.write_text('{"eps": 1e-6}')
    assert read_checkpoint(path, other).config == {"act_fn": "gelu", "eps": 1e-6}


class Hostile:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return (Path.touch, (self.canary,))


@pytest.mark.parametrize("protocol", [2, 4])
def test_nothing_in_a_file_is_executed(tensors, save, tmp_path: Path, protocol: int):
    canary = tmp_path / "executed"
    whole = tmp_path / "hostile.pt"
    torch.save({**tensors, "x": Hostile(canary)}, whole, pickle_protocol=protocol)
    (tmp_path / "bare.pt").write_bytes(pickle.dumps(Hostile(canary), protocol))
    with zipfile.ZipFile(tmp_path / "zipped.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Hostile(canary), protocol))
        archive.writestr("archive/version", "3")
    for name in ("hostile.pt", "bare.pt", "zipped.pt"):
        with pytest.raises(CheckpointError, match=name):
            read_checkpoint(tmp_path / name)
    assert not canary.exists()


def refused(path: Path, word: str) -> None:
    with pytest.raises(CheckpointError, match=word) as caught:
        read_checkpoint(path)
    assert path.name in str(caught.value)


def test_a_whole_module_is_refused_with_how_to_convert_it(save):
    refused(save(torch.nn.Linear(2, 2)), r"loading it would run code.*torch\.save\(model\.state_dict\(\)")


def test_what_is_no_table_of_tensors_is_refused(tensors, save):
    refused(save([1, 2]), "holds list")
    refused(save({}), "holds no tensor")
    refused(save({"a": torch.zeros(2), "b": 3}), "1 of its 2 entries are no named tensors")
    refused(save({"a": torch.zeros(3, 3).to_sparse()}), "not a plain array")
    refused(save({"a": torch.zeros(1).expand(2**40)}), "more than the")


class Negative:
    """What a changed pickle can say: a tensor of fewer than no columns."""

    def __reduce__(self):
        storage = torch.zeros(6)._typed_storage()
        return torch._utils._rebuild_tensor_v2, (storage, 0, (0, -3), (3, 1), False, OrderedDict())


def test_a_negative_size_is_refused(save):
    refused(save({"a": torch.zeros(2), "b": Negative()}), r"1 of its tensors have a negative size, the first is 'b'")


def test_missing_empty_unknown_and_damaged_files_are_refused(tensors, save, tmp_path: Path):
    refused(tmp_path / "nowhere.pt", "No such file")
    for name in ("model.pt", "model.safetensors"):
        (tmp_path / name).write_bytes(b"")
        refused(tmp_path / name, "is empty")
        (tmp_path / name).write_bytes(b"nonsense" * 100)
        refused(tmp_path / name, "damaged|not an archive")
    (tmp_path / "model.ckpt").write_bytes(b"x")
    refused(tmp_path / "model.ckpt", "not a format")
    refused(tmp_path / "model.st", "must end in .safetensors, .pt, .pth or .bin")
    whole = save(tensors).read_bytes()
    (tmp_path / "cut.pt").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.pt", "damaged")
    torch.save(tensors, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    refused(tmp_path / "old.pt", "PyTorch 1.6")


def test_an_archive_that_would_unpack_to_gigabytes_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\0" * 10**7)
    refused(tmp_path / "bomb.pt", "packed in a way")


def test_a_config_that_is_none_is_refused(tensors, save):
    path = save(tensors)
    for text, word in (("{", "is not JSON"), ("[1]", "not a table"), ("[" * 100_000, "is not JSON")):
        path.with_suffix(".json").write_text(text)
        with pytest.raises(CheckpointError, match=word):
            read_checkpoint(path)
