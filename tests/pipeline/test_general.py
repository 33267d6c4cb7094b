from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.evaluate.rows import EvalText
from acclimate.pipeline.general import general_inputs, general_texts, languages
from tests.pipeline import tiny


def texts(*some: str) -> list[EvalText]:
    return [EvalText(str(number), str(number), text) for number, text in enumerate(some)]


@pytest.mark.parametrize(
    "domain, expected",
    [
        (["the patient was seen"], {"en"}),
        (["病人今天住院了"], {"zh"}),
        (["the patient", "病人今天"], {"en", "zh"}),
        (["the patient was seen at the hospital in the morning 病"], {"en"}),
    ],
)
def test_the_samples_languages_are_those_of_the_domain(domain: list[str], expected: set[str]) -> None:
    assert languages(texts(*domain)) == expected
    found = general_texts("sample:general", texts(*domain))
    chinese = [text for text in found if any("\u4e00" <= one <= "\u9fff" for one in text.text)]
    assert (len(chinese) > 0) == ("zh" in expected)
    assert (len(chinese) < len(found)) == ("en" in expected)
    assert len({text.group for text in found}) == len(found), "each passage is a group of its own"


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tiny.write_rows(tmp_path / "general.jsonl", tiny.texts(5))
    assert [text.group for text in general_texts(str(path), [])] == [
        f"general.jsonl:{number}" for number in range(1, 6)
    ]
    assert list(general_inputs(str(path))) == [str(path)]
    with pytest.raises(UserError, match="no column 'text'"):
        general_texts(str(tiny.write_rows(tmp_path / "events.jsonl", tiny.events(2))), [])


def test_a_file_that_is_not_there_is_said_before_training(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        general_inputs(str(tmp_path / "absent.txt"))
    assert general_inputs(None) == general_inputs("sample:general") == {}
