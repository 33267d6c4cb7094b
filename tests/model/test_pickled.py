import os
import pickle
import pickletools
import struct
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.model.pickled import Described, Storage, follow

V2 = b"ctorch._utils\n_rebuild_tensor_v2\n"
STORAGE = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"


def tensor(offset: int, size: tuple[int, ...], stride: tuple[int, ...], make: bytes = V2) -> bytes:
    """The program of a tensor in a storage of six float32."""
    numbers = [b"(" + b"".join(b"J" + struct.pack("<i", number) for number in one) + b"t" for one in (size, stride)]
    return b"\x80\x02" + make + b"(" + STORAGE + b"J" + struct.pack("<i", offset) + b"".join(numbers) + b"\x89}tR."


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize(
    "data",
    [{"a": 1, "b": [1, 2.5, None, True]}, OrderedDict(x=(1,), y=(1, 2), z=(1, 2, 3, 4)), "text", {}, [], (), 2**70],
)
def test_plain_data_comes_as_pickle_makes_it(data: Any, protocol: int) -> None:
    assert follow(pickle.dumps(data, protocol), "x") == data


def test_a_tensor_is_described() -> None:
    wanted = Described(Storage("float32", "0", 6), "float32", 1, (2, 2), (3, 1))
    assert follow(tensor(1, (2, 2), (3, 1)), "x") == wanted


@pytest.mark.parametrize(
    "program, whole",
    [
        (tensor(0, (2, 3), (3, 1)), True),
        (tensor(0, (6,), (1,)), True),
        (tensor(0, (7,), (1,)), False),  # longer than the storage
        (tensor(1, (6,), (1,)), False),  # ends behind it
        (tensor(0, (2, 3), (4, 1)), False),  # its last row does
        (tensor(-1, (2,), (1,)), False),  # starts before it
        (tensor(0, (2,), (-1,)), False),
        (tensor(0, (1_000_000, 1_000), (0, 0)), False),  # one number, repeated until memory is full
        (tensor(0, (2, 3), (1,)), False),
        (tensor(9, (0, 3), (3, 1)), True),  # nothing of it is read
    ],
)
def test_a_tensor_lies_inside_its_storage(program: bytes, whole: bool) -> None:
    if whole:
        assert isinstance(follow(program, "x"), Described)
        return
    with pytest.raises(UserError, match="not a whole torch file"):
        follow(program, "x")


class Poison:
    def __init__(self, called: Callable[..., Any], *arguments: Any) -> None:
        self.parts = called, arguments

    def __reduce__(self) -> Any:
        return self.parts


@pytest.mark.parametrize("protocol", range(1, 6))
@pytest.mark.parametrize("inside", [lambda it: it, lambda it: {"a": it}, lambda it: [(it,)]])
def test_a_call_is_refused_by_its_name_and_not_made(
    inside: Callable[[Any], Any], protocol: int, tmp_path: Path
) -> None:
    place = tmp_path / "executed"
    program = pickle.dumps(inside(Poison(os.mkdir, str(place))), protocol)
    with pytest.raises(UserError, match=r"asks for posix\.mkdir"):
        follow(program, "weights.bin")
    assert not place.exists()
    pickle.loads(program)  # noqa: S301  it has to run here, to prove that it does not run there
    assert place.is_dir()


@pytest.mark.parametrize(
    "program, found",
    [
        (b"(S'touch x'\nios\nsystem\n.", "the instruction INST"),
        (b"(cos\nsystem\nS'touch x'\no.", "asks for os.system"),
        (b"ctorch\nFloatStorage\n)\x81.", "the instruction NEWOBJ"),
        (b"\x82\x01.", "the instruction EXT1"),
        (b"P1\n.", "the instruction PERSID"),
        (b"N2.", "the instruction DUP"),
        (b"cbuiltins\neval\n.", "asks for builtins.eval"),
        (b"c__builtin__\nexec\n.", "asks for __builtin__.exec"),
        (b"ctorch\nload\n.", "asks for torch.load"),
        (b"ctorch\nhub.load\n.", "asks for torch.hub.load"),
        (b"ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage"),
        (b"S'os'\n)R.", "calls str"),
        (b"\x8c\x02os\x8c\x06system\x93.", "asks for os.system"),
        (b"\x8c\x05torch\x8c\x0c_utils.evil!\x93.", "asks for torch._utils.evil!"),
        (b"}" + b")" + b"\x85" * 100_000 + b"K\x01s.", "named by a tuple"),  # hashing it would overflow the stack
    ],
)
def test_other_instructions_and_names_are_refused(program: bytes, found: str) -> None:
    with pytest.raises(UserError) as caught:
        follow(program, "weights.bin")
    assert str(caught.value).startswith("weights.bin: ")
    assert found in str(caught.value)


@pytest.mark.parametrize(
    "program", [b".", b"R.", b"h\x01.", b"t.", b"K\x01", b"\xff.", b"](K\x01u.", b"}(U\x01au.", b"I" + b"9" * 9_000 + b"\n."]
)  # fmt: skip
def test_a_damaged_program_is_said(program: bytes) -> None:
    with pytest.raises(UserError, match=r"weights\.bin: (not a whole torch file|holds)"):
        follow(program, "weights.bin")


def test_every_instruction_of_pickle_is_followed_or_refused() -> None:
    for opcode in pickletools.opcodes:
        body = opcode.code.encode("latin-1") + b"\x00" * 20 + b"\n\n."
        with pytest.raises(UserError):
            follow(body, "x")
