"""Secrets never reach a report or a model card; reports escape all that came from data. (Logs, checkpoints: below.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from acclimate.report.write import write_card, write_reports
from tests.report.example import example_proof, with_every_text

SECRETS = {
    "a Hub token": ("hf_AbCdEfGhIjKlMnOpQrStUvWxYz", "hf_AbCdEfGhIjKlMnOpQrStUvWxYz"),
    "a password in an address": ("postgresql://ann:correct-horse@db/records", "correct-horse"),
    "a signed address": ("https://x.org/rows.csv?sig=a1b2c3d4e5&rows=3", "a1b2c3d4e5"),
    "an AWS key": ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    "an override": ("sources.train.token=a1b2c3d4e5", "a1b2c3d4e5"),
    "a header": ("Authorization: Bearer a1b2c3d4e5", "a1b2c3d4e5"),
    "a line of YAML": ("\n  password: a1b2c3d4e5\n", "a1b2c3d4e5"),
    "a home directory": ("/home/ann-example/records.csv", "ann-example"),
}


@pytest.mark.parametrize("kind", SECRETS)
def test_no_report_and_no_card_holds_a_secret(kind: str, tmp_path: Path) -> None:
    text, secret = SECRETS[kind]
    proof = with_every_text(example_proof().without_examples(), text)
    written = [*write_reports(proof, tmp_path), write_card(proof, tmp_path)]
    assert len(written) == 4
    assert not [path.name for path in written if secret in path.read_text(encoding="utf-8")]


def test_a_secret_of_the_environment_is_known_by_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_PASSWORD", "plain-looking-words")
    proof = with_every_text(example_proof().without_examples(), "no login with plain-looking-words")
    written = [*write_reports(proof, tmp_path), write_card(proof, tmp_path)]
    assert not [path.name for path in written if "plain-looking-words" in path.read_text(encoding="utf-8")]


def test_what_came_from_data_is_escaped_in_every_report(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    proof = with_every_text(example_proof(), hostile)
    pages = [path for path in write_reports(proof, tmp_path) if path.suffix == ".html"]
    assert len(pages) == 2
    assert not [path.name for path in pages if hostile in path.read_text(encoding="utf-8")]
