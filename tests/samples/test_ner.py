"""The sample of diseases: words with tags that keep to BIO, and the same words where no disease is meant."""

from collections import Counter

from acclimate.core.tags import runs
from acclimate.samples.ner import Sentence, generate

SENTENCES = generate(200, 3)


def test_a_seed_repeats_and_fewer_are_the_beginning_of_more() -> None:
    assert generate(200, 3) == SENTENCES
    few = generate(10, 3)
    assert few == SENTENCES[: len(few)]
    assert generate(10, 4) != few


def test_tags_keep_to_bio_and_mark_diseases() -> None:
    words = set()
    for one in SENTENCES:
        assert len(one.tokens) == len(one.tags)
        found, mended = runs(one.tags)
        assert not mended
        assert {run.label for run in found} <= {"Disease"}
        words |= {" ".join(one.tokens[run.begin : run.end]).lower() for run in found}
        assert not {character for token in one.tokens for character in token} & set("{}[]|")
    assert {"asthma", "cystic fibrosis"} <= words
    assert len(words) > 100


def test_words_of_diseases_also_stand_outside() -> None:
    def share(sentence: Sentence) -> list[tuple[str, bool]]:
        return [(token, tag == "O") for token, tag in zip(sentence.tokens, sentence.tags, strict=True)]

    outside = Counter(pair for one in SENTENCES for pair in share(one))
    assert all(outside[site, True] and outside[site, False] for site in ("breast", "renal", "skin"))


def test_documents_are_of_two_to_five_sentences() -> None:
    sizes = Counter(one.document for one in SENTENCES)
    assert len(sizes) == 200
    assert set(sizes.values()) == {2, 3, 4, 5}
