"""What examples are made from, as fingerprints: they are made again when one of them changes, and only then (promise 16).

The recipe's `tokens` and `objective` sections and the model's longest sequence belong to it, too; pipeline/ adds them.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from acclimate.core.artifact import fingerprint
from acclimate.core.rows import ROLE, ROW_ID, Rows, about

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_CODE = (
    "core/**/*.py",
    "masking/**/*.py",
    "objective/**/*.py",
    "tokens/**/*.py",
    "compat/text_encoder.py",
    "compat/written_encoder.py",
    "compat/transformers/chat.py",
    "compat/tokenizers.py",
)
_READ = {
    ROW_ID: pa.large_string(),
    ROLE: pa.large_string(),
    "text": pa.large_string(),
    "header_chars": pa.int64(),
    "cuts": pa.large_list(pa.int64()),
}

_OF_TASKS = ("labels", "messages", "score", "text_pair")
"""What tasks read of rows that they have shaped."""


def rows_hash(rows: Rows) -> str:
    """Give the SHA-256 of what encoding reads of `rows`; how they lie in memory makes no difference."""
    there = {name: kind for name, kind in _READ.items() if name in rows.column_names}
    table = rows.select(list(there)).replace_schema_metadata(None).cast(pa.schema(there.items())).combine_chunks()
    digest = hashlib.sha256(json.dumps(about(rows).get("tags", [])).encode())
    shaped = [name for name in _OF_TASKS if name in rows.column_names] if "read_as" in about(rows) else []
    for batch in rows.select(shaped).to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            digest.update(json.dumps(row, sort_keys=True, default=str).encode())
    with pa.ipc.new_stream(pa.PythonFile(_Digesting(digest), mode="w"), table.schema) as stream:
        stream.write_table(table, max_chunksize=1 << 16)
    return digest.hexdigest()


class _Digesting:
    """A file that only counts what is written to it into a hash."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self.digest = digest

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...


def tokenizer_hash(tokenizer: PreTrainedTokenizerFast) -> str:
    """Give the fingerprint of a tokenizer's vocabulary, rules, special tokens and chat template."""
    spec = json.loads(tokenizer.backend_tokenizer.to_str())
    spec["padding"] = spec["truncation"] = None  # set by whoever called it last
    named = {name: str(token) for name, token in tokenizer.special_tokens_map.items()}
    return fingerprint(spec, named, tokenizer.chat_template)


@cache
def code_version() -> str:
    """Give the fingerprint of the source that examples come from, and of the tokenizers library."""
    root = Path(__file__).parents[1]
    files = sorted(path for pattern in _CODE for path in root.glob(pattern))
    sources = [[str(path.relative_to(root)), path.read_text(encoding="utf-8")] for path in files]
    return fingerprint(sources, version("tokenizers"))
