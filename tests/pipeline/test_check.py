import math
import re
from pathlib import Path

import pytest
import torch

from acclimate.compat.memory_limits import Room
from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.model.load import load, load_tokenizer, outline
from acclimate.model.section import Model
from acclimate.pipeline.check import check
from acclimate.pipeline.run import Run, run
from acclimate.train import memory
from tests.pipeline import tiny


def test_what_check_says_is_what_run_does(done: Run, encoder: Path, rows: Path) -> None:
    found = check(done.recipe.model_dump(mode="json"))
    facts = found.phases[0]
    assert facts.rows == {
        "train": 72 - facts.rows["test"] - facts.rows["validation"],
        "validation": facts.rows["validation"],
        "test": facts.rows["test"],
    }
    assert facts.groups == facts.rows
    assert facts.windows == facts.rows["train"]
    assert facts.updates == 4
    assert facts.new_tokens == 0
    assert facts.tokens_per_word > 1
    assert not facts.warnings


def test_too_few_test_groups_are_said_with_the_share_that_would_do(encoder: Path, rows: Path, tmp_path: Path) -> None:
    """The proposed share, taken, gives exactly as many groups as an interval needs; a thousandth less does not."""
    data = tiny.recipe(encoder, rows, tmp_path / "out", prepare=[{"name": "split", "validation": 0.1, "test": 0.05}])
    (said,) = check(data).phases[0].warnings
    assert said.startswith("only ")
    assert "too few for an interval and a verdict (at least 20)" in said
    line = re.search(r"set (adapt\.prepare\.0\.test=(0\.\d+)), which holds 20 of the 72 groups", said)
    assert line is not None
    enough = check(data, [line[1]]).phases[0]
    assert enough.groups["test"] == 20
    assert not enough.warnings
    less = check(data, [f"adapt.prepare.0.test={float(line[2]) - 0.001:.3f}"]).phases[0]
    assert less.groups["test"] == 19


def test_where_there_are_too_few_groups_in_all_no_share_is_proposed(encoder: Path, tmp_path: Path) -> None:
    few = tiny.write_rows(tmp_path / "few.jsonl", tiny.texts(18))
    (said,) = check(tiny.recipe(encoder, few, tmp_path / "out")).phases[0].warnings
    assert "no share of the 18 groups can give that many" in said
    finer = check(tiny.recipe(encoder, few, tmp_path / "out", evaluate={"resample_by": "source", "retention": None}))
    assert "evaluate.resample_by: name a column with more values" in finer.phases[0].warnings[0]


def test_epochs_become_updates(encoder: Path, rows: Path, tmp_path: Path) -> None:
    train = {"num_train_epochs": 1.5, "per_device_train_batch_size": 4, "gradient_accumulation_steps": 2, "bf16": False}
    data = tiny.recipe(encoder, rows, tmp_path / "out", train=train, prepare=[])
    assert check(data).phases[0].updates == math.ceil(1.5 * 9) == 14
    run(data)
    assert (tmp_path / "out" / "checkpoint-14").is_dir()


def test_new_tokens_are_counted(encoder: Path, events: Path, tmp_path: Path) -> None:
    tagged = {
        "name": "tagged",
        "group_by": "patient",
        "body": {"tag": "visits", "each": {"tag": "event", "fields": ["code"]}},
    }
    data = tiny.recipe(encoder, events, tmp_path / "out", prepare=[tagged], tokens={"max_length": 64})
    assert check(data).phases[0].new_tokens == 4
    assert check(data, ["tokens.tags=false"]).phases[0].new_tokens == 0


def test_every_phase_is_looked_at(encoder: Path, rows: Path, tmp_path: Path) -> None:
    phase = {
        key: value
        for key, value in tiny.recipe(encoder, rows, "").items()
        if key in ("sources", "objective", "tokens", "train")
    }
    second = {**phase, "objective": {"name": "mlm", "masking": "white_space"}}
    data = {"name": "x", "model": str(encoder), "phases": [{"name": "a", **phase}, {"name": "b", **second}]}
    with pytest.raises(UserError, match=r"b\.objective\.masking: white_space"):
        check(data)


@pytest.mark.parametrize(
    "overrides", [[], ["adapter=lora"], ["tokens.batch=pad"], ["train.gradient_checkpointing=true"]]
)
def test_what_is_foreseen_without_weights_is_what_the_run_foresees(
    overrides: list[str], encoder: Path, events: Path, tmp_path: Path
) -> None:
    tagged = {
        "name": "tagged",
        "group_by": "patient",
        "body": {"tag": "visits", "each": {"tag": "event", "fields": ["code"]}},
    }
    data = tiny.recipe(
        encoder, events, tmp_path / "out", prepare=[tagged, {"name": "split", "validation": 0.2, "test": 0.4}]
    )
    told: list[Event] = []
    before = check(data, overrides).phases[0].memory
    run(data, overrides, tell=told.append)
    during = next(event.text for event in told if event.text.startswith("training will take"))
    assert before.startswith("training will take about")
    assert before.partition(";")[0] == during.partition(";")[0]


def test_too_little_memory_is_a_warning_and_far_too_little_an_error(
    encoder: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiny.recipe(encoder, rows, tmp_path / "out")
    monkeypatch.setattr(memory, "room", lambda: Room(10**8, 10**9, gpu=False))
    facts = check(data).phases[0]
    assert not facts.memory
    assert "only 100 MB of memory can be had; what makes it less: a smaller per_device_train" in facts.warnings[-1]
    monkeypatch.setattr(memory, "room", lambda: Room(10**5, 10**5, gpu=False))
    with pytest.raises(UserError, match="however small a batch is"):
        check(data)


def test_an_outline_has_the_shapes_of_the_model_and_no_weights(encoder: Path, decoder: Path) -> None:
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    scratch = Model(model_type="bert", config_overrides=sizes, tokenizer_name=str(encoder))
    for spec, head in ((Model(path=str(encoder)), "masked"), (Model(path=str(decoder)), "causal"), (scratch, "masked")):
        tokenizer = load_tokenizer(spec)
        real, found = load(spec, head, tokenizer), outline(spec, head, tokenizer)
        assert found.model.state_dict().keys() == real.model.state_dict().keys()
        assert all(weight.device == torch.device("meta") for weight in found.model.parameters())
        assert [weight.shape for weight in found.model.parameters()] == [w.shape for w in real.model.parameters()]
        assert (found.max_length, found.causal, found.name) == (real.max_length, real.causal, real.name)
