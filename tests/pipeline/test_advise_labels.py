"""Numbers of `advise` against scikit-learn, transformers and by hand."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Bootstrap
from acclimate.evaluate.class_floors import words
from acclimate.evaluate.rows import EvalText
from acclimate.model.load import load
from acclimate.model.section import Model
from acclimate.pipeline.advise.domain import Labelled
from acclimate.pipeline.advise.features import features_of
from acclimate.pipeline.advise.labels import Predicted, balanced_accuracy, folds_of, linear_head, simple
from acclimate.pipeline.advise.shots import asked
from acclimate.pipeline.advise.surprise import excess
from acclimate.pipeline.advise.words import words_in
from acclimate.pipeline.arms import arm_of

_WORDS = ["the", "patient", "was", "seen", "at", "hospital", "for", "visit", "in", "morning"]


def made(rows: int = 120) -> Labelled:
    draw = random.Random(1)
    labels = [draw.choice("aab") for _ in range(rows)]
    texts = [" ".join(draw.choices(_WORDS, k=8) + (["ulcer"] if label == "b" and draw.random() < 0.6 else []))
             for label in labels]  # fmt: skip
    return Labelled("kind", rows, texts, labels, [f"p{draw.randrange(30)}" for _ in range(rows)], "patient")


def test_predictions_and_balanced_accuracy_are_scikit_learns() -> None:
    data = made()
    found = {one.name: one for one in simple(data, folds_of(data, 3))}
    way = make_pipeline(
        TfidfVectorizer(analyzer=words, sublinear_tf=True), LogisticRegression(max_iter=2000, class_weight="balanced")
    )
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=3)
    theirs = cross_val_predict(way, np.array(data.texts, dtype=object), data.labels, groups=data.groups, cv=folds)
    assert found["tfidf_logistic"].labels == theirs.tolist()
    score = balanced_accuracy(data, found["tfidf_logistic"])
    assert score.value == pytest.approx(balanced_accuracy_score(data.labels, theirs))
    assert balanced_accuracy(data, found["majority"]).value == pytest.approx(0.5)
    assert 0.6 < score.value < 1


def test_a_linear_head_is_scikit_learns() -> None:
    data, draw = made(), np.random.default_rng(0)
    features_ND = draw.normal(size=(120, 8)) + np.array([label == "b" for label in data.labels])[:, None]
    way = make_pipeline(StandardScaler(), LogisticRegression(C=1 / 8, max_iter=2000, class_weight="balanced"))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    theirs = cross_val_predict(way, features_ND, data.labels, groups=data.groups, cv=folds)
    found = linear_head(features_ND, data, folds_of(data, 0))
    assert found.labels == theirs.tolist()
    assert balanced_accuracy(data, found).value > 0.8


def test_no_group_is_on_both_sides_of_a_fold() -> None:
    data = made()
    folds = folds_of(data, 0)
    assert sorted(int(place) for _, test in folds for place in test) == list(range(len(data.texts)))
    for learn, test in folds:
        assert not {data.groups[place] for place in learn} & {data.groups[place] for place in test}


def test_balanced_accuracy_by_hand() -> None:
    data = Labelled("kind", 4, ["", "", "", ""], ["a", "a", "a", "b"], ["p", "p", "q", "q"], "patient")
    score = balanced_accuracy(data, Predicted("x", [0, 1, 2, 3], ["a", "b", "a", "b"]))
    assert score.groups == ("p", "q")
    np.testing.assert_allclose(score.numerator_G, [1 / 6, 1 / 6 + 1 / 2])
    np.testing.assert_allclose(score.denominator_G, [1 / 3, 1 / 6 + 1 / 2])
    assert score.value == pytest.approx((2 / 3 + 1) / 2)


def test_a_fold_with_one_label_to_learn_from_says_that_label() -> None:
    data = Labelled("kind", 4, ["x", "y", "z", "w"], ["a", "a", "b", "b"], ["p", "p", "q", "q"], "patient")
    halves = [(np.array([0, 1]), np.array([2, 3])), (np.array([2, 3]), np.array([0, 1]))]
    assert {tuple(one.labels) for one in simple(data, halves)[1:]} == {("b", "b", "a", "a")}
    assert linear_head(np.ones((4, 2)), data, halves).labels == ["b", "b", "a", "a"]


def test_words_of_chinese_are_its_characters() -> None:
    assert words("胸痛 Chest") == ["胸", "痛", "chest"]


def test_features_are_the_mean_of_the_last_hidden_states(encoder: Path) -> None:
    lm = load(Model(path=str(encoder)), "masked")
    texts = ["the patient was seen", "of the hospital " * 40, "visit", ""]
    found = features_of(lm, texts, 32)
    assert found.shape == (4, 32)
    for text, found_D in zip(texts, found, strict=True):
        inputs = lm.tokenizer(text, truncation=True, max_length=32, return_tensors="pt")
        with torch.inference_mode():
            states = lm.model(input_ids=inputs["input_ids"], output_hidden_states=True).hidden_states[-1][0]
        np.testing.assert_allclose(found_D, states.mean(0).numpy(), atol=1e-5)


def test_a_decoder_says_the_likeliest_label(decoder: Path) -> None:
    lm = load(Model(path=str(decoder)), "causal")
    data = Labelled("ward", 2, ["the patient was seen", "a visit"], ["heart", "of the visit"], ["p", "q"], "patient")
    theirs = []
    for text in data.texts:
        start = [lm.tokenizer.bos_token_id] if lm.tokenizer.bos_token_id is not None else []
        prompt = start + lm.tokenizer(f"Text: {text}", add_special_tokens=False)["input_ids"]
        prompt += lm.tokenizer("\nward:", add_special_tokens=False)["input_ids"]
        sums = []
        for kind in data.kinds:
            end = lm.tokenizer(f" {kind}", add_special_tokens=False)["input_ids"]
            with torch.inference_mode():
                logits = lm.model(input_ids=torch.tensor([prompt + end])).logits[0].double().log_softmax(-1)
            sums.append(sum(float(logits[len(prompt) - 1 + step, token]) for step, token in enumerate(end)))
        theirs.append(data.kinds[int(np.argmax(sums))])
    arm = arm_of(lm, None, 512, ())
    zero, few = asked(arm, data, 0)
    arm.close()
    assert (zero.name, zero.places, zero.labels) == ("zero_shot", [0, 1], theirs)
    assert few.places == [0, 1]
    assert set(few.labels) <= set(data.kinds)


def test_a_long_prompt_is_cut_to_the_window(decoder: Path) -> None:
    lm = load(Model(path=str(decoder)), "causal")
    data = Labelled("ward", 3, ["the visit " * 300] * 3, ["a", "b", "c"], ["p", "q", "r"], "patient")
    arm = arm_of(lm, None, 512, ())
    for one in asked(arm, data, 0):
        assert len(one.labels) == 3
    arm.close()


def test_tokens_a_word_and_broken_words_by_hand(decoder: Path) -> None:
    tokenizer = load(Model(path=str(decoder)), "causal").tokenizer
    rows = [EvalText(str(number), f"p{number}", "the hospital , pharmacokinetics 12") for number in range(12)]
    found = words_in(rows, tokenizer)
    assert found is not None
    pieces = [len(tokenizer.tokenize(word)) for word in ("the", " hospital", " pharmacokinetics")]
    assert pieces[2] >= 3  # or this shows nothing
    per_word, broken = found.sums
    assert per_word.value == pytest.approx(sum(pieces) / 3)  # numbers and marks are no words
    assert broken.value == pytest.approx(sum(count >= 3 for count in pieces) / 3)
    assert found.terms == 3
    assert found.broken[-1] == ("pharmacokinetics", pieces[2])
    few = words_in(rows[:9], tokenizer)
    assert few is not None
    assert (few.terms, few.broken) == (0, [])  # fewer than 10 groups use them
    assert words_in([EvalText("1", "1", "12 , 13")], tokenizer) is None


def test_how_much_more_is_the_quotient_and_both_sides_are_resampled() -> None:
    random_state = np.random.default_rng(0)
    first = GroupSums("bits", "bits/byte", "lower", tuple("abcdefghijklmnopqrstuvwxyz"),
                      random_state.uniform(2, 4, 26), np.ones(26), 26)  # fmt: skip
    second = GroupSums("bits", "other unit", "lower", tuple(map(str, range(30))),
                       random_state.uniform(1, 3, 30), np.ones(30), 30)  # fmt: skip
    found = excess(first, second, Bootstrap(4000))
    assert found.value == pytest.approx(first.value / second.value - 1)
    variance = [one.numerator_G.var(ddof=1) / len(one.groups) for one in (first, second)]
    error = math.sqrt(variance[0] / second.value**2 + variance[1] * first.value**2 / second.value**4)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.12)  # two independent samples
    assert found.groups == 56
