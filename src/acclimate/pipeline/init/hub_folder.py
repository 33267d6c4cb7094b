"""Whether a folder is laid out like a data set of the Hub, with splits of its own."""

from __future__ import annotations

import re
from pathlib import Path

from acclimate.core.errors import UserError
from acclimate.sources.files import without_compression
from acclimate.sources.hub_layout import splits_of_folder

ROLE_NAMES = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev", "devel"),
    "test": ("test", "testing", "eval"),
}
"""What the files of each role are called."""
_SPLIT_NAME = re.compile(r"(^|[-_./ ])(train(ing)?|validation|valid|val|dev|test(ing)?|eval)([-_./ \[]|$)")
_DATA = (".parquet", ".csv", ".jsonl", ".json", ".arrow", ".txt")


def split_names(data: str) -> dict[str, str]:
    """Give role -> split of a local folder like one of the Hub; empty where it is none.

    It is one if its README names configurations, or if every file's name says its split and one says `train`: a table
    called lab_test.csv among others makes none.
    """
    folder = Path(data).expanduser()
    if not folder.is_dir():
        return {}
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    files = [without_compression(name) for name in names if without_compression(name).endswith(_DATA)]
    files = [name for name in files if not re.match(r"(source|licen[cs]e|readme)\b", name.rpartition("/")[2].lower())]
    said = [_SPLIT_NAME.search(name) for name in files]
    by_name = bool(files) and all(said) and any(one and one[2].startswith("train") for one in said)
    readme = folder / "README.md"
    by_readme = readme.is_file() and re.match(
        r"---\n(.*\n)*?(configs|dataset_info):", readme.read_text(encoding="utf-8", errors="replace")
    )
    if not files or not (by_name or by_readme):
        return {}
    try:
        splits = splits_of_folder(folder, None, "DATA")
    except UserError:
        if by_readme:
            raise
        return {}
    return {role: name for role, known in ROLE_NAMES.items() for name in splits if name in known}
