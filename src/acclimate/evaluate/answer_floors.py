"""How far answers in a context are found without a model: by the words that a question shares with its sentences, or by
saying that there is none (docs/measuring.md, Arms).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from acclimate.core.answers import TextAnswers
from acclimate.core.text import word_spans

# After a full stop (in Latin script with a space behind it) and at line ends.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


class Likeness:
    """Weights of words: ln((1 + C) / (1 + c_w)) + 1, with c_w of C training contexts that have the word (scikit-learn's idf)."""

    def __init__(self, training: Sequence[str]) -> None:
        distinct = list(dict.fromkeys(training))
        self._contexts = len(distinct)
        self._counts = Counter(word for text in distinct for word in set(_words(text)))

    def weight(self, word: str) -> float:
        """Give the weight of a word; of one that no context has, the highest."""
        return math.log((1 + self._contexts) / (1 + self._counts[word])) + 1

    def sentence(self, question: str, context: str) -> str:
        """Give the sentence of the context with the highest weight of words that it shares with the question, each word
        once; of equals the first.
        """
        asked = set(_words(question))
        sentences = [one for one in _SENTENCE_END.split(context) if one.strip()]
        return max(sentences, key=lambda one: self._of(asked & set(_words(one))), default="").strip()

    def rest(self, question: str, context: str) -> str:
        """Give, of that sentence, the stretch of the highest weight between words of the question; of equals the first.

        The whole sentence if it has no other words.
        """
        sentence = self.sentence(question, context)
        asked = set(_words(question))
        places = [(start, end) for start, end in word_spans(sentence).tolist() if sentence[start].isalnum()]
        stretches: list[list[tuple[int, int]]] = [[]]
        for start, end in places:
            if sentence[start:end].lower() in asked:
                stretches.append([])
            else:
                stretches[-1].append((start, end))
        some = [one for one in stretches if one]
        if not some:
            return sentence
        best = max(some, key=lambda one: sum(self.weight(sentence[start:end].lower()) for start, end in one))
        return sentence[best[0][0] : best[-1][1]]

    def _of(self, words: set[str]) -> float:
        return math.fsum(map(self.weight, words))  # exact, so that equals are equal whatever the order of the set


def by_words(
    training: Sequence[str], questions: Sequence[str], contexts: Sequence[str], test: TextAnswers
) -> dict[str, TextAnswers]:
    """Answer with the sentence that is most like the question, and with what it says beside the question's words.

    Takes: `training`, the contexts of the training rows; questions and contexts of the test rows; `test`, whose gold, rows
    and groups are kept.
    """
    like = Likeness(training)
    pairs = list(zip(questions, contexts, strict=True))
    return {
        "the sentence most like the question": replace(test, said=tuple(like.sentence(*pair) for pair in pairs)),
        "that sentence beside the question's words": replace(test, said=tuple(like.rest(*pair) for pair in pairs)),
    }


def never(test: TextAnswers) -> TextAnswers:
    """Answer every question with: there is no answer."""
    return replace(test, said=("",) * len(test.said))


def _words(text: str) -> list[str]:
    return [text[start:end].lower() for start, end in word_spans(text).tolist() if text[start].isalnum()]
