"""What a torch .bin describes, read without running it: names, shapes, and where each tensor's bytes lie in the file.

A .bin is a program for Python's unpickler. It is not given to one: `pickletools` names its instructions one by one, and
only those that make a dictionary of tensors are followed here. A program that asks for anything else is refused.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from acclimate.core.errors import Fault, UserError

_STORAGES = {
    "torch.FloatStorage": "float32",
    "torch.DoubleStorage": "float64",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ShortStorage": "int16",
    "torch.CharStorage": "int8",
    "torch.ByteStorage": "uint8",
    "torch.BoolStorage": "bool",
    "torch.storage.UntypedStorage": "uint8",
}
ITEM_BYTES = {
    "float64": 8, "int64": 8, "uint64": 8, "float32": 4, "int32": 4, "uint32": 4, "float16": 2, "bfloat16": 2, "int16": 2,
    "uint16": 2, "int8": 1, "uint8": 1, "bool": 1, "float8_e4m3fn": 1, "float8_e5m2": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Storage:
    """A stretch of numbers in the file; several tensors may lie in one."""

    dtype: str
    key: str
    count: int


@dataclass(frozen=True)
class Described:
    """A tensor as the file describes it: `offset`, `size` and `stride` count elements of `dtype`."""

    storage: Storage
    dtype: str
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


@dataclass(frozen=True)
class _Global:
    """A name that the program asks for. It stays a name: nothing is imported."""

    name: str


class _NotTensorsError(Exception):
    """The program wants something that no file of tensors needs."""


@dataclass
class _Machine:
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def since_mark(self) -> list[Any]:
        start = self.marks.pop()
        found = self.stack[start:]
        del self.stack[start:]
        return found


def follow(stream: Any, where: str) -> Any:
    """Give what one pickle describes: dictionaries, lists, tuples, texts, numbers and `Described` tensors.

    Takes: `stream`, bytes or what reads as a file does, read up to the pickle's end; `where`, the file's name for messages.
    Raises: UserError where the program asks for something else, or is damaged.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            _step(machine, opcode.name, argument)
        return machine.stack.pop()
    except _NotTensorsError as error:
        raise refused(where, str(error)) from None
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise damaged(where, str(error).splitlines()[0] if str(error) else type(error).__name__) from None


def damaged(where: str, reason: str) -> UserError:
    """Give the error for a file that is not what its name says."""
    return UserError(
        Fault(where, f"not a whole torch file ({reason})", "weights as torch.save writes them", "get the file anew")
    )


def refused(where: str, found: str) -> UserError:
    """Give the error for a file that holds more than tensors."""
    return UserError(
        Fault(where, found, "tensors by name, nothing else",
              "nothing of it was run; don't load this file elsewhere, take a base with model.safetensors")
    )  # fmt: skip


def _step(machine: _Machine, name: str, argument: Any) -> None:
    stack = machine.stack
    if name in _NOTHING:
        return
    if name in _VALUES:
        stack.append(argument)
    elif name in _MAKES:
        stack.append(_MAKES[name]())
    elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
        machine.memo[argument] = stack[-1]
    elif name in ("BINGET", "LONG_BINGET", "GET"):
        stack.append(machine.memo[argument])
    elif name in ("GLOBAL", "STACK_GLOBAL"):
        parts = argument.split(" ") if name == "GLOBAL" else [stack.pop(), stack.pop()][::-1]
        stack.append(_known(".".join(parts)))
    elif name in _STEPS:
        _STEPS[name](machine)
    elif name == "REDUCE":
        arguments, called = stack.pop(), stack.pop()
        stack.append(_called(called, arguments))
    else:
        raise _NotTensorsError(f"holds the instruction {name}, which no file of tensors needs")


_NOTHING = {"PROTO", "FRAME", "STOP"}
_VALUES = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "BINFLOAT", "FLOAT", "UNICODE", "BINUNICODE",
    "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING",
}  # fmt: skip
_MAKES: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}


def _mark(machine: _Machine) -> None:
    machine.marks.append(len(machine.stack))


def _memoize(machine: _Machine) -> None:
    machine.memo[len(machine.memo)] = machine.stack[-1]


