import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from acclimate.core import extras
from acclimate.core.errors import UserError
from acclimate.evaluate.class_floors import majority, tfidf_logistic, tfidf_ridge, words
from acclimate.evaluate.metrics.accuracy import Accuracy
from acclimate.evaluate.metrics.mse import Mse
from tests.evaluate.classes_made import one_of, scores_of, several_of, values

TRAIN = ["fever and cough", "cough and pain", "no fever", "well rested today", "all well", "well again"] * 3
LABELS = [0, 0, 0, 1, 1, 1] * 3
TEST = ["a cough again", "well and rested", "fever"]
ONES = np.eye(2)[LABELS]


def test_the_majority_says_the_shares_of_training() -> None:
    asked = one_of(("ill", "well"), [0, 1, 1], [[0.5, 0.5]] * 3, threshold_K=np.array([0.5, 0.1]))
    found = majority(np.eye(2)[[0, 0, 0, 1]], asked)
    assert found.probability_NK.tolist() == [[0.75, 0.25]] * 3
    assert (found.threshold_K, values(Accuracy(), found)) == (None, {"accuracy": pytest.approx(1 / 3)})
    assert (found.groups, found.gold_NK.tolist()) == (asked.groups, asked.gold_NK.tolist())


def test_of_scores_it_says_the_mean() -> None:
    found = majority(np.array([[1.0], [3.0]]), scores_of([2.0, 4.0], [0.0, 0.0]))
    assert values(Mse(), found) == {"mse": 2.0}


def test_tfidf_is_scikit_learns_on_words_and_pairs() -> None:
    found = tfidf_logistic(TRAIN, ONES, TEST, one_of(("ill", "well"), [0, 1, 0], [[0.5, 0.5]] * 3))
    weigher = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    theirs = LogisticRegression(max_iter=2000).fit(weigher.fit_transform(TRAIN), LABELS)
    assert found.probability_NK == pytest.approx(theirs.predict_proba(weigher.transform(TEST)))
    assert found.probability_NK[1:].argmax(axis=1).tolist() == [1, 0]


def test_of_scores_it_is_scikit_learns_ridge_regression() -> None:
    pain = np.array(LABELS)[:, None] * 4.0
    found = tfidf_ridge(TRAIN, pain, TEST, scores_of([0.0, 4.0, 0.0], [0.0, 0.0, 0.0]))
    weigher = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    theirs = Ridge().fit(weigher.fit_transform(TRAIN), pain[:, 0])
    assert found.probability_NK[:, 0] == pytest.approx(theirs.predict(weigher.transform(TEST)))


def test_several_labels_have_a_regression_each() -> None:
    several_NK = np.column_stack([ONES[:, 0], np.zeros(18), np.ones(18)])
    found = tfidf_logistic(TRAIN, several_NK, TEST, several_of(np.zeros((3, 3)), np.zeros((3, 3)), ("a", "b", "c")))
    alone = tfidf_logistic(TRAIN, ONES, TEST, one_of(("ill", "well"), [0, 1, 0], [[0.5, 0.5]] * 3))
    assert found.probability_NK[:, 0] == pytest.approx(alone.probability_NK[:, 0])
    assert found.probability_NK[:, 1:].tolist() == [[0.0, 1.0]] * 3


def test_a_label_without_training_rows_has_no_probability() -> None:
    train_NK = np.eye(3)[[label if label == 0 else 2 for label in LABELS]]
    found = tfidf_logistic(TRAIN, train_NK, TEST, one_of(("a", "b", "c"), [0, 2, 0], [[0.4, 0.3, 0.3]] * 3))
    assert found.probability_NK[:, 1].tolist() == [0, 0, 0]
    assert found.probability_NK.sum(axis=1) == pytest.approx(1)


def test_chinese_words_are_characters() -> None:
    assert words("病人 Ann") == ["病", "人", "ann"]


def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda module: None)
    with pytest.raises(UserError, match=r"acclimate\[advise\]"):
        tfidf_logistic(TRAIN, ONES, TEST, one_of(("ill", "well"), [0, 1, 0], [[0.5, 0.5]] * 3))
