import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint

import pytest

from acclimate.core import registry
from acclimate.core.errors import AcclimateError, UserError
from acclimate.core.registry import methods, name_of, origin, resolve
from acclimate.masking.word import Word


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Give a function that makes another package register a method."""

    def register(name: str, value: str) -> None:
        def points(*, group: str) -> list[EntryPoint]:
            return [EntryPoint(name, value, group)] if group == "acclimate.masking" else []

        monkeypatch.setattr(registry, "entry_points", points)
        methods.cache_clear()

    yield register
    methods.cache_clear()


def test_a_name_becomes_its_class_and_back() -> None:
    assert resolve("masking", "word") is Word
    assert name_of("masking", Word()) == "word"


def test_an_unknown_name_is_answered_with_the_nearest_and_all() -> None:
    with pytest.raises(UserError) as caught:
        resolve("masking", "words")
    fault = caught.value.faults[0]
    assert fault.found == "unknown name 'words'; did you mean word?"
    assert fault.allowed == "span, token, token_sep, white_space, word"


def test_another_package_adds_a_method_with_the_same_text(third_party: Callable[[str, str], None]) -> None:
    third_party("every", "acclimate.masking.token:Token")
    assert resolve("masking", "every").__name__ == "Token"
    assert list(methods("masking"))[-1] == "every"


def test_a_name_of_two_packages_is_an_error(third_party: Callable[[str, str], None]) -> None:
    third_party("word", "elsewhere:Word")
    with pytest.raises(AcclimateError, match="'word' is registered twice"):
        methods("masking")


def test_what_is_not_registered_has_no_name() -> None:
    with pytest.raises(AcclimateError, match="is not registered in masking"):
        name_of("masking", "a text")


def test_origin_is_a_file_and_a_line() -> None:
    path, _, line = origin("masking", "word").rpartition(":")
    assert path.endswith("masking/word.py")
    assert int(line) > 1


def test_naming_all_methods_imports_nothing_heavy() -> None:
    script = (
        "import sys; from acclimate.core.families import FAMILIES; from acclimate.core.registry import methods, resolve\n"
        "for family in FAMILIES:\n    for name in methods(family): resolve(family, name)\n"
        "print([name for name in ('torch', 'transformers', 'peft', 'duckdb') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.strip() == "[]"
