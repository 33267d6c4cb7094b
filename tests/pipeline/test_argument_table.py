import pytest

from acclimate.pipeline.aliases import ARGUMENTS, MODEL_ALIASES, MODEL_ARGUMENTS, NO_EFFECT
from acclimate.pipeline.argument_table import argument_table, default_of

TABLE = {name: (key, default) for name, key, default in argument_table()}


def test_each_argument_stands_in_it_once() -> None:
    names = [name for name, _, _ in argument_table()]
    assert sorted(names) == sorted(
        [*ARGUMENTS, *NO_EFFECT, *MODEL_ALIASES, *MODEL_ARGUMENTS, "output_dir", "overwrite_output_dir", "seed"]
    )


@pytest.mark.parametrize(
    "name, key, default",
    [
        ("micro_batch_size", "train.per_device_train_batch_size", "8"),
        ("lora_r", "adapter.r", "8"),
        ("lora_target", "adapter.target_modules", ""),
        ("masking_span_p", "objective.masking.masking_span_p", "0.2"),
        ("max_eval_samples", "prepare.sample.max_validation_samples", ""),
        ("truncation_side", "objective.long", "right"),
        ("val_size", "prepare.split.validation", "0.05"),
        ("train_file", "sources.train", ""),
        ("line_by_line", "tokens.batch", "padding_free"),
        ("use_fast_tokenizer", "model.use_fast_tokenizer", "true"),
        ("seed", "seed", "0"),
        ("fp16", "false alone: there is no float16", ""),
        ("do_eval", "no effect: every run is measured before and after", ""),
    ],
)
def test_its_rows(name: str, key: str, default: str) -> None:
    assert TABLE[name] == (key, default)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_key_is_an_options(name: str) -> None:
    default_of(ARGUMENTS[name].key)
