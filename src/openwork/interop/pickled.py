"""The value in a pickle that `torch.save` wrote, built by a machine that knows tensors and plain containers only.

A pickle is a program that may name any function to call. This machine calls none: a name stands for itself, and the
few names that make tensors or containers are carried out here. It takes one step for each opcode, makes at most one
value in each, and hashes nothing but text and whole numbers, so the budget of opcodes is one of time, memory and depth.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_OPCODES = 400_000
"""about 30 are needed for a tensor; a model of 64 layers has a thousand of them"""
MARK = object()


class NotPlain(ValueError):
    """More than tensors and plain containers. Caught in this room, where the file's name is known."""


@dataclass(frozen=True)
class Name:
    """A function, class or constant that the pickle names, for example `torch FloatStorage`."""

    text: str


@dataclass(frozen=True, eq=False)
class Storage:
    """Numbers in a member of the archive; `kind` says their type where it is `torch FloatStorage` or the like."""

    kind: Name
    key: str
    numel: int


@dataclass(frozen=True, eq=False)
class Pickled:
    """A tensor as the pickle describes it, in units of its numbers; nothing of it is checked yet."""

    storage: Storage
    kind: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Odd:
    """A tensor that is not a plain array: sparse, quantised, nested, on no device."""

    made_by: str


def value_of(data: bytes) -> Any:
    """What the pickle describes: dictionaries, lists, tuples, text, numbers, names, `Pickled` and `Odd` tensors.

    Raises:
        NotPlain: it describes anything else.
        ValueError and others: it is damaged.
    """
    machine = _Machine()
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        if count >= MOST_OPCODES:
            raise NotPlain(f"has more than {MOST_OPCODES:,} steps")
        if opcode.name == "STOP":
            return machine.stack.pop()
        machine.step(opcode.name, argument)
    raise ValueError("the pickle has no end")


PUSHES = (
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "UNICODE", "BINUNICODE"),
    *("SHORT_BINUNICODE", "BINUNICODE8", "SHORT_BINSTRING", "BINSTRING", "STRING", "BINBYTES", "SHORT_BINBYTES"),
)
CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "MARK": lambda: MARK,
}
IDLE = ("PROTO", "FRAME")


class _Machine:
    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        if name in PUSHES:
            self.stack.append(argument)
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name]())
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = self.stack[-1]
        elif name == "GLOBAL":
            self.stack.append(Name(argument))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            self._gather(tuple, self._pop(int(name[-1])))
        elif name in ("TUPLE", "LIST", "DICT"):
            values = self._marked()
            if name == "DICT":
                self.stack.append({})
                self._set(values)
            else:
                self._gather(tuple if name == "TUPLE" else list, values)
        elif name not in IDLE:
            self._change(name)

    def _change(self, name: str) -> None:
        match name:
            case "STACK_GLOBAL":
                module, attribute = self._pop(2)
                self.stack.append(Name(f"{module} {attribute}"))
            case "APPEND":
                self._extend(self._pop(1))
            case "APPENDS":
                self._extend(self._marked())
            case "SETITEM":
                self._set(self._pop(2))
            case "SETITEMS":
                self._set(self._marked())
            case "BINPERSID":
                self.stack.append(_storage(*self._pop(1)))
            case "REDUCE" | "NEWOBJ":
                self.stack.append(_made(*self._pop(2)))
            case "BUILD":
                _, of = self._pop(1), self.stack[-1]
                if not isinstance(of, dict):  # what a table says of itself is left out
                    raise NotPlain("sets the state of an object")
            case "POP":
                self._pop(1)
            case "POP_MARK":
                self._marked()
            case _:
                raise NotPlain(f"uses {name}")

    def _pop(self, count: int) -> list[Any]:
        if len(self.stack) < count:
            raise ValueError("the pickle's stack is empty")
        values = self.stack[-count:]
        del self.stack[-count:]
        return values

    def _marked(self) -> list[Any]:
        values: list[Any] = []
        while (value := self.stack.pop()) is not MARK:
            values.append(value)
        return values[::-1]

    def _gather(self, kind: type, values: list[Any]) -> None:
        self.stack.append(kind(values))

    def _extend(self, values: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise ValueError("appends to what is no list")
        self.stack[-1].extend(values)

    def _set(self, values: list[Any]) -> None:
        table = self.stack[-1]
        if not isinstance(table, dict) or len(values) % 2:
            raise ValueError("sets items of what is no dictionary")
        for key, value in zip(values[::2], values[1::2], strict=True):
            if type(key) not in (str, int):
                raise NotPlain(f"has {type(key).__name__} as a key")
            table[key] = value


def _storage(identity: Any) -> Storage:
    match identity:
        case ("storage", Name() as kind, str(key), str(), int(numel)):
            return Storage(kind, key, numel)
    raise NotPlain("names a storage in an unknown way")


def _made(maker: Any, arguments: Any) -> Any:
    """What a call would give, of the few that are known."""
    if not isinstance(maker, Name) or not isinstance(arguments, tuple):
        raise NotPlain("calls what is no name")
    match maker.text, arguments:
        case "collections OrderedDict", ():
            return {}
        case "torch Size", (tuple() as sizes,):
            return sizes
        case "builtins set" | "__builtin__ set" | "collections Counter", (list() | dict() as values,):
            return values
        case "torch device" | "torch.serialization _get_layout", _:
            return maker
        case "torch._tensor _rebuild_from_type_v2", (
            of,
            Name("torch Tensor" | "torch.nn.parameter Parameter"),
            args,
            _,
        ):
            return _made(of, args)
        case "torch._utils _rebuild_parameter" | "torch._utils _rebuild_parameter_with_state", (tensor, *_):
            return tensor
        case "torch._utils _rebuild_tensor_v2", (Storage() as of, offset, shape, strides, _, _, *more):
            return _tensor(of, of.kind.text, offset, shape, strides, more)
        case "torch._utils _rebuild_tensor_v3", (Storage() as of, offset, shape, strides, _, _, Name() as kind, *more):
            return _tensor(of, kind.text, offset, shape, strides, more)
    if maker.text.startswith("torch._utils _rebuild_") or maker.text.startswith("torch.nested"):
        return Odd(maker.text.split()[-1])
    raise NotPlain(f"calls {maker.text[:80]}")


def _tensor(storage: Storage, kind: str, offset: Any, shape: Any, strides: Any, more: list[Any]) -> Pickled | Odd:
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or any(type(n) is not int for n in numbers):
        raise ValueError("a tensor's sizes are no numbers")
    if more and more[0]:  # such as the negative bit, which says that all numbers count with the other sign
        return Odd("with " + ", ".join(str(key)[:20] for key in more[0]) if isinstance(more[0], dict) else "changed")
    return Pickled(storage, kind, offset, tuple(shape), tuple(strides))
