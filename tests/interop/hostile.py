"""Files of models as an attacker makes them: by hand, one for each trick, and at random from a sound one."""

from __future__ import annotations

import io
import json
import pickle
import random
import struct
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from safetensors.torch import save

DEEP = 3_000_000
MANY = 20_000
HEAD = b"\x80\x02"


def saved(value: object) -> bytes:
    """As torch.save writes it."""
    out = io.BytesIO()
    torch.save(value, out)
    return out.getvalue()


def zipped(members: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    """An archive of these members, in the folder that torch.save makes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(f"archive/{name}", data)
    return out.getvalue()


def pickled(program: bytes, **members: bytes) -> bytes:
    """An archive whose pickle is this program."""
    return zipped({"data.pkl": program, "version": b"3\n"} | {name.replace("_", "/"): d for name, d in members.items()})


class Rebuilt:
    """A tensor that a changed pickle describes: any storage, offset, shape and strides."""

    def __init__(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], numbers: int = 6) -> None:
        self.given = (offset, shape, strides)
        self.storage = torch.zeros(numbers)._typed_storage()

    def __reduce__(self):
        return torch._utils._rebuild_tensor_v2, (self.storage, *self.given, False, OrderedDict())


def two_directories(one: bytes, other: bytes) -> bytes:
    """An archive in front of another, the end telling where the first's directory is, as it did before."""
    return one + other[:-22] + one[-22:]


def raw_safetensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    """A header of any kind, with any length said."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(shape: object, kind: str = "F32", end: int = 0) -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": [0, end]}


def by_hand(tensors: dict[str, torch.Tensor]) -> Iterator[tuple[str, str, bytes]]:
    """Name, ending and bytes of each."""
    weight = next(iter(tensors))
    for trick, value in odd_values(tensors, weight):
        yield trick, ".pt", saved(value)
    good = saved(tensors)
    doubled = good.replace(b"archive/data/1", b"archive/data/0")
    nest = {"lists": b"]" * DEEP + b"a" * (DEEP - 1) + b".", "tuples": b"K\x01" + b"\x85" * DEEP + b"."}
    nest["keys"] = b"}" + b"K\x01" + b"\x85" * 100_000 + b"K\x01s."
    nest["a number of 10,000 digits"] = b"L" + b"9" * 10_000 + b"L\n."
    nest["bytes of 2**60"] = b"\x8e" + struct.pack("<Q", 2**60) + b"."
    nest["a list in itself, doubled 40 times"] = b"]q\x00" + b"(h\x00h\x00lq\x00" * 40 + b"."
    for trick, program in nest.items():
        yield f"nested {trick}", ".pt", pickled(HEAD + program)
    yield "two directories", ".pt", two_directories(good, saved({weight: torch.ones(1)}))
    yield "an archive behind another", ".pt", good + saved({weight: torch.ones(1)})
    yield "two members of one name", ".pt", doubled
    yield "two folders", ".pt", good.replace(b"archive/version", b"brchive/version")
    yield "a comment", ".pt", good[:-2] + b"\x05\x00hello"
    yield "packed", ".pt", zipped({"data.pkl": b"\0" * 10**7}, zipfile.ZIP_DEFLATED)
    yield "no pickle", ".pt", zipped({"version": b"3"})
    yield "calls os.system", ".pt", pickled(HEAD + b"cposix\nsystem\nX\x04\x00\x00\x00true\x85R.")
    yield "sets the state of a function", ".pt", pickled(HEAD + b"ctorch._utils\n_rebuild_tensor_v2\n}b.")
    headers: dict[str, object] = {
        "65 axes": {weight: entry([1] * 65, end=4)},
        "zero times huge": {weight: entry([0, 2**62])},
        "zero times huge twice": {weight: entry([2**40, 0, 2**40])},
        "a number of 5,000 digits": b'{"a":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,4]}}',
        "a float for a length": {weight: entry([1.5], end=4)},
        "a negative length": {weight: entry([-1], end=4)},
        "float4": {weight: entry([2], "F4", 1)},
        "float8": {weight: entry([4], "F8_E4M3", 4)},
        "complex": {weight: entry([1], "C64", 8)},
        "deep": b"[" * 100_000,
        "no table": [1],
        "many names": {f"blocks.0.attn.W_{n}": entry([0]) for n in range(MANY)},
        "a long name": {"x" * 100_000: entry([0])},
        "a layer of 5,000 digits": {f"blocks.{'9' * 5000}.ln1.w": entry([0])},
    }
    for trick, header in headers.items():
        yield f"header: {trick}", ".safetensors", raw_safetensors(header, b"\0" * 8)
    yield "header of 2**63 bytes", ".safetensors", raw_safetensors({}, length=2**63)
    yield "header of 90 MB", ".safetensors", raw_safetensors({"a": entry([0])}, length=90_000_000)


def odd_values(tensors: dict[str, torch.Tensor], weight: str) -> Iterator[tuple[str, object]]:
    """What torch.save writes of tensors that are no weights."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
    odd: dict[str, Callable[[], torch.Tensor]] = {
        "bits8": lambda: torch.zeros(4, dtype=torch.uint8).view(torch.bits8),
        "float8": lambda: torch.zeros(4).to(torch.float8_e4m3fn),
        "float4": lambda: torch.zeros(4, dtype=torch.uint8).view(torch.float4_e2m1fn_x2),
        "negative bit": lambda: torch.complex(torch.ones(3), torch.ones(3)).conj().imag,
        "conjugate bit": lambda: torch.complex(torch.ones(3), torch.ones(3)).conj(),
        "nested": lambda: nested,
        "sparse": lambda: torch.eye(3).to_sparse(),
        "meta": lambda: torch.ones(3, device="meta"),
        "64 axes": lambda: torch.ones([1] * 64),
        "expanded to 512 MB": lambda: torch.zeros(1).expand(2**27),
        "no number": lambda: torch.full((7, 6), torch.nan),
    }
    for trick, make in odd.items():
        yield trick, tensors | {weight: make()}
    one = torch.zeros(2**12)
    yield "shared 10,000 times", {f"{weight}{n}": one for n in range(10_000)}
    yield f"{MANY} unknown names", {f"blocks.0.attn.W_{n}": torch.zeros(1) for n in range(MANY)}
    yield "a layer of 5,000 digits", tensors | {f"blocks.{'9' * 5000}.ln1.w": torch.ones(6)}
    yield "a layer in other digits", tensors | {"blocks.\u0661.ln1.w": torch.ones(6)}
    for trick, rebuilt in {
        "outside its storage": Rebuilt(3, (2, 2), (2, 1)),
        "before its storage": Rebuilt(-1, (2,), (1,)),
        "backwards": Rebuilt(3, (2,), (-1,)),
        "fewer than none": Rebuilt(0, (2, -3), (3, 1)),
        "huge and empty": Rebuilt(0, (0, 2**62), (2**62, 1)),
        "strides without axes": Rebuilt(0, (), (1,)),
        "2**62 steps": Rebuilt(0, (2,), (2**62,)),
    }.items():
        yield trick, tensors | {weight: rebuilt}


SIDECARS: tuple[bytes, ...] = (
    *(b'{"attn_scale": "eight"}', b'{"attn_scale": [1]}', b'{"attn_scale": 1e400}', b'{"attn_scale": NaN}'),
    *(b'{"attn_scale": ' + b"9" * 5000 + b"}", b'{"attn_scale": ' + b"9" * 400 + b"}", b'{"attn_scale": 1e-320}'),
    *(b'{"eps": Infinity}', b'{"eps": -1}', b'{"eps": "small"}', b'{"eps": 1e31}', b'{"eps": true}'),
    *(
        b'{"n_heads": 0}',
        b'{"n_heads": -2}',
        b'{"n_heads": "2"}',
        b'{"n_heads": 2.5}',
        b'{"d_head": ' + b"9" * 400 + b"}",
    ),
    *(b'{"act_fn": ["relu"]}', b'{"normalization_type": 3}', b'{"attention_dir": {}}', b'{"pad_token": 1e9}'),
    *(
        b'{"gated_mlp": ' + b"[" * 800 + b"]" * 800 + b"}",
        b"[" * 10**5,
        b"\xff\xfe",
        b"null",
        b"{" + b" " * 2**21 + b"}",
    ),
)


def at_random(good: bytes, draw: random.Random) -> bytes:
    """A sound file with bytes changed, cut out or put in; of a zip archive also with right checksums around it."""
    kind = draw.randrange(4)
    if kind == 3 and good.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(good)) as source:
            inside = {name.partition("/")[2]: source.read(name) for name in source.namelist()}
        inside["data.pkl"] = at_random(inside["data.pkl"], draw)
        return zipped(inside)
    if kind == 3:
        length = int.from_bytes(good[:8], "little")
        return raw_safetensors(at_random(good[8 : 8 + length], draw), good[8 + length :])
    changed = bytearray(good)
    if kind == 0:
        for _ in range(draw.choice([1, 2, 8, 64])):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        return bytes(changed)
    start, end = sorted(draw.randrange(len(good) + 1) for _ in range(2))
    if kind == 1:
        return bytes(changed[:start] + changed[end:])
    return bytes(changed[:end] + changed[start:])


def sound(tensors: dict[str, torch.Tensor]) -> dict[str, bytes]:
    """Files of both formats, in several protocols, by ending."""
    old = io.BytesIO()
    torch.save(
        {"state_dict": tensors, "epoch": 3, "optimiser": {"lr": 1e-3, "seen": [1, (2, None)]}}, old, pickle_protocol=4
    )
    return {".pt": saved(tensors), ".pth": old.getvalue(), ".safetensors": save(tensors)}


def canary(path: Path) -> bytes:
    """A file that would touch `path` were its pickle run."""

    class Touch:
        def __reduce__(self):
            return Path.touch, (path,)

    return pickled(pickle.dumps(Touch(), 2))
