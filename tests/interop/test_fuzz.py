"""Two thousand damaged and hostile checkpoints: each is read or refused by name, none runs code, hangs or crashes."""

from __future__ import annotations

import io
import pickle
import random
import time
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from openwork.errors import CheckpointError
from openwork.interop import imported_model, read_checkpoint

FILES = 1000
"""of each format"""
LONGEST = 5.0
"""seconds for one file; the usual is a few milliseconds"""


def flipped(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 8, 64])):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def spliced(data: bytes, draw: random.Random) -> bytes:
    start, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    kind = draw.randrange(4)
    if kind == 0:
        return data[:end]
    if kind == 1:
        return data[:start] + data[end:]
    if kind == 2:
        return data[:end] + data[start:]
    return data[:start] + draw.randbytes(end - start if end - start < 4096 else 4096) + data[end:]


def rezipped(data: bytes, draw: random.Random, canary: Path) -> bytes:
    """The archive with right checksums around a changed pickle: what a damaged disk does not make, but a person can."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.namelist():
            inside = source.read(member)
            if member.endswith("data.pkl"):
                inside = pickled(inside, draw, canary)
            elif draw.random() < 0.1:
                inside = spliced(inside, draw) if inside else inside
            target.writestr(member, inside)
    return out.getvalue()


def pickled(inside: bytes, draw: random.Random, canary: Path) -> bytes:
    kind = draw.randrange(5)
    if kind == 0:
        command = f"touch {canary}"
        return b"\x80\x02cposix\nsystem\nX" + len(command).to_bytes(4, "little") + command.encode() + b"\x85R."
    if kind == 1:
        return inside[:-1] + pickle.dumps(draw.choice([10**400, ["x"] * 1000, {"a": {"b": {}}}]), 2)[2:]
    if kind == 2:
        numbers = [draw.choice([0, 1, 2**31, 2**62, 255]).to_bytes(8, "little")[:4] for _ in range(2)]
        return inside.replace(b"K\x07", b"J" + numbers[0], 1).replace(b"K\x06", b"J" + numbers[1], 2)
    return flipped(inside, draw) if kind == 3 else spliced(inside, draw)


def header_changed(data: bytes, draw: random.Random) -> bytes:
    length = int.from_bytes(data[:8], "little")
    header = flipped(data[8 : 8 + length], draw) if draw.random() < 0.7 else spliced(data[8 : 8 + length], draw)
    size = draw.choice([len(header)] * 8 + [2**63, 2**64 - 1, 0])
    return size.to_bytes(8, "little") + header + data[8 + length :]


@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_nothing_runs_hangs_or_crashes(kind: str, tensors, tmp_path: Path):
    canary, written = tmp_path / "executed", io.BytesIO()
    torch.save(tensors, written)
    good = written.getvalue() if kind == "pt" else save(tensors)
    path, longest, read = tmp_path / f"fuzzed.{kind}", 0.0, 0
    for seed in range(FILES):
        draw = random.Random(seed)
        change = draw.choice([flipped, spliced, None, None])
        if change is not None:
            data = change(good, draw)
        else:
            data = rezipped(good, draw, canary) if kind == "pt" else header_changed(good, draw)
        path.write_bytes(data)
        start = time.perf_counter()
        try:
            imported_model(read_checkpoint(path), {"attn_scale": None, "act_fn": "relu"})
            raise AssertionError(f"seed {seed}: accepted without being told all")
        except CheckpointError as refusal:
            assert path.name in str(refusal), f"seed {seed}: {refusal}"
            read += "does not say all" in str(refusal)
        longest = max(longest, time.perf_counter() - start)
    assert not canary.exists()
    assert longest < LONGEST
    assert 0 < read < FILES, "all or none were readable: nothing was tried"
