"""Before and after are measured on the same hidden characters of the same rows, whatever the tokenizers."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.evaluate.hidden import plan
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.windows import cut
from tests.evaluate.arms import FakeArm
from tests.tokenizers_made import byte_bpe, unigram, wordpiece

ARMS = [FakeArm(wordpiece(), max_length=40), FakeArm(byte_bpe(), max_length=40), FakeArm(unigram(), max_length=40)]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120), min_size=1, max_size=4)
)
def test_every_tokenizer_hides_whole_tokens_of_the_same_bytes(texts: list[str]) -> None:
    rows = [EvalText(f"r{number}", f"g{number}", text) for number, text in enumerate(texts)]
    windows = cut(rows, ARMS, 0.0)
    for hidden in plan(rows, windows, 0, 7):
        window = windows[hidden.window]
        spoken = [len(window.text[start:end].encode()) for start, end in hidden.spans_U2]
        assert hidden.bytes_U.tolist() == spoken
        for encoded in window.encoded:
            first_U, last_U = encoded.touching(hidden.spans_U2)
            touched = np.flatnonzero(first_U < last_U)
            assert np.all(encoded.starts_T[first_U[touched]] >= hidden.spans_U2[touched, 0])
            assert np.all(encoded.ends_T[last_U[touched] - 1] <= hidden.spans_U2[touched, 1])
