"""One recipe over several bases."""

from pathlib import Path

import pytest
from transformers import AutoModelForMaskedLM, BertConfig

from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.pipeline.run import run
from acclimate.pipeline.several import Several, recipes_of, run_several
from tests.pipeline import tiny
from tests.tokenizers_made import wordpiece

SHORT = {"max_steps": 2, "per_device_train_batch_size": 4, "learning_rate": 1e-2, "bf16": False}


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second base, of the same tokenizer."""
    return tiny.encoder(tmp_path_factory.mktemp("models") / "wider")


@pytest.fixture(scope="module")
def several(encoder: Path, wider: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Several:
    """A finished run over two bases. Look, don't touch."""
    place = tmp_path_factory.mktemp("runs") / "both"
    made = tiny.recipe(encoder, rows, place, train=SHORT)
    return run_several({**made, "model": {"path": [str(encoder), str(wider)]}})


def test_each_base_has_a_run_of_its_own_and_one_table(several: Several, encoder: Path, wider: Path) -> None:
    assert [one.folder for one in several.runs] == [several.folder / "encoder", several.folder / "wider"]
    assert [one.recipe.model.path for one in several.runs] == [str(encoder), str(wider)]
    assert [one.recipe.name for one in several.runs] == ["tiny-encoder", "tiny-wider"]
    assert {path.name for path in several.folder.iterdir()} == {"encoder", "wider", "compare.html", "compare.json"}
    assert [one.name for one in several.comparison.runs] == ["encoder", "wider"]
    assert several.report.is_file()
    assert any("Peak memory" in note for note in several.comparison.notes)


def test_the_same_call_again_trains_nothing(several: Several, encoder: Path, wider: Path, rows: Path) -> None:
    told: list[Event] = []
    bases = f"model.path=[{encoder},{wider}]"
    again = run_several(tiny.recipe(encoder, rows, several.folder, train=SHORT), [bases], told.append)
    assert not [event for event in told if event.kind in ("log", "progress", "saved")]
    assert again.comparison.scores == several.comparison.scores


def test_bases_that_see_other_windows_are_measured_together(encoder: Path, rows: Path, tmp_path: Path) -> None:
    """A base that holds 12 tokens cuts the texts, so each run alone hid other characters."""
    tokenizer = wordpiece()
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=64, max_position_embeddings=12)  # fmt: skip
    AutoModelForMaskedLM.from_config(config).save_pretrained(tmp_path / "short")
    tokenizer.save_pretrained(tmp_path / "short")
    made = tiny.recipe(encoder, rows, tmp_path / "both", train={"max_steps": 0}, tokens={})
    found = run_several(made, [f"model.path=[{encoder},{tmp_path / 'short'}]"])
    assert "measured anew" in found.comparison.notes[0]
    change = found.comparison.find("short", "change", "test", "bits_per_byte", "run:encoder")
    one, other = (found.comparison.find(name, "after", "test", "bits_per_byte") for name in ("encoder", "short"))
    assert change.value == pytest.approx(other.value - one.value)
    assert (one.n, one.groups) == (other.n, other.groups)


@pytest.mark.parametrize("bases, names", [
    ("[starter:encoder, google/bert]", ["starter-encoder", "google-bert"]),
    ("[a b, 'a:b', a/b]", ["a-b", "a-b-2", "a-b-3"]),
])  # fmt: skip
def test_a_base_names_its_folder(bases: str, names: list[str], rows: Path, tmp_path: Path) -> None:
    made = tiny.recipe("starter:encoder", rows, tmp_path / "out")
    place, found = recipes_of(made, [f"model.path={bases}"])
    assert place == tmp_path / "out"
    assert [one.folder.name for one in found] == names


def test_what_stands_beside_the_path_holds_for_every_base(rows: Path, tmp_path: Path) -> None:
    model = {"path": ["starter:encoder", "other/one"], "attn_implementation": "eager"}
    found = recipes_of({**tiny.recipe("", rows, tmp_path / "out"), "model": model})[1]
    assert [one.model.attn_implementation for one in found] == ["eager", "eager"]
    alias = recipes_of(tiny.recipe("x", rows, tmp_path / "out"), ["model_name_or_path=[a, b]"])[1]
    assert [one.model.path for one in alias] == ["a", "b"]


def test_one_base_is_no_list(rows: Path, tmp_path: Path) -> None:
    assert recipes_of(tiny.recipe("starter:encoder", rows, tmp_path / "out"))[1] == []
    with pytest.raises(UserError, match="is no list of bases"):
        run_several(tiny.recipe("starter:encoder", rows, tmp_path / "out"))


@pytest.mark.parametrize("bases", ["[]", "[starter:encoder]", "[a, a]", "[a, 3]"])
def test_a_list_without_several_bases_is_refused(bases: str, rows: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="two or more different bases"):
        run_several(tiny.recipe("x", rows, tmp_path / "out"), [f"model.path={bases}"])


def test_every_base_is_looked_at_before_the_first_is_trained(
    encoder: Path, decoder: Path, rows: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="gpt2 has no masked"):
        run_several(tiny.recipe(encoder, rows, tmp_path / "out"), [f"model.path=[{encoder},{decoder}]"])
    assert not (tmp_path / "out").exists()


def test_run_says_where_several_bases_belong(encoder: Path, rows: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="run_several"):
        run(tiny.recipe(encoder, rows, tmp_path / "out"), [f"model.path=[{encoder},{encoder}]"])


def test_a_folder_of_one_run_is_left_alone(encoder: Path, wider: Path, rows: Path, several: Several) -> None:
    with pytest.raises(UserError, match="holds a run"):
        run_several(tiny.recipe(encoder, rows, several.runs[0].folder), [f"model.path=[{encoder},{wider}]"])
