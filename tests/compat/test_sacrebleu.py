from acclimate.compat.sacrebleu import bleu_counts, chrf_counts


def test_counts_of_bleu_by_hand() -> None:
    # matches: a b, ab; said: a b x, ab bx, abx; the nearest right answer has 2 tokens of 2 and 5
    assert bleu_counts("a b x", ["a b", "q r s t u"]) == [2, 1, 0, 0, 3, 2, 1, 0, 2]
    assert bleu_counts("", ["a b"]) == [0, 0, 0, 0, 0, 0, 0, 0, 2]


def test_counts_of_chrf_by_hand() -> None:
    assert chrf_counts("ab c", ["zz", "abd"], 1) == [3, 2, 1, 0, 0, 0, 2, 3, 2, 1, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0]
