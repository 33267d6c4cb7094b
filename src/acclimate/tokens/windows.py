"""How a text that is longer than the model's sequence is cut. Places are tokens of the text, without added ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Window(NamedTuple):
    """Tokens [begin, end), which no other window learns, after tokens [context, context_end), which one before it has."""

    context: int
    context_end: int
    begin: int
    end: int


def plain_windows(count: int, room: int, stride: int) -> list[Window]:
    """Cut `count` tokens into windows of at most `room`, each beginning with the last `stride` tokens before it."""
    windows = [Window(0, 0, 0, min(room, count))]
    while windows[-1].end < count:
        begin = windows[-1].end
        windows.append(Window(begin - stride, begin, begin, min(begin + room - stride, count)))
    return windows


def tagged_windows(count: int, room: int, header: int, cuts: Sequence[int]) -> list[Window]:
    """Cut a record into windows that each begin with its header and hold as many whole events as fit.

    Takes: `header`, tokens of the header; `cuts`, where an event begins or ends, in order. An event that alone is longer
    than the room is cut wherever the window is full.
    """
    borders = [*(cut for cut in cuts if header < cut < count), count]
    windows: list[Window] = []
    begin, place = 0, 0
    while begin < count:
        full = begin + room - (header if windows else 0)
        end = begin
        while place < len(borders) and borders[place] <= full:
            end = borders[place]
            place += 1
        if end == begin:
            end = full
        windows.append(Window(0, header if windows else 0, begin, end))
        begin = end
    return windows or [Window(0, 0, 0, 0)]


def one_window(count: int, room: int, cut: str) -> Window:
    """Give the one window of a text of `count` > `room` tokens whose "right", "left" or middle ("head_tail") is cut.

    Of head and tail the head has a quarter of the room (Sun et al. 2019, arXiv 1905.05583: 128 of 510).
    """
    if cut == "head_tail":
        head = room // 4
        return Window(0, head, count - (room - head), count)
    return Window(0, 0, count - room, count) if cut == "left" else Window(0, 0, 0, room)
