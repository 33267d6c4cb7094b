import pyarrow as pa
import pytest

from acclimate.core.rows import with_about
from acclimate.tokens import cache
from acclimate.tokens.cache import code_version, rows_hash, tokenizer_hash
from acclimate.tokens.vocabulary import add_tags
from tests.tokenizers_made import byte_bpe, wordpiece

ROWS = pa.table({"row_id": ["a:1", "a:2"], "_role": ["train", "test"], "text": ["the patient", None]})


def test_the_hash_is_of_what_rows_hold_not_of_how_they_lie_in_memory() -> None:
    chunked = pa.concat_tables([ROWS.slice(0, 1), ROWS.slice(1)])
    longer = pa.concat_tables([pa.table({"row_id": ["x"], "_role": ["x"], "text": ["x"]}), ROWS])
    large = ROWS.cast(pa.schema({"row_id": pa.large_string(), "_role": pa.string(), "text": pa.large_string()}))
    other_columns = ROWS.append_column("age", pa.array([1, 2]))
    for same in (chunked, longer.slice(1), large, other_columns, with_about(ROWS, {"separator": ","})):
        assert rows_hash(same) == rows_hash(ROWS)


@pytest.mark.parametrize(
    "column, values",
    [
        ("text", ["the patient", ""]),
        ("text", ["the patien", "t"]),
        ("row_id", ["a:1", "a:3"]),
        ("_role", ["train", "train"]),
        ("header_chars", [1, 0]),
        ("cuts", [[1], []]),
    ],
)
def test_it_changes_with_every_column_that_is_read(column: str, values: list[object]) -> None:
    assert rows_hash(
        ROWS.drop_columns([column] if column in ROWS.column_names else []).append_column(column, [values])
    ) != rows_hash(ROWS)


def test_it_changes_with_order_and_tags() -> None:
    assert rows_hash(ROWS.take([1, 0])) != rows_hash(ROWS)
    assert rows_hash(with_about(ROWS, {"tags": ["<a>"]})) != rows_hash(ROWS)


def test_a_tokenizer_is_its_vocabulary_rules_and_special_tokens() -> None:
    first = tokenizer_hash(wordpiece())
    assert first == tokenizer_hash(wordpiece())
    assert first != tokenizer_hash(byte_bpe())
    used = wordpiece()
    used(["a", "a b c"], padding=True, truncation=True, max_length=3)
    assert tokenizer_hash(used) == first, "whoever called it last leaves no trace"
    add_tags(used, ["<a>"])
    assert tokenizer_hash(used) != first
    named = wordpiece()
    named.eos_token = "[SEP]"
    assert tokenizer_hash(named) != first


def test_the_code_is_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = code_version()
    code_version.cache_clear()
    assert code_version() == now
    code_version.cache_clear()
    monkeypatch.setattr(cache, "version", lambda _: "another")
    assert code_version() != now
    code_version.cache_clear()
