from pathlib import Path

from acclimate.pipeline.arms import arms, special_among
from acclimate.pipeline.run import run
from acclimate.pipeline.train import Trained
from acclimate.pipeline.workplace import Workplace
from acclimate.tokens.vocabulary import add_tags
from tests.pipeline import tiny
from tests.tokenizers_made import byte_bpe


def test_a_tokenizer_means_only_what_it_has_as_a_special_token() -> None:
    tokenizer = byte_bpe()
    assert special_among(["<event>", "</s>", "the"], tokenizer) == ["</s>"]
    add_tags(tokenizer, ["<event>", "the"])
    assert special_among(["<event>", "</s>", "the"], tokenizer) == ["<event>", "</s>", "the"]


def test_new_tokens_are_meant_where_they_were_added_and_are_text_to_the_base(
    encoder: Path, rows: Path, tmp_path: Path
) -> None:
    tokens = {"max_length": 32, "additional_special_tokens": ["patient:", "[SEP]"]}
    done = run(tiny.recipe(encoder, rows, tmp_path / "run", tokens=tokens))
    trained = Trained(done.folder / "04-adapt-train", "", {"updates": 4})
    with arms(Workplace(done.recipe), trained, ["patient:", "[SEP]"], 1) as found:
        assert {name: list(arm.in_text) for name, arm in found.items()} == {
            "before": ["[SEP]"],
            "start": ["patient:", "[SEP]"],
            "after": ["patient:", "[SEP]"],
        }
