"""Made-up values in the place of real ones: functions of a key and the value alone, the same for equal values.

Numbers keep their form: digits stay digits, letters letters, marks stay. Among values of one form the mapping is one to
one (a Feistel network over the form's N values, walked until it lands below N), so that two patients never become one.
Names become made-up words, word by word, so that `John Smith` and `Mr. Smith` stay one family.
"""

from __future__ import annotations

import hashlib
import re

from acclimate.core.identifiers.dates import moved
from acclimate.core.identifiers.kinds import Kind

_ROUNDS = 10
_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_HEX = re.compile(r"(?=.*\d)(?=.*[a-fA-F])(?:[0-9a-f-]{12,}|[0-9A-F-]{12,})")
_AT_ONCE = 100
_ONSETS = ("b", "br", "c", "d", "dr", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w",
           "z")  # fmt: skip
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "io")
_CODAS = ("", "l", "n", "r", "s", "x", "nd", "rk", "th")
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑韩冯董萧曹袁邓许"
_GIVEN = "安博晨丹恩凡歌涵佳凯岚明宁培清瑞思桐文希雅泽朗悦航若彤远舟竹"
_TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "jr", "sr", "md", "phd", "rn", "ii", "iii", "iv"}
_PLACE_WORDS = {
    *("street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "dr", "boulevard", "blvd", "court", "ct", "place"),
    *("square", "terrace", "parkway", "highway", "way", "row", "close", "unit", "apt", "suite", "ste", "floor", "box", "po"),
    *("county", "city", "north", "south", "east", "west"),
}  # fmt: skip
_PLACE_MARKS = set("省市区县镇乡村路街道巷弄号楼栋幢单元室层大")
_WORD = re.compile(r"[^\W\d_]+|\d+")


class Surrogates:
    """Gives surrogates under one key (32 bytes that nobody keeps)."""

    def __init__(self, key: bytes, max_shift_days: int) -> None:
        self._key, self._most = key, max_shift_days

    def days(self, group: str) -> int:
        """Give by how many days the dates of a group move: -max to max, never 0."""
        number = self._hash("days", group) % (2 * self._most)
        return number - self._most if number < self._most else number - self._most + 1

    def of(self, kind: Kind, value: str, group: str) -> str:
        """Give what stands in the place of a value; dates depend on its group, all else on the value alone."""
        if kind in ("date", "birth_date"):
            return moved(value, self.days(group)) or "[date]"
        if kind == "name":
            return _WORD.sub(lambda match: self._word(match.group()), value)
        if kind == "address":
            return _WORD.sub(lambda match: self._place(match.group()), value)
        if kind == "email":
            return f"{self._word(value.lower()).lower()}@example.org"
        return self.number(value)

    def number(self, value: str) -> str:
        """Give another value of the same form; one without any digit or letter becomes `id-` and eight digits."""
        if len(value) > _AT_ONCE:
            return self.number(value[:_AT_ONCE]) + self.number(value[_AT_ONCE:])
        hexadecimal = _HEX.fullmatch(value) is not None
        alphabets = [_alphabet(character, hexadecimal) for character in value]
        size = 1
        for alphabet in alphabets:
            size *= max(len(alphabet), 1)
        if size == 1:
            return f"id-{self._hash('number', value) % 10**8:08d}"
        number = 0
        for character, alphabet in zip(value, alphabets, strict=True):
            number = number * len(alphabet) + alphabet.index(character) if alphabet else number
        number = self._permuted(number, size, "".join(alphabet[0] if alphabet else "." for alphabet in alphabets))
        written = []
        for character, alphabet in zip(reversed(value), reversed(alphabets), strict=True):
            number, place = divmod(number, len(alphabet)) if alphabet else (number, 0)
            written.append(alphabet[place] if alphabet else character)
        return "".join(reversed(written))

    def _permuted(self, number: int, size: int, form: str) -> int:
        half = max(1, (max(size - 1, 1).bit_length() + 1) // 2)
        mask = (1 << half) - 1
        while True:
            left, right = number >> half, number & mask
            for turn in range(_ROUNDS):
                left, right = right, left ^ (self._hash("feistel", form, str(turn), str(right)) & mask)
            number = left << half | right
            if number < size:
                return number

    def _word(self, word: str) -> str:
        if word.lower() in _TITLES:
            return word
        if word.isdigit():
            return self.number(word)
        if "\u3400" <= word[0] <= "\u9fff":
            return self._pick("family", word[0], _FAMILY) + "".join(
                self._pick("given", one, _GIVEN) for one in word[1:]
            )
        if len(word) == 1:
            return self.number(word) if word.isascii() else "X"
        number = self._hash("word", word.lower())
        made = ""
        for _ in range(2 + number % 2):
            for parts in (_ONSETS, _VOWELS, _CODAS):
                number, place = divmod(number, len(parts))
                made += parts[place]
        return made.upper() if word.isupper() else made.capitalize() if word[0].isupper() else made

    def _place(self, word: str) -> str:
        if word.lower() in _PLACE_WORDS:
            return word
        if not "\u3400" <= word[0] <= "\u9fff":
            return self._word(word)
        return "".join(one if one in _PLACE_MARKS else self._pick("given", one, _GIVEN) for one in word)

    def _pick(self, purpose: str, character: str, among: str) -> str:
        return among[self._hash(purpose, character) % len(among)]

    def _hash(self, *parts: str) -> int:
        text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(text, key=self._key, digest_size=64).digest(), "little")


def _alphabet(character: str, hexadecimal: bool) -> str:
    if hexadecimal and character != "-":
        return _DIGITS + (_UPPER[:6] if character in _UPPER else _LOWER[:6]) if character.isalnum() else ""
    return next((one for one in (_DIGITS, _LOWER, _UPPER) if character in one), "")
