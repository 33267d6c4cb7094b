"""Tokens and tags: sentences, documents, text; and what is said of a broken line."""

from pathlib import Path

import datasets
import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, Rows
from acclimate.core.text import joined
from acclimate.sources.conll import Conll, looks_like_conll

CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O

Peter NNP B-NP B-PER

-DOCSTART- -X- -X- O

Rome NNP B-NP B-LOC
"""


def read(tmp_path: Path, data: str, **options: object) -> tuple[Rows, Counts]:
    path = tmp_path / "x.conll"
    path.write_bytes(data.encode())
    rows, counts = Conll.model_validate({"path": str(path), **options}).read("sources.train")
    counts.check("conll")
    return rows, counts


def test_a_line_that_names_the_columns_is_no_token(tmp_path: Path) -> None:
    rows, counts = read(tmp_path, "Token\tTag\nan\tO\nulcer\tB-X\n")
    assert rows["tokens"].to_pylist() == [["an", "ulcer"]]
    assert rows["row_id"].to_pylist() == ["x.conll:2"]
    assert counts.values == {"header lines left out": 1}
    rows, counts = read(tmp_path, "\ntoken\tO\nulcer\tB-X\n")
    assert rows["tokens"].to_pylist() == [["token", "ulcer"]]
    assert not counts.values


def test_sentences_and_documents(tmp_path: Path) -> None:
    rows, counts = read(tmp_path, CONLL_2003)
    assert rows.to_pylist()[0] == {
        "row_id": "x.conll:3",
        "tokens": ["EU", "rejects"],
        "tags": ["B-ORG", "O"],
        "text": "EU rejects",
        "document": "x.conll#1",
    }
    assert rows["row_id"].to_pylist() == ["x.conll:3", "x.conll:6", "x.conll:10"]
    assert rows["document"].to_pylist() == ["x.conll#1", "x.conll#1", "x.conll#2"]
    assert counts == Counts(3, 3)


def test_the_column_of_the_tag_is_chosen(tmp_path: Path) -> None:
    assert read(tmp_path, CONLL_2003, tag_column=1)[0]["tags"].to_pylist() == [["NNP", "VBZ"], ["NNP"], ["NNP"]]
    assert read(tmp_path, "O x\n", tag_column=0, token_column=1)[0]["tokens"].to_pylist() == [["x"]]


def test_tokens_and_tags_are_those_that_datasets_reads(tmp_path: Path) -> None:
    mine, _ = read(tmp_path, CONLL_2003)
    theirs = datasets.load_dataset(
        "conll",
        data_files=str(tmp_path / "x.conll"),
        column_names=["tokens", "pos", "chunk", "tags"],
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    assert mine["tokens"].to_pylist() == list(theirs["tokens"])
    assert mine["tags"].to_pylist() == list(theirs["tags"])


def test_tabs_windows_lines_and_a_token_that_is_a_wide_space(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "New York\tB-LOC\r\n\u3000\tO\r\n \r\n\r\nx\tO")
    assert rows["tokens"].to_pylist() == [["New York", "\u3000"], ["x"]]


@pytest.mark.parametrize(
    "tokens, text",
    [
        (["糖", "尿", "病", "1", "型"], "糖尿病1型"),
        (["我", "，", "B", "E"], "我，BE"),
        (["the", "糖尿病", "test"], "the 糖尿病 test"),
        (["A", "."], "A ."),
    ],
)
def test_text_has_spaces_where_the_script_does(tokens: list[str], text: str) -> None:
    assert joined(tokens) == text


@pytest.mark.parametrize(
    "line, said", [("lonely", "1 column: 'lonely'"), ("\tO", "an empty token"), ("a\t", "an empty tag")]
)
def test_a_broken_line_is_named_or_its_sentence_dropped(tmp_path: Path, line: str, said: str) -> None:
    data = f"a\tO\n\nb\tO\n{line}\nc\tO\n\nd\tO\n"
    with pytest.raises(UserError) as caught:
        read(tmp_path, data)
    assert f"{tmp_path}/x.conll, line 4: {said}" in str(caught.value)
    rows, counts = read(tmp_path, data, bad_lines="drop")
    assert rows["tokens"].to_pylist() == [["a"], ["d"]]
    assert counts == Counts(3, 2, dropped={"sentence with a broken line": 1})


def test_the_first_broken_lines_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="9 lines in all are broken") as caught:
        read(tmp_path, "x\n" * 9)
    assert len(caught.value.faults) == 5


@pytest.mark.parametrize(
    "data, said", [("", "empty"), ("\n\n", "not one sentence"), ("-DOCSTART- O\n", "not one sentence")]
)
def test_nothing_inside(tmp_path: Path, data: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(tmp_path, data)


def test_what_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.bio").write_bytes(b"a O\nGr\xf6\xdfe O\n")
    with pytest.raises(UserError, match=r"a\.bio, line 2: not utf-8"):
        Conll(path=str(tmp_path)).read("s")
    assert Conll(path=str(tmp_path), encoding="cp1252").read("s")[0]["text"].to_pylist() == ["a Größe"]
    assert len(Conll(path=str(tmp_path)).inputs("s")) == 1


@pytest.mark.parametrize(
    "start, conll",
    [
        ("of\tO\nthe\tB-Disease\n", True),
        ("EU\tNNP\tB-ORG\n", True),
        ("a\tNN\nb\tVB\n\nc\tNN\n", True),
        ("-DOCSTART-\tO\n", True),
        ("token\ttag\na\tO\n", False),
        ("text\tlabel\na\tO\n\n", False),
        ("a\tb\tc\nd\te\tf\n\ng\th\ti\n", False),
        ("only one\n\nx\n", False),
        ("", False),
    ],
)
def test_which_tsv_is_conll(start: str, conll: bool) -> None:
    assert looks_like_conll(start) is conll


@pytest.mark.shared_data
def test_real_diseases(shared_data: Path) -> None:
    rows, counts = Conll(path=str(shared_data / "ncbi-disease" / "train.tsv")).read("sources.train")
    counts.check("conll")
    lines = (shared_data / "ncbi-disease" / "train.tsv").read_text().split("\n")
    assert sum(len(tags) for tags in rows["tags"].to_pylist()) == sum(1 for line in lines if line)
    assert {tag for tags in rows["tags"].to_pylist() for tag in tags} == {"O", "B-Disease", "I-Disease"}
