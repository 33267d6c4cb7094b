"""Takes secrets and home directories out of text that others will read (promise 22)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import yaml

REMOVED = "[removed]"
_MOST_ROUNDS = 8

_NAMES = (
    r"(?:[\w-]{0,40}(?:password|passwd|passphrase|pwd|secret|credentials?|api_?key|access_?key|account_?key|private_?key"
    r"|authorization)|(?:[\w-]{0,40}(?:hf|hub|auth|access|api|session|refresh|security|github)[_-])?token)"
)
_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s,;&}"']+)"""

_KNOWN_FORMS = re.compile(
    r"\bhf_[A-Za-z0-9]{12,}"  # Hugging Face
    r"|\bapi_org_\w{8,}"
    r"|\b(?:AKIA|ASIA|AROA)[0-9A-Z]{12,}"  # AWS
    r"|\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}"  # GitHub, GitLab
    r"|\bsk-[\w-]{16,}|\bAIza[\w-]{30,}|\bxox[baprs]-[\w-]{8,}"  # OpenAI and others, Google, Slack
    r"|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"  # JSON web tokens
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_SCHEMES = re.compile(r"\b(Bearer|Basic)\s+(?=[^\s]{6})[\w.~+/=-]+", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"://(?:[^\s/?#\"'<>]*|[^\s/@:]*:[^\s@\"'<>]*)@")
_IN_QUERY = re.compile(
    r"([?&;][\w.-]{0,40}(?:token|key|secret|password|pwd|sig|signature|credential|auth)\w{0,10}=)[^&;\s\"'<>#]+",
    re.IGNORECASE,
)
_NAME = re.compile(_NAMES, re.IGNORECASE)
_PLACES = ("PWD", "OLDPWD")  # of the environment: working directories, no passwords
_ASSIGNED = re.compile(rf"(?<![\w-])({_NAMES}=){_VALUE}", re.IGNORECASE)
_IN_BRACES = re.compile(rf"""([{{,]\s*["']?{_NAMES}["']?\s*:\s*){_VALUE}""", re.IGNORECASE)
_YAML_LINE = re.compile(rf"""( *(?:- )*)["']?{_NAMES}["']?:(?=\s|$)""", re.IGNORECASE)
_HOMES = re.compile(
    r"(?<![\w.~-])/(?:home|Users)/(?!~)[^/\s\"':,;)]+"
    r"|(?<![\w.~-])/root(?![\w-])"
    r"|\b[A-Za-z]:[\\/]Users[\\/](?![~\s])(?:[^\\/:*?\"<>|\r\n]+(?=[\\/])|[^\\/\s\"':,;)]+)"
)


def redact(text: str) -> str:
    """Give `text` without tokens, passwords and keys, and with `~` for home directories.

    Takes: any text: a sentence, a path, an address, a command line, YAML. Gives: the same where it holds no secret;
    always text that UTF-8 can hold. Doing it twice changes nothing more.
    """
    return _redact(text, _own_secrets())


def redact_all(data: Any) -> Any:
    """Redact every text in nested dicts and lists, keys too; two keys that become equal are numbered."""
    return _redact_all(data, _own_secrets())


def redact_yaml(text: str) -> str:
    """Redact YAML value by value, so that it stays YAML; what is no mapping is redacted as text."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        data = None
    if not isinstance(data, dict):
        return redact(text)
    clean = redact_all(_named_removed(data))
    if clean == data and redact(text) == text:
        return text
    return str(yaml.safe_dump(clean, sort_keys=False, allow_unicode=True, width=120))


def _redact(text: str, secrets: Sequence[str]) -> str:
    text = text.encode("utf-8", "replace").decode()
    for _ in range(_MOST_ROUNDS):  # what is taken out may bring the ends of another secret together
        before, text = text, _once(text, secrets)
        if text == before:
            break
    return text


def _once(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, REMOVED)
    text = _KNOWN_FORMS.sub(REMOVED, _HOMES.sub("~", _own_home(text)))
    text = _SCHEMES.sub(rf"\1 {REMOVED}", text)
    text = _IN_ADDRESS.sub(f"://{REMOVED}@", text)
    for pattern in (_IN_QUERY, _ASSIGNED, _IN_BRACES):
        text = pattern.sub(rf"\1{REMOVED}", text)
    return _yaml_lines(text)


def _redact_all(data: Any, secrets: Sequence[str]) -> Any:
    if isinstance(data, str):
        return _redact(data, secrets)
    if isinstance(data, list):
        return [_redact_all(item, secrets) for item in data]
    if not isinstance(data, dict):
        return data
    clean: dict[Any, Any] = {}
    for key, value in data.items():
        plain = name = _redact_all(key, secrets)
        number = 2
        while name in clean:
            name, number = f"{plain} ({number})", number + 1
        clean[name] = _redact_all(value, secrets)
    return clean


def _own_secrets() -> list[str]:
    """What this process was given as a secret is one, whatever its form."""
    named = {name: value for name, value in os.environ.items() if _NAME.fullmatch(name) and name not in _PLACES}
    return [value for value in named.values() if len(value) >= 8]


def _named_removed(data: Any) -> Any:
    """Empty what stands under the name of a secret, at every depth."""
    if isinstance(data, list):
        return [_named_removed(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {key: REMOVED if _NAME.fullmatch(str(key)) else _named_removed(value) for key, value in data.items()}


def _yaml_lines(text: str) -> str:
    """Empty `password: ...` with all the lines that belong to the value (those indented deeper)."""
    kept: list[str] = []
    depth: int | None = None
    for line in text.split("\n"):
        if depth is not None and (not line.strip() or len(line) - len(line.lstrip(" ")) > depth):
            continue
        depth = None
        found = _YAML_LINE.match(line)
        if found:
            depth = len(found.group(1))
        kept.append(f"{found.group()} {REMOVED}" if found else line)
    return "\n".join(kept)


def _own_home(text: str) -> str:
    """The home directory of who runs this may lie anywhere (/srv/people/ann)."""
    home = (os.environ.get("HOME") or os.environ.get("USERPROFILE") or "").rstrip("/\\")
    return re.sub(rf"(?<![\w.~-]){re.escape(home)}(?![\w-])", "~", text) if len(home) > 1 else text
