from __future__ import annotations

import re
from pathlib import Path

from acclimate.report import methods, methods_training
from acclimate.report.references import REFERENCES, references

CITED = re.compile(r"[A-Z]\w+(?: et al\.| and [A-Z]\w+)? (?:19|20)\d\d")


def test_every_citation_has_its_reference_and_every_reference_is_cited() -> None:
    sources = [Path(one.__file__).read_text(encoding="utf-8") for one in (methods, methods_training)]
    text = re.sub(r'"\s*\n\s*f?"', "", " ".join(sources))  # literals that go on in the next line
    assert set(CITED.findall(text)) == set(REFERENCES)


def test_only_what_is_named_is_listed_by_author() -> None:
    found = references("as in Monroe et al. 2008, and by Kauf and Ivanova 2023")
    assert [one.partition(",")[0] for one in found] == ["Kauf", "Monroe"]
    assert references("") == []


def test_each_has_author_year_and_title() -> None:
    for short, full in REFERENCES.items():
        assert full.startswith(re.split(r" et al\.| and | ", short)[0])
        assert f"({short[-4:]})." in full
