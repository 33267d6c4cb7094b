"""Names of persons in free text: where a title or a label says that one follows, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from acclimate.core.identifiers.chinese_names import chinese_spans
from acclimate.core.identifiers.listed_names import LINK, PART, listed_spans

_NAME = rf"(?:{LINK}[ ])?(?:{PART}|[A-Z]\.)(?:[ ](?:{LINK}[ ])?(?:{PART}|[A-Z]\.?(?![\w'])))" + "{0,3}"
_FULL = rf"{PART}(?:[ ](?:{LINK}[ ])?(?:{PART}|[A-Z]\.?(?![\w'])))" + "{1,3}"
_CAPITALS = r"[A-Z]{2,}(?:[ ,]+[A-Z]{2,}){1,2}"
_LAST_FIRST = rf"(?:{LINK}[ ])?{PART},[ ]{PART}(?:[ ][A-Z]\.?)?"

_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Drs|Prof|Professor|Sir|Dame|Rev|Nurse|Sister)\b\.?"
_LABEL = (
    r"(?i:patient(?:'s)?(?:[ ]full)?[ ]name|full[ ]?name|first[ ]?name|last[ ]?name|maiden[ ]?name|surname|given[ ]name"
    r"|next[ ]of[ ]kin|emergency[ ]contact|attending(?:[ ]physician)?|physician|provider|referr(?:ed|ing)[ ]by|signed(?:[ ]by)?"
    r"|seen[ ]by|dictated[ ]by|account[ ]holder|card[ ]?holder|customer|client|employee|guardian|first|last|maiden)"
)
_ALONE = r"(?:[Nn]ame|NAME|[Pp]atient|PATIENT|Pt|Contact|CONTACT)"
_ENGLISH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.]){_TITLE}[ ](?P<v>{_NAME})",
        rf"(?<!\w)(?:{_LABEL}|{_ALONE})[ ]?[:=][ \t]*(?:{_TITLE}[ ])?(?P<v>{_LAST_FIRST}|{_NAME}|{_CAPITALS})",
        r"(?<!\w)(?i:my name is|i am called|signed by|(?:patient|man|woman|boy|girl|client|customer) named|Dear)"
        rf"[ ](?:{_TITLE}[ ])?(?P<v>{_NAME})",
        rf"(?<!\w)(?P<v>{_FULL}),?[ ](?:M\.D\.|MD|RN|R\.N\.|D\.O\.|Ph\.?D\.?|FACS|MRCP|FRCP|Esq)(?!\w|[ ]\d{5})",
    )
)
# What follows a title or label and is nobody: Dear Doctor, Patient: The, Miss Universe.
_NOBODY = {
    "doctor", "sir", "madam", "patient", "the", "a", "an", "this", "he", "she", "no", "none", "unknown", "not", "yes",
    "male", "female", "what", "when", "if", "is", "are", "i", "we", "you", "your", "in", "on", "for", "pepper", "all",
    "care", "education", "information", "support", "name", "date", "see", "and", "or", "with", "has", "was", "history",
    "chairman", "chairwoman", "chair", "president", "secretary", "speaker", "med", "governor",
}  # fmt: skip


def name_spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where names of persons stand in a text; a title or label before them stays outside."""
    for pattern in _ENGLISH:
        for match in pattern.finditer(text):
            start, end = match.span("v")
            end -= 2 if text[start:end].endswith(("'s", "’s")) else 0
            first = re.match(r"\w+", text[start:end])
            if (
                first is not None
                and not re.fullmatch(r"[A-Z]\.?", text[start:end])
                and first.group().lower() not in _NOBODY
            ):
                yield start, end
    yield from listed_spans(text)
    yield from chinese_spans(text)