def _last(count: int) -> Callable[[_Machine], None]:
    def make(machine: _Machine) -> None:
        found = [machine.stack.pop() for _ in range(count)]
        machine.stack.append(tuple(reversed(found)))

    return make


def _tuple(machine: _Machine) -> None:
    machine.stack.append(tuple(machine.since_mark()))


def _append(machine: _Machine) -> None:
    value = machine.stack.pop()
    machine.stack[-1].append(value)


def _appends(machine: _Machine) -> None:
    values = machine.since_mark()
    machine.stack[-1].extend(values)


def _set_item(machine: _Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _put(machine.stack[-1], [key], [value])


def _set_items(machine: _Machine) -> None:
    found = machine.since_mark()
    _put(machine.stack[-1], found[::2], found[1::2])


def _put(into: Any, keys: list[Any], values: list[Any]) -> None:
    for key, value in zip(keys, values, strict=True):
        if not isinstance(key, str):
            raise _NotTensorsError(f"holds an entry named by a {type(key).__name__}, not by a text")
        into.update({key: value})


def _build(machine: _Machine) -> None:
    """An OrderedDict's attributes: torch keeps the modules' versions there, which say nothing of the tensors."""
    machine.stack.pop()
    machine.stack[-1].update({})


def _persistent(machine: _Machine) -> None:
    kind, dtype, key, _device, count, *view = machine.stack.pop()
    if kind != "storage" or any(view):
        raise _NotTensorsError(f"holds a {kind} that is no plain storage")
    machine.stack.append(Storage(_STORAGES[dtype.name], str(key), _whole(count)))


_STEPS: dict[str, Callable[[_Machine], None]] = {
    "MARK": _mark,
    "MEMOIZE": _memoize,
    "TUPLE": _tuple,
    "TUPLE1": _last(1),
    "TUPLE2": _last(2),
    "TUPLE3": _last(3),
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "BUILD": _build,
    "BINPERSID": _persistent,
}


def _tensor(storage: Storage, offset: int, size: Any, stride: Any, dtype: str) -> Described:
    whole = tuple(_whole(number) for number in size), tuple(_whole(number) for number in stride)
    count, last = 1, _whole(offset)
    for length, step in zip(*whole, strict=True):
        count *= length
        last += (length - 1) * step
    room = storage.count * ITEM_BYTES[storage.dtype] // ITEM_BYTES[dtype]
    if count and (last >= room or count > room):
        raise ValueError("a tensor that is larger than its storage")
    return Described(storage, dtype, offset, *whole)


def _whole(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError(f"{number!r} where a length should stand")
    return number


def _plain(storage: Storage, offset: int, size: Any, stride: Any, *rest: Any) -> Described:
    if any(rest[2:]):  # conjugate and negative bits: the numbers are not what lies in the file
        raise _NotTensorsError("holds a tensor whose numbers are not what lies in the file")
    return _tensor(storage, offset, size, stride, storage.dtype)


def _of_dtype(storage: Storage, offset: int, size: Any, stride: Any, *rest: Any) -> Described:
    if any(rest[3:]):
        raise _NotTensorsError("holds a tensor whose numbers are not what lies in the file")
    return _tensor(storage, offset, size, stride, rest[2].name.removeprefix("torch."))


_CALLS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": dict,
    "torch._utils._rebuild_tensor": _plain,
    "torch._utils._rebuild_tensor_v2": _plain,
    "torch._utils._rebuild_tensor_v3": _of_dtype,
    "torch._utils._rebuild_parameter": lambda tensor, *_: tensor,
}
_NAMES = {*_CALLS, *_STORAGES, *(f"torch.{name}" for name in ITEM_BYTES)}


def _known(name: str) -> _Global:
    if name not in _NAMES:
        raise _NotTensorsError(f"asks for {name}, which is no part of a tensor")
    return _Global(name)


def _called(called: Any, arguments: Any) -> Any:
    if not isinstance(called, _Global) or called.name not in _CALLS:
        name = called.name if isinstance(called, _Global) else type(called).__name__
        raise _NotTensorsError(f"calls {name}, which makes no tensor")
    return _CALLS[called.name](*arguments)
