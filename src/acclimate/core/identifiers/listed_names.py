"""Names in running English text: known by common names (common_names.py), or where a person is spoken of.

`John Kowalczyk`: a common given name before any capitalised word that can be a family name. `Grace Miller`: a given name
that is also a word, before a common family name. `Patient Xochitl Okonkwo reports`: neither is known, but a person is
named before and does something behind. What has no title, no label, no such place and no common name is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from acclimate.core.identifiers.common_names import AMBIGUOUS, FAMILY, GIVEN

PART = r"(?:[A-Z][a-zà-ÿ'’]+(?:[-'’]?[A-Z][a-zà-ÿ]+)*\d{0,3}|[A-ZÀ-Þ][a-zà-ÿ]+\d{0,3}|[A-Z]['’][A-Z][a-z]+)"
"""A word of a name: José, O'Brien, Smith-Jones, and the numbered ones of made-up records (Milo271)."""
LINK = r"(?:[Dd]e(?: la| los)?|[Vv]an(?: der| den)?|[Vv]on|[Dd]el|[Dd]i|[Bb]in|[Aa]l)"
_LOUD = r"[A-Z]{2,}(?:['’-][A-Z]{2,})?|O['’][A-Z]{2,}"
_FIRST = re.compile(rf"(?<![\w'’&@/.-])(?:{PART}|{_LOUD})(?!\w)")
_MIDDLE = re.compile(r"[ ](?:[A-Z]\.|[A-Z](?=[ ][A-Z]))")
_NEXT = re.compile(rf"[ ](?P<word>{PART}|{_LOUD})(?!\w)")
_LAST = re.compile(rf"[ ](?P<name>(?:{LINK}[ ])?(?P<word>{PART}))(?!\w)")
_SUFFIX = re.compile(r",?[ ](?:Jr|Sr|II|III)\b\.?")
_INITIALS = re.compile(rf"(?<![\w.])(?:[A-Z]\.[ ]?){{1,3}}(?P<word>{PART})(?!\w)")
_LAST_FIRST = re.compile(rf"(?<![\w'’-])(?P<word>{PART}),[ ](?P<given>{PART})(?:[ ][A-Z]\.)?(?!\w)")

_PERSON = (
    r"(?:[Pp]atient|PATIENT|[Pp]t|PT|[Cc]lient|[Cc]laimant|[Cc]ustomer|[Mm]ember|(?:[Pp]olicy|[Cc]ard|[Aa]ccount[ ])?[Hh]older|[Ii]nsured|[Cc]omplainant"
    r"|[Bb]orrower|[Bb]eneficiary|[Gg]uardian|[Aa]pplicant|[Tt]enant|[Ee]mployee|[Rr]esident|[Cc]aregiver|[Cc]arer"
    r"|[Pp]ayee|[Pp]hysician|[Cc]linician|[Ss]urgeon|[Nn]eighbou?r|[Ff]riend|[Cc]olleague|[Ff]ianc[ée]+)"
)
_RELATIVE = (
    r"(?:(?i:mother|father|mom|mum|dad|son|daughter|wife|husband|brother|sister|partner|spouse|uncle|aunt|cousin|nephew|niece"
    r"|grand(?:mother|father|son|daughter)|twins?|boyfriend|girlfriend))"
)
_SPOKEN_OF = re.compile(
    rf"(?<!\w)(?:{_PERSON}|{_RELATIVE}),?[ ](?P<name>{_FIRST.pattern}(?:[ ](?:[A-Z]\.?(?![\w'’])|(?:{LINK}[ ])?(?:{PART}|{_LOUD})(?!\w))){{0,3}})"
)
_DOES = re.compile(
    r",?[ ](?:who|presents?|presented|reports?|reported|complain(?:s|ed)|denies|denied|states|stated|underwent|disput(?:es|ed)"
    r"|says|said|asks|asked|call(?:s|ed)|returned|arrived|request(?:s|ed)|lives|aged|is an? \d|was admitted|was seen"
    r"|was discharged|was born|has been admitted)\b"
)
_AGED = re.compile(r",?[ ]\d{1,3}[ -]?(?:[FM]\b|yo\b|y/o|years?\b|YO\b|Y/O)")
# Behind a given name these make a place, an institution, a disease or a sentence of it.
_NO_FAMILY = frozenset(
    """
    hospital hospitals university college school institute institution center centre clinic foundation medical memorial
    health healthcare church street st avenue road lane drive square park bridge county city town lake river island islands
    bay beach valley mountain north south east west award prize medal lecture act law rule bill fund trust bank company corp
    inc llc ltd group library press museum house hall lab laboratory laboratories disease syndrome sign test procedure
    method operation palsy virus score scale reaction cross society association committee department national international
    world clinical general children home nursing surgery cancer and or the a an is was has had in of for with at on to by from
    as but not said who that this his her our are were will would can may should january february march april june july
    august september october november december monday tuesday wednesday thursday friday saturday sunday reported presented
    says republic states kingdom chairman chair president director interne mill bowl stadium airport hotel
    """.split()  # noqa: SIM905
)
_BEFORE_PLACE = re.compile(
    r"(?:\b(?:St|Saint|Mount|Mt|Lake|Fort|Ft|San|Santa|Cape|Port|Camp|Hurricane|King|Queen)\.?|&)[ ]$"
)
_AFTER_EPONYM = re.compile(
    r"['’]s[ ][a-z]*[ ]?(?:disease|syndrome|palsy|sign|test|law|paralysis|tumou?r|contracture)"
    r"|(?:[ -][A-Z]\w+)?[ -](?:disease|syndrome|sequence|anomaly|type|sign|palsy|virus|rule|effect)\b"
)


