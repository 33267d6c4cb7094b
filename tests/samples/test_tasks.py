"""The samples of tasks: reviews, triage notes, questions and answers, leaflets, pairs of reports. They repeat, and no single word gives the label away."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from acclimate.samples import claims, leaflets, qa, reviews, triage

REVIEWS = reviews.generate(1500, 3)
NOTES = triage.generate(600, 3)
PAIRS = qa.generate(600, 3)
LEAFLETS = leaflets.generate(600, 3)
CLAIMS = claims.generate(600, 3)


@pytest.mark.parametrize(
    "module", [reviews, triage, qa, leaflets, claims], ids=lambda module: module.__name__.rpartition(".")[2]
)
def test_a_seed_repeats_and_fewer_are_the_beginning_of_more(module: Any) -> None:
    many = module.generate(30, 5)
    few = module.generate(7, 5)
    assert few == many[: len(few)]
    assert module.generate(7, 6) != few


@pytest.mark.parametrize("text", [
    *(one.text for one in REVIEWS[:300]),
    *(one.text for one in NOTES[:300]),
    *(part for one in PAIRS[:300] for part in (one.question, one.answer)),
    *(part for one in LEAFLETS[:300] for part in (one.question, one.context)),
    *(part for one in CLAIMS[:300] for part in (one.text, one.text_pair)),
][::7])  # fmt: skip
def test_every_wording_is_chosen_and_every_fact_filled_in(text: str) -> None:
    assert not set(text) & set("{}[]|")
    assert text == text.strip()
    assert "  " not in text
    assert " ," not in text


def test_reviews_are_balanced_and_neither_trivial_nor_noise() -> None:
    """A reader of single words is right in about three of four, one of words in a row in more, and nobody in all."""
    labels = [one.label for one in REVIEWS]
    assert 0.45 < labels.count("positive") / len(labels) < 0.55
    right = {}
    for longest in (1, 4):
        seen = TfidfVectorizer(ngram_range=(1, longest), token_pattern=r"[\w']+")
        rows = seen.fit_transform([one.text for one in REVIEWS])
        fitted = LogisticRegression(C=10, max_iter=500).fit(rows[:1000], labels[:1000])
        right[longest] = fitted.score(rows[1000:], labels[1000:])
    assert 0.65 < right[1] < right[4] < 0.93


def test_words_of_praise_also_stand_in_reviews_that_warn() -> None:
    found = Counter(
        (word, one.label) for one in REVIEWS for word in re.findall("superb|gripping|dull|tedious", one.text)
    )
    for word in ("superb", "gripping", "dull", "tedious"):
        few = min(found[word, "positive"], found[word, "negative"])
        assert few > 0.2 * (found[word, "positive"] + found[word, "negative"])


def test_notes_name_several_teams_one_or_none_and_a_patient_stays_who_they_are() -> None:
    sizes = Counter(len(one.labels) for one in NOTES)
    assert all(sizes[number] > 50 for number in (0, 1, 2))
    assert {label for one in NOTES for label in one.labels} == set(triage.TEAMS)
    assert all(one.labels == sorted(one.labels) for one in NOTES)
    who = defaultdict(set)
    for one in NOTES:
        who[one.patient].add((one.sex, one.age_band))
    assert len(who) == 600
    assert all(len(same) == 1 for same in who.values())
    assert {age for _, age in set.union(*who.values())} == {"18 to 39", "40 to 64", "65 to 92"}


def test_womens_hearts_are_written_down_in_other_words() -> None:
    def share(sex: str) -> float:
        hearts = [one.text for one in NOTES if one.sex == sex and "cardiac" in one.labels]
        return sum(bool(re.search("chest|palpitations|left arm", text)) for text in hearts) / len(hearts)

    assert share("F") < share("M") - 0.1


def test_what_is_denied_is_no_label() -> None:
    denied = [one for one in NOTES if re.search(r"(no|denies|not:) (a seizure|slurred speech|double vision)", one.text)]
    assert len(denied) > 10
    assert sum("neurology" in one.labels for one in denied) < len(denied) / 2


def test_a_question_has_one_answer_and_a_disease_the_same_facts_for_every_seed() -> None:
    answers = defaultdict(set)
    for one in [*PAIRS, *qa.generate(600, 4)]:
        answers[one.question].add(one.answer)
    assert all(len(same) == 1 for same in answers.values())
    assert Counter(one.language for one in PAIRS) == {"en": 300, "zh": 300}
    chinese = [bool(re.search("[\u4e00-\u9fff]", one.question + one.answer)) for one in PAIRS]
    assert chinese == [one.language == "zh" for one in PAIRS]


def test_both_languages_tell_the_same() -> None:
    english, chinese = qa._FACTS["en"], qa._FACTS["zh"]
    for kind in ("sign", "cause", "treatment", "food"):
        pairs = dict(zip(english[kind].split("|"), chinese[kind].split("|"), strict=True))
        assert len(pairs) == len(english[kind].split("|"))
    told = {one.answer for one in qa.generate(3000, 0)}
    assert "Merrin cough is caused by a virus in river water." in told
    assert "梅林咳由河水里的病毒引起。" in told


def test_an_answer_stands_in_its_leaflet_and_what_is_not_told_has_none() -> None:
    for one in LEAFLETS:
        for text, start in zip(one.answers["text"], one.answers["answer_start"], strict=True):
            assert one.context[start : start + len(text)] == text
    untold = [one for one in LEAFLETS if not one.answers["text"]]
    assert 0.15 < len(untold) / len(LEAFLETS) < 0.25
    assert not any(
        "side effects" in one.question and re.search("report|can cause|side eff", one.context) for one in untold
    )


def test_pairs_have_every_score_and_the_same_accident_in_other_words() -> None:
    counts = Counter(one.score for one in CLAIMS)
    assert set(counts) == {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}
    assert min(counts.values()) > 60
    same = [one for one in CLAIMS if one.score == 5.0]
    assert sum(one.text == one.text_pair for one in same) < len(same) / 20
