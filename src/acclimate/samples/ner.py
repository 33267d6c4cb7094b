"""Made-up clinical sentences in which diseases are marked, word by word, as in the NCBI disease corpus.

A disease is a plain name, a site with what befell it, or one with words before it. The same words also stand where no
disease is meant (`breast tissue`), so that a list of words is not enough.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_SITES = "breast|colon|lung|ovarian|renal|hepatic|gastric|pancreatic|thyroid|cardiac|cerebral|retinal|skin|bone"
_EVENTS = "cancer|carcinoma|tumour|adenoma|failure|atrophy|dystrophy|degeneration|infarction|haemorrhage|infection"
_BEFORE = "hereditary|sporadic|familial|chronic|acute|recurrent|advanced|early onset|X - linked|non - small cell"
_NAMES = ("diabetes|asthma|anaemia|type 2 diabetes|cystic fibrosis|multiple sclerosis|iron deficiency anaemia|gout|"
          "glucose intolerance|deep vein thrombosis|psoriasis|rheumatoid arthritis|hypothyroidism|sepsis|migraine")  # fmt: skip
_GENES = "BRX1|TPK5|CDM2|LARP9|HFQ|NOLC3|PAX12|VHM"
_DRUGS = "aspirin|metformin|tamoxifen|warfarin|prednisolone|ibuprofen|insulin"
_FINDINGS = "tissue|samples|biopsies|function|volume|cells|scans"
_SENTENCES = (
    "Mutations of {gene} were found in [patients|families|all probands] with {disease} .",
    "[We report|Here we describe] a [girl|boy|woman|man] with {disease} and {disease} .",
    "The {site} {finding} [were|appeared] normal , and {disease} was [excluded|not confirmed] .",
    "{disease} is [rare|common|frequent] in carriers of {gene} .",
    "Treatment with {drug} [reduced|did not change] the risk of {disease} in {count} [patients|subjects] .",
    "[Loss|Expression] of {gene} in {site} {finding} [predicts|precedes] {disease} .",
    "No [association|linkage] between {gene} and {disease} , {disease} or {disease} was [seen|detected] .",
    "{count} {site} {finding} were [examined|sequenced] after {count} [weeks|months] of {drug} .",
    "The [history|course] of {disease} began at the age of {count} , before {drug} was given .",
    "In {count} [controls|relatives] without {disease} the {gene} gene was intact .",
)


class Sentence(NamedTuple):
    """A sentence's words and their tags (O, B-Disease, I-Disease), and the document that it stands in."""

    tokens: list[str]
    tags: list[str]
    document: str


def generate(documents: int, seed: int) -> list[Sentence]:
    """Make up documents of two to five sentences.

    Takes: `documents`, 1 or more; `seed`, 0 or more. Gives: their sentences in order; document N is the same whatever
    their number.
    """
    made = []
    for number in range(documents):
        rng = np.random.Generator(np.random.PCG64([seed, number]))
        for _ in range(int(rng.integers(2, 6))):
            tokens, tags = _sentence(rng)
            made.append(Sentence(tokens, tags, f"abstract{number + 1}"))
    return made


def _sentence(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    template = _SENTENCES[int(rng.integers(len(_SENTENCES)))]
    tokens: list[str] = []
    tags: list[str] = []
    while template:
        part, template = _next(template)
        words = _words(part, rng)
        tokens += words
        tags += ["B-Disease", *["I-Disease"] * (len(words) - 1)] if part == "{disease}" else ["O"] * len(words)
    tokens[0] = tokens[0][0].upper() + tokens[0][1:]
    return tokens, tags


def _next(template: str) -> tuple[str, str]:
    """Give the first word, choice or slot of a template, and the rest."""
    template = template.lstrip()
    end = template.index("]") + 1 if template.startswith("[") else template.find(" ")
    return (template, "") if end < 0 else (template[:end], template[end:])


def _words(part: str, rng: np.random.Generator) -> list[str]:
    if part.startswith("["):
        return _pick(part[1:-1], rng)
    slots = {"{site}": _SITES, "{finding}": _FINDINGS, "{gene}": _GENES, "{drug}": _DRUGS}
    if part in slots:
        return _pick(slots[part], rng)
    if part == "{count}":
        return [str(int(rng.integers(3, 90)))]
    return _disease(rng) if part == "{disease}" else [part]


def _disease(rng: np.random.Generator) -> list[str]:
    name = [*_pick(_SITES, rng), *_pick(_EVENTS, rng)] if rng.random() < 0.6 else _pick(_NAMES, rng)
    return [*_pick(_BEFORE, rng), *name] if rng.random() < 0.35 else name


def _pick(choices: str, rng: np.random.Generator) -> list[str]:
    some = choices.split("|")
    return some[int(rng.integers(len(some)))].split()