def listed_spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where names stand that no title or label announces; spans may meet."""
    for match in _SPOKEN_OF.finditer(text):
        end = _spoken_of(text, match)
        if end is not None:
            yield match.start("name"), end
    done = 0
    for match in _FIRST.finditer(text):
        end = _known(text, match) if match.start() >= done else None
        if end is not None:
            done = end
            yield match.start(), end
    for match in _INITIALS.finditer(text):
        if _is_family(match["word"]) and not _eponym(text, match.end()):
            yield match.start(), _without_s(text, match.start(), match.end())
    for match in _LAST_FIRST.finditer(text):
        if _is_family(match["word"]) and match["given"].lower() in GIVEN:
            yield match.span()


def _known(text: str, first: re.Match[str]) -> int | None:
    """Give where a name ends that begins with this word, if common names tell that it is one."""
    given = first.group().lower()
    if given not in GIVEN and given not in AMBIGUOUS:
        return None
    if _BEFORE_PLACE.search(text[max(0, first.start() - 12) : first.start()]):
        return None
    end = first.end()
    while (more := _MIDDLE.match(text, end) or _second_given(text, end)) is not None:
        end = more.end()
    last = _NEXT.match(text, end) if first.group().isupper() else _LAST.match(text, end)
    if last is None or _eponym(text, last.end()):
        return None
    sure = given in GIVEN and (not first.group().isupper() or _AGED.match(text, last.end()) is not None)
    if not (_is_family(last["word"]) or (sure and _can_be_family(last["word"]))):
        return None
    behind = _NEXT.match(text, last.end())
    if behind is not None and behind["word"].lower() in _NO_FAMILY and not behind["word"].isupper():
        return None
    suffix = _SUFFIX.match(text, last.end())
    return suffix.end() if suffix else _without_s(text, first.start(), last.end())


def _second_given(text: str, end: int) -> re.Match[str] | None:
    """Give a second given name, if a family name can still follow."""
    more = _NEXT.match(text, end)
    if more is None or more["word"].lower() not in GIVEN:
        return None
    behind = _NEXT.match(text, more.end())
    return more if behind is not None and _can_be_family(behind["word"]) else None


def _spoken_of(text: str, match: re.Match[str]) -> int | None:
    """Give where the name behind `patient`, `her husband` ends; None if what follows is no name."""
    words = [word for word in match["name"].split(" ") if len(word.rstrip(".")) > 1]
    while words and not _can_be_family(words[-1]):
        words.pop()
    plain = [word.lower() for word in words]
    if not words or not all(_can_be_family(word) for word in words):
        return None
    end = text.index(words[-1], match.start("name")) + len(words[-1])
    named = (
        plain[0] in GIVEN or (plain[0] in AMBIGUOUS and len(words) > 1) or (len(words) > 1 and _is_family(words[-1]))
    )
    if not named and not (_DOES.match(text, end) and not words[0].isupper()):
        return None
    return _without_s(text, match.start("name"), end)


def _is_family(word: str) -> bool:
    plain = _plain(word)
    return plain in FAMILY or any(part in FAMILY for part in plain.split("-"))


def _can_be_family(word: str) -> bool:
    return _plain(word) not in _NO_FAMILY


def _plain(word: str) -> str:
    return re.sub(r"'s$", "", word.replace("’", "'").lower()).rstrip("0123456789")


def _eponym(text: str, end: int) -> bool:
    return _AFTER_EPONYM.match(text, end - 2 if text[:end].endswith(("'s", "’s")) else end) is not None


def _without_s(text: str, start: int, end: int) -> int:
    return end - 2 if text[start:end].endswith(("'s", "’s")) else end
