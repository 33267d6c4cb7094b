from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.rows import with_about
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.tokens.section import Tokens

PLAIN = pa.table({"row_id": ["a:1"], "text": ["x"]})
TAGGED = with_about(PLAIN, {"tags": ["<event>", "</event>"]})


def test_batches_are_padding_free_unless_another_way_is_named() -> None:
    assert isinstance(Tokens().batch, PaddingFree)
    assert isinstance(Tokens(batch="pad").batch, Pad)  # type: ignore[arg-type]
    assert Tokens.model_validate({"batch": {"name": "padding_free", "batch_tokens": 64}}).batch.batch_tokens == 64  # type: ignore[attr-defined]
    assert Tokens.model_validate(Tokens(max_length=9).model_dump(mode="json")) == Tokens(max_length=9)


def test_the_longest_window_is_the_models_unless_less_is_asked_for() -> None:
    assert Tokens().length(512, "tokens") == 512
    assert Tokens(max_length=128).length(512, "tokens") == 128
    with pytest.raises(UserError, match=r"adapt\.tokens\.max_length: 1024 tokens, but the model takes 512"):
        Tokens(max_length=1024).length(512, "adapt.tokens")


def test_a_stride_must_leave_room_for_something_new() -> None:
    assert Tokens(max_length=16, stride=8).length(512, "tokens") == 16
    with pytest.raises(UserError, match=r"tokens\.stride: 9 tokens of a window of 16"):
        Tokens(max_length=16, stride=9).length(512, "tokens")


@pytest.mark.parametrize("options", [{"max_length": 7}, {"max_length": 1_000_001}, {"stride": -1}, {"max_lenght": 9}])
def test_what_is_out_of_range_or_unknown_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Tokens.model_validate(options)


def test_tags_become_special_tokens_where_there_are_some() -> None:
    assert Tokens().new_tokens(TAGGED, "tokens") == ["<event>", "</event>"]
    assert Tokens(tags=True).new_tokens(TAGGED, "tokens") == ["<event>", "</event>"]
    assert Tokens(tags=False).new_tokens(TAGGED, "tokens") == []
    assert Tokens().new_tokens(PLAIN, "tokens") == []
    with pytest.raises(UserError, match="the rows have no tags") as caught:
        Tokens(tags=True).new_tokens(PLAIN, "adapt.tokens")
    assert "prepare: tagged" in str(caught.value)


def test_listed_tokens_are_added_once_also_written_as_in_seed_000() -> None:
    listed = Tokens.model_validate({"additional_special_tokens": "<session>, </session>,<event>"})
    assert listed.additional_special_tokens == ("<session>", "</session>", "<event>")
    assert listed.new_tokens(TAGGED, "tokens") == ["<event>", "</event>", "<session>", "</session>"]
    assert Tokens(additional_special_tokens=("<a>",)).new_tokens(PLAIN, "tokens") == ["<a>"]


def test_words_come_as_a_list_a_text_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("graft\n\n  stents \r\ngraft\n", encoding="utf-8-sig")
    for written in (["graft", "stents", "graft"], "graft, stents", str(path), f"@{path}"):
        assert Tokens.model_validate({"additional_tokens": written}).additional_tokens == ("graft", "stents")
    dumped = Tokens.model_validate({"additional_tokens": str(path)}).model_dump(mode="json")
    assert dumped["additional_tokens"] == ["graft", "stents"], (
        "a resolved recipe holds the words: what is made goes by them"
    )


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    for name in ("absent.txt", "latin.txt"):
        with pytest.raises(ValidationError, match=rf"one word a line .*{name}"):
            Tokens.model_validate({"additional_tokens": str(tmp_path / name)})
    with pytest.raises(ValidationError, match="none of them empty"):
        Tokens(additional_tokens=("graft", " "))


def test_blocks_have_no_stride() -> None:
    assert Tokens.model_validate({"batch": "concat"}).joins
    assert not Tokens().joins
    with pytest.raises(ValidationError, match="stride 0 with batch: concat"):
        Tokens.model_validate({"batch": "concat", "stride": 4})
