"""Each file of an attacker is read or refused by name, soon, in little memory; nothing in it runs."""

from __future__ import annotations

import os
import random
import resource
import time
from pathlib import Path

import pytest
import torch
from tests.interop.hostile import SIDECARS, at_random, by_hand, canary, sound

from openwork.errors import CheckpointError
from openwork.interop import imported_model, read_checkpoint

SOON = 100.0
"""times what `yardstick` takes, beside it on the same machine; the worst trick takes 19, and before there were
budgets it took more than 350"""
LITTLE = 2**28
"""bytes more than before; a bomb took 512 MB"""
AT_RANDOM = int(os.environ.get("OPENWORK_HOSTILE", "100"))
"""of each format; scripts/attack makes many, scripts/hostile_files as many as it is told"""
OPTIONS = {"attn_scale": None, "act_fn": "relu"}


def read(path: Path) -> str:
    """What becomes of a file."""
    try:
        imported_model(read_checkpoint(path), OPTIONS)
    except CheckpointError as refusal:
        assert path.name in str(refusal) or "n_heads" in str(refusal), str(refusal)
        assert len(str(refusal)) < 20_000
        return str(refusal)
    return "read"


def yardstick() -> float:
    """Seconds of the processor for a fixed piece of work: a busy machine is slow at both."""
    start = time.process_time()
    nested: list[object] = []
    for depth in range(300_000):
        nested = [nested, str(depth)] if depth % 100 else [depth]
    return time.process_time() - start


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_every_trick_is_refused_soon_and_in_little_memory(tensors, tmp_path: Path):
    for trick, ending, data in by_hand(tensors):
        path = tmp_path / f"hostile{ending}"
        path.write_bytes(data)
        before, start = peak(), time.process_time()
        found = read(path)
        took = time.process_time() - start
        assert took < SOON * yardstick(), trick
        assert peak() - before < LITTLE, trick
        assert found != "read", trick


@pytest.mark.parametrize("text", SIDECARS, ids=lambda text: repr(text[:30]))
@pytest.mark.parametrize("dialect", ["hooked", "bridge"])
def test_every_config_is_refused(tensors, tmp_path: Path, text: bytes, dialect: str):
    path = tmp_path / "model.pt"
    bridge = {"embed.weight": torch.ones(7, 6), "unembed.weight": torch.ones(4, 6)}
    torch.save(tensors if dialect == "hooked" else bridge, path)
    path.with_suffix(".json").write_bytes(text)
    with pytest.raises(CheckpointError):
        imported_model(read_checkpoint(path), {} if b"scale" in text else {"attn_scale": None})


def test_files_changed_at_random(tensors, tmp_path: Path, record_property):
    outcomes, took = [], []
    for ending, good in sound(tensors).items():
        for seed in range(AT_RANDOM):
            path = tmp_path / f"random{ending}"
            path.write_bytes(at_random(good, random.Random(seed)))
            start = time.process_time()
            outcomes.append(read(path))
            took.append(time.process_time() - start)
    assert max(took) < SOON * yardstick(), took.index(max(took))
    record_property("hostile files", len(outcomes))
    assert "damaged" in " ".join(outcomes) and any("damaged" not in found for found in outcomes)


def test_nothing_runs(tmp_path: Path):
    path = tmp_path / "touch.pt"
    path.write_bytes(canary(tmp_path / "touched"))
    assert "loading it would run code" in read(path) and not (tmp_path / "touched").exists()


def test_a_bridge_without_layers_is_a_model(tmp_path: Path):
    path = tmp_path / "bridge.pt"
    torch.save(
        {"embed.weight": torch.ones(7, 6), "pos_embed.weight": torch.ones(8, 6), "unembed.weight": torch.ones(4, 6)},
        path,
    )
    said = {"normalization_type": None, "attention_dir": "causal", "pad_token": None, "act_fn": "relu"}
    assert imported_model(read_checkpoint(path), said).stack.spec.n_layers == 0


def test_what_is_no_plain_file_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.pt")
    (tmp_path / "device.pt").symlink_to("/dev/zero")
    (tmp_path / "folder.pt").mkdir()
    for name in ("pipe.pt", "device.pt"):
        assert "is not a file" in read(tmp_path / name)
    assert "has no file of weights" in read(tmp_path / "folder.pt")
    with pytest.raises(CheckpointError, match="too long"):
        read_checkpoint(tmp_path / f"{'x' * 300}.pt")
    with pytest.raises(CheckpointError, match="null"):
        read_checkpoint(tmp_path / "a\0b.pt")


def test_a_config_beside_it_that_is_a_pipe_is_refused(tensors, save, tmp_path: Path):
    path = save(tensors)
    os.mkfifo(path.with_suffix(".json"))
    with pytest.raises(CheckpointError, match="is not a file"):
        read_checkpoint(path)


def test_a_name_so_long_that_no_config_fits_beside_it_is_read(tensors, save):
    assert read_checkpoint(save(tensors, f"{'x' * 252}.pt")).arrays
