from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from acclimate.report.redact import REMOVED, redact, redact_all, redact_yaml

SECRETS = [
    ("hf_AbCdEfGhIjKlMnOpQrStUvWxYz12345678", "hf_AbCd"),
    ("token hf_AbCdEfGhIjKlMnOpQrStUvWxYz12345678, then on", "hf_AbCd"),
    ("AKIAIOSFODNN7EXAMPLE", "AKIAIOS"),
    ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
    ('{"aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG"}', "wJalr"),
    ("postgresql://ann:s3cr3t-pass@db.hospital.org/records", "s3cr3t"),
    ("postgresql://ann:s3cr3t/with@at@db/records", "s3cr3t"),
    ("https://onlytoken42@example.org/x", "onlytoken42"),
    ("https://x.org/f.csv?token=verysecret&rows=5", "verysecret"),
    ("https://x.org/f.csv?rows=5&key=verysecret", "verysecret"),
    ("https://a.blob.core/f?sv=1&sig=verysecret%3D", "verysecret"),
    ("https://b.s3.aws/f?X-Amz-Signature=verysecret&X-Amz-Credential=alsosecret", "secret&"),
    ("https://b.s3.aws/f?X-Amz-Credential=alsohidden", "alsohidden"),
    ("Authorization: Bearer abcDEF123456.xyz", "abcDEF"),
    ("curl -H 'authorization: Basic dXNlcjpwYXNz'", "dXNlcjpw"),
    ("run x.yaml model.token=verysecret seed=1", "verysecret"),
    ("DefaultEndpointsProtocol=https;AccountKey=verysecret==;x=1", "verysecret"),
    ("password: hunter2", "hunter2"),
    ("sources:\n  train:\n    password: two words\n      and more\n    table: x", "words"),
    ("sources:\n  train:\n    password: two words\n      and more\n    table: x", "and more"),
    ("- password: |\n    line one\n\n    line two\n- x", "line two"),
    ("storage: {secret: 'verysecret', table: x}", "verysecret"),
    ("storage: {token: verysecret, table: x}", "verysecret"),
    ("github ghp_abcdefghijklmnopqrstuvwxyz012345", "ghp_abc"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sflKxw", "eyJhbGci"),
]


@pytest.mark.parametrize("text,secret", SECRETS)
def test_secrets_are_removed(text: str, secret: str) -> None:
    clean = redact(text)
    assert secret in text
    assert secret not in clean
    assert REMOVED in clean


KEPT = [
    "sources: {train: {path: s3://bucket/home/train/*.parquet}}",
    "masking: {name: token, masking_sep_token: ',', mask: value}",
    "tokens: {max_length: 512, tags: true}",
    "mask_token: '[MASK]'",
    "primary: bits_per_byte",
    "key: patient_id",
    "postgresql://db.hospital.org:5432/records",
    "https://example.org/a?rows=5&columns=x",
    "ann@hospital.org asked",
    "8 tags were added; 14.8 % of tokens hidden",
    "sk-learn, hf_hub, tokenizers 0.24",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_what_stands_beside_a_secret_stays() -> None:
    assert redact("https://x.org/f.csv?token=abc&rows=5#top") == f"https://x.org/f.csv?token={REMOVED}&rows=5#top"
    assert redact("postgresql://ann:pw@db/records") == f"postgresql://{REMOVED}@db/records"
    yaml = "a:\n  password: x\n   y\n  table: t\nb: 1"
    assert redact(yaml) == f"a:\n  password: {REMOVED}\n  table: t\nb: 1"


@pytest.mark.parametrize(
    "text,clean",
    [
        ("/home/ann/data/x.csv", "~/data/x.csv"),
        ("read '/Users/ann/x.csv', kept", "read '~/x.csv', kept"),
        (r"C:\Users\Ann Smith\x.csv", r"~\x.csv"),
        ("file:///home/ann/x", "file://~/x"),
        ("/root/acclimate", "~/acclimate"),
        ("/rooted/x", "/rooted/x"),
        ("/data/home/x", "/data/home/x"),
    ],
)
def test_home_directories_become_a_tilde(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_the_own_home_may_lie_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/srv/people/ann")
    assert redact("/srv/people/ann/x.csv and /srv/people/anna") == "~/x.csv and /srv/people/anna"
    monkeypatch.setenv("HOME", "/")
    assert redact("/srv/people") == "/srv/people"
    monkeypatch.delenv("HOME")
    assert redact("/srv/people") == "/srv/people"


def test_secrets_of_the_environment_are_known_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSPITAL_DB_PASSWORD", "correct-horse-battery")
    assert redact("could not log in with correct-horse-battery") == f"could not log in with {REMOVED}"


def test_the_working_directory_is_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PWD", "/srv/work")
    monkeypatch.setenv("OLDPWD", "/srv/data")
    assert redact("/srv/work/x.jsonl, /srv/data/y.jsonl") == "/srv/work/x.jsonl, /srv/data/y.jsonl"


def test_a_redacted_recipe_is_still_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_SECRET", "/srv/bucket")
    monkeypatch.setenv("DB_PASSWORD", "correct horse battery")
    held = {
        "path": "/srv/bucket/x.csv",
        "home": "/root",
        "password": {"a": "b"},
        "said": "x" * 110 + " correct horse battery",
    }
    clean = redact_yaml(yaml.safe_dump({"train": [held], "steps": 3}, width=120))
    removed = {"path": f"{REMOVED}/x.csv", "home": "~", "password": REMOVED, "said": "x" * 110 + f" {REMOVED}"}
    assert yaml.safe_load(clean) == {"train": [removed], "steps": 3}
    assert redact_yaml(clean) == clean


@pytest.mark.parametrize("text", ["a: [token=abc", "just token=abc", "a: 1  # token=abc"])
def test_no_secret_is_left_in_what_is_hardly_yaml(text: str) -> None:
    assert "abc" not in redact_yaml(text)


def test_text_that_utf8_cannot_hold_is_mended() -> None:
    assert redact("bad\udc80name").encode()


@given(st.text(alphabet=st.sampled_from("ab/:@=?&{},'\" \n-.tokenpassword\\hf_~"), max_size=60) | st.text(max_size=60))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


def test_every_depth_is_redacted_and_no_key_is_lost() -> None:
    data = {"/home/ann/x": ["password=abc", 3, None], "/home/bob/x": {"a": "hf_AbCdEfGhIjKlMnOpQr"}}
    assert redact_all(data) == {"~/x": [f"password={REMOVED}", 3, None], "~/x (2)": {"a": REMOVED}}
