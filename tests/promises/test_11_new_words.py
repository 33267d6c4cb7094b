"""New tokens change how no other text is tokenised."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.tokens.vocabulary import add_tags
from tests.tokenizers_made import ALL

TAGS = ["<patient>", "</patient>", "<event>", "</event>"]


@pytest.mark.parametrize("kind", sorted(ALL))
def test_tags_are_one_token_each_and_the_rest_is_as_before(kind: str) -> None:
    before, after = ALL[kind](), copy.deepcopy(ALL[kind]())
    new = add_tags(after, TAGS)
    assert len(new) == len(TAGS)

    @given(st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]), max_size=40))
    def same(text: str) -> None:
        ids = before(text, add_special_tokens=False)["input_ids"]
        assert after(text, add_special_tokens=False)["input_ids"] == ids
        wrapped = after(f"<patient>{text}</patient>", add_special_tokens=False)["input_ids"]
        assert (wrapped[0], wrapped[-1]) == (new[0], new[1])

    same()
