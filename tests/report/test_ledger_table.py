from __future__ import annotations

from dataclasses import replace

from acclimate.report.ledger_table import ledger_rows, ledger_sentence
from tests.report.example import bare_proof, example_proof


def test_each_step_in_words() -> None:
    rows = ledger_rows(example_proof())
    assert [(row.step, row.rows_in, row.rows_out) for row in rows][:2] == [
        ("sources", "61,440", "61,440"),
        ("tagged", "61,440", "3,019"),
    ]
    told = [f"{line.amount} {line.text}" for row in rows for line in row.lines]
    assert told == [
        "−58,421 merged into others",
        "1,204 values changed: left out because empty",
        "−12 dropped: shorter than 20 characters",
        "88 values changed: white space",
        "−7 removed: the same text as another row",
        "+1,847 cut out of others",
    ]
    assert all(row.adds_up for row in rows)
    assert not any(row.phase for row in rows)


def test_what_does_not_add_up_is_said() -> None:
    proof = example_proof()
    wrong = [{**entry, "rows_out": 5} if entry["step"] == "clean" else entry for entry in proof.ledger]
    proof = replace(proof, ledger=wrong)
    assert [row.step for row in ledger_rows(proof) if not row.adds_up] == ["clean"]
    assert ledger_sentence(proof).endswith("The figures of clean do not add up.")


def test_the_sum_of_what_was_lost() -> None:
    sentence = ledger_sentence(example_proof()).replace("\u00a0", " ")
    assert sentence == ("61,440 rows came in; 12 (0.02 %) were lost without having been asked for. Every step adds up.")
    kept = [entry for entry in example_proof().ledger if entry["step"] != "clean"]
    assert "none was lost" in ledger_sentence(replace(example_proof(), ledger=kept))
    assert ledger_sentence(bare_proof()) == ""


def test_rows_of_all_sources_came_in_once() -> None:
    read = example_proof().ledger[0]
    proof = replace(example_proof(), ledger=[read, {**read, "source": "test"}, *example_proof().ledger[1:]])
    assert ledger_sentence(proof).startswith("122,880")


def test_phases_are_named_if_there_are_several() -> None:
    ledger = example_proof().ledger
    proof = replace(example_proof(), ledger=[*ledger, *({**entry, "phase": "task"} for entry in ledger)])
    assert {row.phase for row in ledger_rows(proof)} == {"adapt", "task"}
    assert ledger_sentence(proof).startswith("122,880")


def test_entries_may_lack_what_did_not_happen() -> None:
    entry = {"phase": "a", "step": "x", "source": "train", "rows_in": 1, "rows_out": 1}
    (row,) = ledger_rows(replace(bare_proof(), ledger=[entry]))
    assert row.adds_up
    assert row.lines == []


def test_what_else_is_to_be_known_stands_there_without_a_number() -> None:
    entry = {
        "phase": "a",
        "step": "x",
        "source": "train",
        "rows_in": 1,
        "rows_out": 1,
        "notes": ["a script was not run"],
    }
    (row,) = ledger_rows(replace(bare_proof(), ledger=[entry]))
    assert [(line.amount, line.text) for line in row.lines] == [("", "a script was not run")]
    assert row.adds_up
