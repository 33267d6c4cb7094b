from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from acclimate.tokens.windows import Window, plain_windows, tagged_windows


def own(windows: list[Window]) -> list[int]:
    return [place for window in windows for place in range(window.begin, window.end)]


def test_a_short_text_is_one_window() -> None:
    assert plain_windows(5, 5, 2) == [Window(0, 0, 0, 5)]
    assert plain_windows(0, 5, 2) == [Window(0, 0, 0, 0)]
    assert tagged_windows(0, 5, 0, []) == [Window(0, 0, 0, 0)]


def test_a_long_text_is_cut_with_stride() -> None:
    assert plain_windows(11, 5, 2) == [Window(0, 0, 0, 5), Window(3, 5, 5, 8), Window(6, 8, 8, 11)]
    assert plain_windows(11, 5, 0) == [Window(0, 0, 0, 5), Window(5, 5, 5, 10), Window(10, 10, 10, 11)]


def test_a_record_is_cut_between_events_and_its_header_is_repeated() -> None:
    """Header of 3, events at 3-6, 6-9, 9-12, 12-13; 10 fit: two events beside the header, not two and a third."""
    assert tagged_windows(13, 10, 3, [3, 6, 9, 12]) == [Window(0, 0, 0, 9), Window(0, 3, 9, 13)]


def test_an_event_longer_than_the_room_begins_a_window_and_is_cut() -> None:
    """Header of 2, an event of 3, one of 12, one of 2; 8 fit, that is 6 beside the header."""
    windows = tagged_windows(19, 8, 2, [2, 5, 17])
    assert windows == [Window(0, 0, 0, 5), Window(0, 2, 5, 11), Window(0, 2, 11, 17), Window(0, 2, 17, 19)]


def test_what_is_left_of_a_cut_event_shares_its_window_with_the_next() -> None:
    windows = tagged_windows(19, 9, 2, [2, 5, 17])
    assert windows == [Window(0, 0, 0, 5), Window(0, 2, 5, 12), Window(0, 2, 12, 19)]


@given(st.integers(0, 300), st.integers(1, 40), st.integers(0, 39))
def test_plain_windows_hold_every_token_once(count: int, room: int, stride: int) -> None:
    stride = min(stride, room - 1)
    windows = plain_windows(count, room, stride)
    assert own(windows) == list(range(count))
    for window in windows:
        assert window.end - window.begin + window.context_end - window.context <= room
        assert window.end > window.begin or count == 0
    assert all(window.context_end - window.context == stride for window in windows[1:])
    assert all(window.context_end == window.begin for window in windows[1:])


@given(st.integers(1, 300), st.integers(2, 40), st.data())
def test_tagged_windows_hold_every_token_once_and_whole_events_where_they_fit(
    count: int, room: int, data: st.DataObject
) -> None:
    header = data.draw(st.integers(0, min(room // 2, count)))
    cuts = sorted(data.draw(st.sets(st.integers(0, count))))
    windows = tagged_windows(count, room, header, cuts)
    assert own(windows) == list(range(count))
    for window in windows:
        assert window.end - window.begin + window.context_end - window.context <= room
        assert window.end > window.begin
    assert all((window.context, window.context_end) == (0, header) for window in windows[1:])
    borders = [*(cut for cut in cuts if header < cut < count), count]
    begins = {window.begin for window in windows}
    for begin, end in pairwise([header, *borders]):
        if end - begin <= room - header:
            assert not begins & set(range(begin + 1, end)), "an event that fits is not torn"
    for number, (window, following) in enumerate(pairwise(windows)):
        next_end = min(border for border in borders if border > following.begin)
        assert next_end - window.begin > room - (header if number else 0), "a window is as full as it can be"
