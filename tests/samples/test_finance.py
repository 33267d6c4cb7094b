"""The finance sample: documents that differ, whose figures fit together."""

import re

import pytest

from acclimate.samples.finance import generate

Documents = list[tuple[str, str]]


@pytest.fixture(scope="module")
def documents() -> Documents:
    return generate(300, seed=5)


def amount(text: str, pattern: str) -> float | None:
    found = re.search(pattern, text)
    return float(found[1].replace(",", "")) if found else None


def test_names_and_texts_differ(documents: Documents) -> None:
    assert len({name for name, _ in documents}) == len({text for _, text in documents}) == 300
    assert {name.split("_")[1] for name, _ in documents} == {"report", "filing", "note"}
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name, _ in documents)


def test_nothing_of_the_grammar_is_left(documents: Documents) -> None:
    for _, text in documents:
        assert not re.search(r"[\[\]{}|]|  | [.,;]", text), text
        assert 130 <= len(text.split()) <= 500
        assert text.endswith("\n")


def test_a_seed_repeats_and_fewer_are_the_beginning_of_more(documents: Documents) -> None:
    assert generate(300, seed=5) == documents
    assert generate(10, seed=5) == documents[:10]
    assert generate(10, seed=6) != documents[:10]


def test_growth_follows_from_revenue(documents: Documents) -> None:
    checked = 0
    for name, text in documents:
        revenue, before, growth = (
            amount(text, r"revenue of \$([\d,.]+)") or amount(text, r"to \$([\d,.]+) million"),
            amount(text, r"(?:against|from|prior year:) \$([\d,.]+) million"),
            amount(text, r"(?:rose|increased|grew|fell|declined|decreased|increase of|decrease of) ([\d.]+)%"),
        )
        change = 100 * (revenue - before) / before
        assert growth == pytest.approx(abs(change), abs=0.051), name
        up = re.search(r"\b(rose|increased|grew|an increase of) \d", text) is not None
        assert up == (change >= 0), name
        checked += 1
    assert checked == 300


def test_margins_and_earnings_follow_from_amounts(documents: Documents) -> None:
    seen = set()
    for name, text in documents:
        kind = name.split("_")[1]
        revenue = amount(text, r"revenue of \$([\d,.]+)") or amount(text, r"to \$([\d,.]+) million")
        operating = amount(text, r"[Oo]perating income(?: of|:| was) \$([\d,.]+)")
        margin = amount(
            text, r"(?:operating margin was|margin of|or) ([\d.]+)%(?: of revenue, compared|\. Earnings|, compared)"
        )
        assert margin == pytest.approx(100 * operating / revenue, abs=0.06), name
        if kind == "filing":
            pretax, tax, net = (
                amount(text, rf"{word} \$([\d,.]+)") for word in ("income of", "taxes was", "Net income was")
            )
            assert net == pytest.approx(pretax - tax, abs=0.051)
            shares = amount(text, r"share on ([\d,.]+) million")
            assert amount(text, r"or \$([\d,.]+) per diluted") == pytest.approx(net / shares, rel=0.02, abs=0.006)
        if kind == "report":
            cash_flow = amount(text, r"(?:generated|activities was) \$([\d,.]+)")
            capex = amount(text, r"expenditures of \$([\d,.]+)")
            assert amount(text, r"Free cash flow: \$([\d,.]+)") == pytest.approx(cash_flow - capex, abs=0.051)
        if kind == "note":
            price, year = amount(text, r"At \$([\d,.]+)"), amount(text, r"earnings of \$([\d,.]+\d)")
            assert price == pytest.approx(year * amount(text, r"on (\d+) times"))
            assert year == pytest.approx(4 * amount(text, r"share were \$([\d,.]+\d)"))
        seen.add(kind)
    assert seen == {"report", "filing", "note"}


def test_no_documents_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        generate(0, seed=0)
