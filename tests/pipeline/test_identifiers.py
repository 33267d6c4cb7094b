import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from acclimate.pipeline.check import check
from acclimate.pipeline.run import run
from acclimate.prepare import pseudonymise
from tests.pipeline import tiny

SQL = {"name": "sql", "query": "select text || ' ' || ssn as text, ssn, mrn, source from rows"}
KEY = "a key of more than sixteen signs"


def people(place: Path) -> Path:
    """Texts of patients with two numbers each; in every ninth text a telephone number."""
    rows = []
    for number, row in enumerate(tiny.texts()):
        text = row["text"] + (" call 617-555-0123" if number % 9 == 0 else "")
        rows.append({**row, "text": text, "ssn": f"123-45-{1000 + number}", "mrn": f"A{number:05d}"})
    return tiny.write_rows(place / "rows.jsonl", rows)


def recipe(encoder: Path, place: Path, *steps: Any) -> dict[str, Any]:
    data = tiny.recipe(encoder, people(place), place / "out")
    data["prepare"] = [*steps, *data["prepare"]]
    return data


def test_check_names_columns_and_text_and_shows_no_value(encoder: Path, tmp_path: Path) -> None:
    facts = check(recipe(encoder, tmp_path, SQL)).phases[0]
    said = "\n".join([*facts.warnings, *facts.left_out])
    (column,) = [one for one in facts.warnings if "column ssn" in one]
    assert "rows.jsonl (train), column ssn: the number of a document, by its name, in 100 % of rows" in column
    assert "such as 9**-**-****" in column
    assert "it stands in the text that is learnt" in column
    assert "prepare: pseudonymise" in column
    (text,) = [one for one in facts.warnings if "numbers of documents in 100 % of rows" in one]
    assert "(72 of 72 looked at)" in text
    (phone,) = [one for one in facts.warnings if "telephone numbers" in one]
    assert "in 11 % of rows (8 of 72 looked at), such as 9**-***-****" in phone
    assert [one for one in facts.left_out if "column mrn: a record number, by its name" in one]
    assert "617-555" not in said
    assert "123-45" not in said


def test_what_was_pseudonymised_is_not_named_again(encoder: Path, tmp_path: Path) -> None:
    facts = check(recipe(encoder, tmp_path, SQL, "pseudonymise")).phases[0]
    assert facts.warnings == ()
    assert [one for one in facts.left_out if "column ssn" in one]


def test_a_key_is_kept_nowhere_and_the_same_run_again_does_nothing(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", KEY)
    data = recipe(encoder, tmp_path, SQL, {"name": "pseudonymise", "key_env": "A_KEY"})
    run(data)
    files = tiny.everything(tmp_path / "out")
    assert not [name for name, content in files.items() if KEY.encode() in content or b"123-45-10" in content]
    (trained,) = (tmp_path / "out").glob("*-train/model/model.safetensors")
    before = trained.stat().st_mtime_ns
    run(data)
    assert trained.stat().st_mtime_ns == before


def test_a_drawn_key_is_written_nowhere(encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = bytes(range(100, 132))
    monkeypatch.setattr(pseudonymise, "_drawn", lambda: key)
    derived = hashlib.blake2b(key, key=b"surrogates").digest()
    run(recipe(encoder, tmp_path, SQL, "pseudonymise"))
    files = tiny.everything(tmp_path / "out")
    assert len(files) > 10
    for secret in (key, derived):
        for form in (secret, secret.hex().encode(), base64.b64encode(secret), str(list(secret)).encode()):
            assert not [name for name, content in files.items() if form in content]
    assert not [name for name, content in files.items() if b"123-45-10" in content]


def test_a_run_with_a_drawn_key_goes_on_with_the_rows_it_has(encoder: Path, tmp_path: Path) -> None:
    data = recipe(encoder, tmp_path, SQL, "pseudonymise")
    run(data)
    (rows,) = (tmp_path / "out").glob("*-prepare/rows.arrow")
    (trained,) = (tmp_path / "out").glob("*-train/model/model.safetensors")
    before = rows.read_bytes(), trained.stat().st_mtime_ns
    run(data)
    assert (rows.read_bytes(), trained.stat().st_mtime_ns) == before
