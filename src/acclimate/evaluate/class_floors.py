"""How far classes and scores are told by simple means: always the most frequent label, or the mean score, and TF-IDF with
logistic or ridge regression.

Legend of shapes: N rows, K labels.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from acclimate.core.answers import ClassAnswers, Floats
from acclimate.core.extras import need_package
from acclimate.core.text import word_spans


def words(text: str) -> list[str]:
    """Give a text's words in lower case; characters of scripts without spaces."""
    return [text[start:end].lower() for start, end in word_spans(text).tolist()]


def majority(train_NK: Floats, test: ClassAnswers) -> ClassAnswers:
    """Answer every text with each label's share of the training rows.

    Takes: `train_NK`, the training rows' labels as `ClassAnswers.gold_NK` has them (a score: the scores); `test`, whose
    gold, rows and groups are kept. Gives: the same with this floor's probabilities (a score: the mean) and no threshold.
    """
    share_K = train_NK.mean(axis=0)
    return replace(test, probability_NK=np.tile(share_K, (len(test.row_ids), 1)), threshold_K=None)


def tfidf_logistic(
    train_texts: Sequence[str], train_NK: Floats, test_texts: Sequence[str], test: ClassAnswers
) -> ClassAnswers:
    """Answer by logistic regression on TF-IDF of words and pairs of words, learnt from the training rows alone.

    Takes: as `majority`, with the texts. Where several labels may hold, each has a regression of its own; one that all
    training rows have, or none, gets that as its probability. Raises: UserError if scikit-learn is not installed.
    """
    need_package("sklearn", "advise", "evaluate, floor tfidf_logistic")
    learn, asked = _weighed(train_texts, test_texts)
    if test.labels.kind == "several":
        columns = [_fitted(learn, asked, np.stack([1 - label_N, label_N], axis=1))[:, 1] for label_N in train_NK.T]
        probability_NK = np.stack(columns, axis=1)
    else:
        probability_NK = _fitted(learn, asked, train_NK)
    return replace(test, probability_NK=probability_NK, threshold_K=None)


def tfidf_ridge(
    train_texts: Sequence[str], train_NK: Floats, test_texts: Sequence[str], test: ClassAnswers
) -> ClassAnswers:
    """Answer a score by ridge regression on the same weights of words. Takes, raises: as `tfidf_logistic`."""
    need_package("sklearn", "advise", "evaluate, floor tfidf_ridge")
    from sklearn.linear_model import Ridge

    learn, asked = _weighed(train_texts, test_texts)
    said_N = Ridge().fit(learn, train_NK[:, 0]).predict(asked)
    return replace(test, probability_NK=said_N[:, None], threshold_K=None)


def _weighed(train_texts: Sequence[str], test_texts: Sequence[str]) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    weigher = TfidfVectorizer(analyzer=_words_and_pairs, sublinear_tf=True)
    return weigher.fit_transform(train_texts), weigher.transform(test_texts)


def _words_and_pairs(text: str) -> list[str]:
    single = words(text)
    return single + [f"{one} {two}" for one, two in itertools.pairwise(single)]


def _fitted(learn: Any, asked: Any, label_NK: Floats) -> Floats:
    """Give the probability of each label; of those that no training row has it is 0."""
    from sklearn.linear_model import LogisticRegression

    number_N = label_NK.argmax(axis=1)
    probability_NK = np.zeros((asked.shape[0], label_NK.shape[1]))
    if len(set(number_N)) < 2:
        probability_NK[:, number_N[0]] = 1.0
        return probability_NK
    model = LogisticRegression(max_iter=2000).fit(learn, number_N)
    probability_NK[:, model.classes_] = model.predict_proba(asked)
    return probability_NK
